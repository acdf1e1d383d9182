import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { markDemoApart, setDemoAside } from '../../prisma/embedded-databases.ts'
import { startEmbeddedPostgres } from '../../prisma/embedded.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guide-embedded-'))
  chmodSync(folder, 0o755)
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

describe('the embedded PostgreSQL', () => {
  it('keeps its data over a restart', async () => {
    const first = await startEmbeddedPostgres(folder, { durable: false })
    await ask(await first.ensureDatabase('guide'), 'create table kept as select 1 as one')
    await first.stop()

    const second = await startEmbeddedPostgres(folder, { durable: false })
    const rows = await ask(await second.ensureDatabase('guide'), 'select one from kept')
    await second.stop()

    expect(rows).toEqual([{ one: 1 }])
  })

  it('is joined by a second process, and stopped by the last that leaves', async () => {
    const first = await startEmbeddedPostgres(folder, { durable: false })
    const second = await startEmbeddedPostgres(folder, { durable: false })
    const client = new pg.Client({ connectionString: second.url('postgres') })
    await client.connect()

    await first.stop()
    const answer = await client.query<{ one: number }>('select 1 as one')
    await client.end()
    await second.stop()

    expect(answer.rows).toEqual([{ one: 1 }])
    await expect(ask(second.url('postgres'), 'select 1')).rejects.toThrow()
  })

  it('lets nobody in without the password', async () => {
    const server = await startEmbeddedPostgres(folder, { durable: false })
    const stranger = server.url('postgres').replace(/:[^:@]+@/, ':guess@')

    await expect(ask(stranger, 'select 1')).rejects.toThrow(/password/)
    await server.stop()
  })

  it('starts again beside folders of an earlier life', async () => {
    const first = await startEmbeddedPostgres(folder, { durable: false })
    await first.stop()
    rmSync(folder, { recursive: true })

    const second = await startEmbeddedPostgres(folder, { durable: false })
    const rows = await ask(second.url('postgres'), 'select 1 as one')
    await second.stop()

    expect(rows).toEqual([{ one: 1 }])
  })

  it.runIf(process.getuid?.() === 0)('starts where only root may enter', async () => {
    chmodSync(folder, 0o700)

    const server = await startEmbeddedPostgres(folder, { durable: false })
    const rows = await ask(server.url('postgres'), 'select 1 as one')
    await server.stop()
    const elsewhere = readFileSync(join(folder, 'postgres-is-at.txt'), 'utf8').trim()
    rmSync(elsewhere, { recursive: true })

    expect(rows).toEqual([{ one: 1 }])
  })

  it('gives a demo that lived in the real chain’s database one of its own, with its rows, once', async () => {
    const server = await startEmbeddedPostgres(folder, { durable: false })
    const data = mkdtempSync(join(tmpdir(), 'guide-data-'))
    await ask(await server.ensureDatabase('guide'), 'create table kept as select 1 as one')

    await setDemoAside(server, data)
    const before = await ask(server.url('guide'), 'select one from kept')
    writeFileSync(join(data, 'demo.env'), '')
    await setDemoAside(server, data)
    await ask(await server.ensureDatabase('guide'), 'create table kept as select 2 as one')
    await setDemoAside(server, data)
    const real = await ask(server.url('guide'), 'select one from kept')
    const demo = await ask(server.url('guide_demo'), 'select one from kept')
    // who tidies up loses the demo, and nothing else
    await ask(server.url('postgres'), 'drop database guide_demo')
    await setDemoAside(server, data)
    const still = await ask(server.url('guide'), 'select one from kept')
    await server.stop()
    rmSync(data, { recursive: true })

    expect([before, real, demo, still]).toEqual([
      [{ one: 1 }],
      [{ one: 2 }],
      [{ one: 1 }],
      [{ one: 2 }],
    ])
  })

  it('never takes a real chain for a demo that had a database of its own from its first day', async () => {
    const server = await startEmbeddedPostgres(folder, { durable: false })
    const data = mkdtempSync(join(tmpdir(), 'guide-data-'))
    markDemoApart(data)
    writeFileSync(join(data, 'demo.env'), '')
    await ask(await server.ensureDatabase('guide'), 'create table kept as select 1 as one')

    await setDemoAside(server, data)

    const real = await ask(server.url('guide'), 'select one from kept')
    await server.stop()
    rmSync(data, { recursive: true })
    expect(real).toEqual([{ one: 1 }])
  })
})

import { fork, type ChildProcess } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ArrivedCallback } from '../../../bot/callbacks/arrived.ts'
import { createSpool, type Spool } from '../../../bot/callbacks/spool.ts'
import { createDataCipher } from '../../../bot/members/data-cipher.ts'

const cipher = createDataCipher('11'.repeat(32))
const corpId = 'ww0000000000000001'
let folder: string
let said: { level: number; msg: string; code?: string }[]
const spools: Spool[] = []
const children: ChildProcess[] = []

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'guide-spool-')), 'spool')
  said = []
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const spool of spools.splice(0)) await spool.close()
  rmSync(join(folder, '..'), { recursive: true, force: true })
})

function openSpool(more: { folder?: string; mostBytes?: number; corpId?: string } = {}): Spool {
  const log = pino({}, { write: (line: string) => void said.push(JSON.parse(line) as never) })
  const spool = createSpool({ folder, corpId, cipher, log, ...more })
  spools.push(spool)
  return spool
}

function callback(id: number | string, more = ''): ArrivedCallback {
  const xml = `<xml>${id}${more}</xml>`
  return { key: hash('sha256', xml, 'buffer'), xml, traceId: `trace${id}`, urgent: false }
}

async function playAll(spool: Spool): Promise<string[]> {
  const played: string[] = []
  await spool.playBack(async (callbacks) => {
    played.push(...callbacks.map(({ xml }) => xml))
    return 0
  })
  return played
}

function addAll(spool: Spool, count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => spool.add(callback(i))))
}

const files = () => readdirSync(folder)
const onlyFile = () => join(folder, files()[0] ?? '')

describe('the spool', () => {
  it('plays back what it took, in its order, once', async () => {
    const spool = openSpool()

    const results = await addAll(spool, 600)
    const waiting = spool.waiting()
    const played = await playAll(spool)

    expect(new Set(results)).toEqual(new Set(['spooled']))
    expect(waiting).toBe(600)
    expect(played).toEqual(Array.from({ length: 600 }, (_, i) => callback(i).xml))
    expect(await playAll(spool)).toEqual([])
    expect([spool.waiting(), files()]).toEqual([0, []])
  })

  it('can be read by its owner only, and only with the key', async () => {
    await openSpool().add(callback('wmPERSON'))

    expect(statSync(onlyFile()).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(readFileSync(onlyFile(), 'latin1')).not.toContain('wmPERSON')
  })

  it('goes on behind what was stored when storing fails half-way', async () => {
    const spool = openSpool()
    const all = Array.from({ length: 600 }, (_, i) => callback(i))
    for (const one of all) await spool.add(one)
    const stored: string[] = []
    let calls = 0
    const store = async (callbacks: ArrivedCallback[]) => {
      if ((calls += 1) === 2) throw new Error('away')
      stored.push(...callbacks.map(({ xml }) => xml))
      return 0
    }

    await expect(spool.playBack(store)).rejects.toThrow('away')
    const waiting = spool.waiting()
    await spool.playBack(store)

    expect(waiting).toBe(600 - 256)
    expect(stored).toEqual(all.map(({ xml }) => xml))
    expect(files()).toEqual([])
    // callbacks that were spooled one by one are stored many at a time
    expect(calls).toBe(4)
  })

  it('takes callbacks while it plays others back', async () => {
    const spool = openSpool()
    await addAll(spool, 300)
    const played: string[] = []

    await spool.playBack(async (callbacks) => {
      if (played.length === 0) await addAll(spool, 10)
      played.push(...callbacks.map(({ xml }) => xml))
      return 0
    })

    expect(played).toHaveLength(310)
  })

  it('keeps aside what can never be stored', async () => {
    const spool = openSpool()
    await spool.add(callback(1))

    await spool.playBack(async () => 1)

    expect(files()).toEqual([expect.stringMatching(/\.spool\.refused$/)])
    expect(await playAll(openSpool())).toEqual([])
  })

  it('refuses what it has no room for, and takes more when it was played back', async () => {
    const spool = openSpool({ mostBytes: 20_000 })
    const large = (id: number) => callback(id, 'x'.repeat(6_000))

    const results = []
    for (let i = 0; i < 5; i += 1) results.push(await spool.add(large(i)))
    await playAll(spool)
    const after = await spool.add(large(9))

    expect(results.slice(0, 2)).toEqual(['spooled', 'spooled'])
    expect(results.slice(3)).toEqual(['unavailable', 'unavailable'])
    expect(after).toBe('spooled')
    expect(said.filter(({ level }) => level >= 50)).toMatchObject([{ code: 'full' }])
  })

  it('refuses at once where its folder can not be written, and says so once', async () => {
    const file = join(folder, '..', 'a-file')
    writeFileSync(file, '')
    const spool = openSpool({ folder: join(file, 'spool') })
    const began = performance.now()

    const results = [...(await addAll(spool, 300)), ...(await addAll(spool, 300))]

    expect(new Set(results)).toEqual(new Set(['unavailable']))
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(said.filter(({ level }) => level >= 50)).toMatchObject([{ code: 'ENOTDIR' }])
  })
})

describe('a file whose end is torn', () => {
  it.each([
    ['cut off', (file: string) => truncateSync(file, statSync(file).size - 5)],
    ['cut within its head', (file: string) => appendFileSync(file, Buffer.from([0, 0, 1]))],
    ['zeros', (file: string) => appendFileSync(file, Buffer.alloc(4_096))],
    ['noise', (file: string) => appendFileSync(file, Buffer.alloc(300, 0xa7))],
  ])('%s gives the whole callbacks before it', async (name, tear) => {
    const spool = openSpool()
    for (let i = 0; i < 3; i += 1) await spool.add(callback(i))
    tear(onlyFile())

    const played = await playAll(spool)

    const whole = name === 'cut off' ? [0, 1] : [0, 1, 2]
    expect(played).toEqual(whole.map((i) => callback(i).xml))
    expect(said).toMatchObject([{ level: 40, msg: expect.stringContaining('torn') as string }])
  })
})

describe('several processes', () => {
  async function startProcess(lines = 8): Promise<{ child: ChildProcess; acked: string[] }> {
    const child = fork(fileURLToPath(new URL('spool-process.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, SPOOL_FOLDER: folder, LINES: String(lines) },
    })
    children.push(child)
    const acked: string[] = []
    child.on('message', (xml: string) => acked.push(xml))
    await once(child, 'message')
    return { child, acked }
  }

  async function kill(child: ChildProcess): Promise<void> {
    const isOver = once(child, 'close')
    child.kill('SIGKILL')
    await isOver
  }

  it('one killed with -9: the next start plays back all that it acknowledged', async () => {
    const { child, acked } = await startProcess()
    await new Promise((resume) => setTimeout(resume, 300))
    await kill(child)

    const played = await playAll(openSpool())

    expect(acked.length).toBeGreaterThan(10)
    expect(acked.filter((xml) => !played.includes(xml))).toEqual([])
    expect(new Set(played).size).toBe(played.length)
    expect(files()).toEqual([])
  })

  it('leave the files of one that lives alone', async () => {
    const { child, acked } = await startProcess(1)

    const played = await playAll(openSpool())
    const waiting = files()
    await kill(child)
    const afterwards = await playAll(openSpool())

    expect(played).toEqual([])
    expect(waiting).toHaveLength(1)
    expect(acked.filter((xml) => !afterwards.includes(xml))).toEqual([])
  })

  it('take up a dead one together, each file by one of them', async () => {
    for (let i = 0; i < 3; i += 1) {
      const { child } = await startProcess(2)
      await kill(child)
    }
    const left = files().length

    const played = await Promise.all([playAll(openSpool()), playAll(openSpool())])

    expect(left).toBe(3)
    expect(played.flat().length).toBeGreaterThan(2)
    expect(new Set(played.flat()).size).toBe(played.flat().length)
    expect(files()).toEqual([])
  })

  it('lose nothing when one takes up the file of another that lives', async () => {
    const spool = openSpool()
    await spool.add(callback(1))
    const taken = join(folder, 'taken')
    renameSync(onlyFile(), taken)

    const result = await spool.add(callback(2))
    const played = await playAll(spool)

    expect(result).toBe('spooled')
    expect(played).toEqual([callback(2).xml])
  })

  it('of another corp or key do not touch each other', async () => {
    await openSpool({ corpId: 'ww_other' }).add(callback(1))

    expect(await playAll(openSpool())).toEqual([])
    expect(files()).toHaveLength(1)
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { deliverOutbox } from '../../../bot/messages/deliver.ts'
import { syncTags } from '../../../bot/members/sync-tags.ts'
import { addToOutbox, type NewOutbox } from '../../../bot/messages/outbox.ts'
import { WecomError } from '../../../bot/wecom/error-table.ts'
import { aTag } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { someoneWaits } from '../../support/someone-waits.ts'
import { createFakeWecom, createTestDeps, type FakeWecom } from '../../support/test-deps.ts'

const db = useDatabase()
let wecom: FakeWecom
let deps: BotDeps
let answer: (path: string) => unknown
let tag: bigint

beforeEach(async () => {
  await emptyDatabase(db)
  answer = () => undefined
  wecom = createFakeWecom((path) => answer(path))
  deps = createTestDeps(db, { wecom })
  tag = await aTag(db, '爱喝茶')
  await db.prisma.tag.update({ where: { id: tag }, data: { wecomId: 'etTea' } })
})

async function deliver(kind: NewOutbox['kind'], payload: object, key = 'once') {
  await addToOutbox(db.prisma, deps.clock.now(), [
    { kind, dedupeKey: `${kind}:${tag}:${key}`, payload, traceId: 'test' },
  ])
  const dedupeKey = `${kind}:${tag}:${key}`
  const { id } = await db.prisma.outbox.findUniqueOrThrow({ where: { dedupeKey } })
  await deliverOutbox(deps, id)
  return db.prisma.outbox.findUniqueOrThrow({ where: { id } })
}
const rename = (name: string, key?: string) =>
  deliver('edit_tag', { tagId: String(tag), name }, key)
const remove = () => deliver('delete_tag', { tagId: String(tag) })
const stored = () => db.prisma.tag.findUniqueOrThrow({ where: { id: tag } })

describe('a tag’s new name', () => {
  it('is told to WeCom, and holds though the old one was read there meanwhile', async () => {
    const row = await rename('爱喝绿茶')

    expect(row.state).toBe('sent')
    expect(wecom.calls).toEqual([
      {
        path: '/cgi-bin/externalcontact/edit_corp_tag',
        input: { id: 'etTea', name: '爱喝绿茶' },
      },
    ])
    expect((await stored()).name).toBe('爱喝绿茶')
  })

  it('waits until the tag is made', async () => {
    await db.prisma.tag.update({ where: { id: tag }, data: { wecomId: null } })

    expect((await rename('爱喝绿茶')).state).toBe('pending')
    expect(wecom.calls).toEqual([])
  })

  it('gives way to a newer one, and is not told of a deleted tag', async () => {
    await addToOutbox(db.prisma, deps.clock.now(), [
      {
        kind: 'edit_tag',
        dedupeKey: `edit_tag:${tag}:first`,
        payload: { tagId: String(tag), name: '茶' },
        traceId: 'test',
      },
    ])
    await rename('爱喝绿茶', 'second')
    const { id } = await db.prisma.outbox.findFirstOrThrow({ orderBy: { id: 'asc' } })

    await deliverOutbox(deps, id)
    await db.prisma.tag.update({ where: { id: tag }, data: { deletedAt: new Date() } })
    const late = await rename('红茶', 'third')

    expect((await db.prisma.outbox.findUniqueOrThrow({ where: { id } })).state).toBe('cancelled')
    expect(late.state).toBe('cancelled')
    expect(wecom.calls).toHaveLength(1)
  })
})

describe('a tag that is being made while WeCom’s library is read', () => {
  const ADD = '/cgi-bin/externalcontact/add_corp_tag'
  const made = () => ({
    group_id: 'egFood',
    group_name: '饮食',
    tag: [{ id: 'etNew', name: '茶' }],
  })
  const make = () => deliver('add_tag', { tagId: String(tag) })
  beforeEach(async () => {
    await db.prisma.tag.update({ where: { id: tag }, data: { wecomId: null, name: '茶' } })
    await db.prisma.tagGroup.updateMany({ data: { wecomId: null, name: '饮食' } })
  })

  it('stays, though the reading did not find it yet', async () => {
    let making: Promise<{ state: string }> | undefined
    answer = async (path) => {
      if (path === ADD) return { tag_group: made() }
      making = make()
      await Promise.race([making, someoneWaits(db)])
      return { tag_group: [] }
    }

    await syncTags(deps, 'all', 'test')

    expect(await making).toMatchObject({ state: 'sent' })
    expect(await stored()).toMatchObject({ wecomId: 'etNew', ours: true, deletedAt: null })
    expect(await db.prisma.tagGroup.findMany()).toMatchObject([
      { wecomId: 'egFood', deletedAt: null },
    ])
  })

  it('is made, though the reading found it first', async () => {
    answer = async (path) => {
      if (path === ADD) await syncTags(deps, 'all', 'test')
      return { tag_group: path === ADD ? made() : [made()] }
    }

    expect(await make()).toMatchObject({ state: 'sent' })
    expect(await stored()).toMatchObject({ wecomId: 'etNew', ours: true, deletedAt: null })
    expect(await db.prisma.tagGroup.count()).toBe(1)
  })
})

describe('a deleted tag', () => {
  it('is deleted in WeCom, and stays deleted though it was read there meanwhile', async () => {
    expect((await remove()).state).toBe('sent')

    expect(wecom.calls).toEqual([
      { path: '/cgi-bin/externalcontact/del_corp_tag', input: { tag_id: ['etTea'] } },
    ])
    expect((await stored()).deletedAt).toEqual(deps.clock.now())
  })

  it('is done when WeCom has it no more', async () => {
    answer = (path) => {
      throw new WecomError({ errcode: 40_068, path })
    }

    expect((await remove()).state).toBe('sent')
  })

  it('that was never made in WeCom needs no call', async () => {
    await db.prisma.tag.update({ where: { id: tag }, data: { wecomId: null } })

    expect((await remove()).state).toBe('cancelled')
    expect(wecom.calls).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { start } from './start.ts'

const pair = { userid: 'WANGXIAOMING', external_userid: 'wmZhang' }

describe('reading customers', () => {
  it('gives details with tags by name and, in batches, tags by id', async () => {
    const { api } = await start()

    const one = await api('externalcontact/get', undefined, { external_userid: 'wmZhang' })
    const batch = await api('externalcontact/batch/get_by_user', { userid_list: ['wangxiaoming'] })

    expect(one['follow_user']).toMatchObject([
      {
        userid: 'WangXiaoming',
        tags: [{ tag_id: 'etOld', tag_name: '门店', group_name: '来源', type: 1 }],
      },
    ])
    expect(batch['external_contact_list']).toMatchObject([
      {
        external_contact: { external_userid: 'wmZhang', unionid: 'u-zhang' },
        follow_info: { tag_id: ['etOld'] },
      },
      { external_contact: { external_userid: 'wmZhao' }, follow_info: { tag_id: [] } },
    ])
  })

  it('pages through a batch by cursor', async () => {
    const { api } = await start()
    const ask = (cursor: unknown) =>
      api('externalcontact/batch/get_by_user', { userid_list: ['wangxiaoming'], limit: 1, cursor })

    const first = await ask(undefined)
    const second = await ask(first['next_cursor'])

    expect(first['external_contact_list']).toHaveLength(1)
    expect(second['external_contact_list']).toMatchObject([
      { external_contact: { external_userid: 'wmZhao' } },
    ])
    expect(second['next_cursor']).toBe('')
  })

  it.each([
    ['externalcontact/list', { userid: 'lihua' }, 84061],
    ['externalcontact/list', { userid: 'nobody' }, 60111],
    ['externalcontact/get', {}, 41035],
    ['externalcontact/get', { external_userid: 'wmElse' }, 40096],
    ['externalcontact/get', { external_userid: 'wmNobody' }, 84061],
    ['user/get', { userid: 'nobody' }, 60111],
    ['user/simplelist', { department_id: '99' }, 60123],
    ['auth/getuserinfo', { code: 'x' }, 40029],
  ])('%s %o is refused with %i', async (path, query, errcode) => {
    const { api } = await start()

    expect(await api(path, undefined, query)).toMatchObject({ errcode })
  })

  it('knows members and departments', async () => {
    const { api } = await start()

    const departments = await api('department/list')
    const list = await api('user/simplelist', undefined, { department_id: '2' })
    const all = await api('user/list_id', { limit: 1 })

    expect(departments['department']).toMatchObject([
      { id: 1 },
      { id: 2, name: '徐汇店' },
      { id: 3 },
    ])
    expect(list['userlist']).toMatchObject([{ userid: 'WangXiaoming', department: [2] }])
    // for the contact-sync secret alone
    expect(all.errcode).toBe(48002)
  })
})

describe('remark', () => {
  it('overwrites what is given and keeps the rest', async () => {
    const { api } = await start()
    const mobiles = { ...pair, remark_mobiles: ['13800000000'] }

    await api('externalcontact/remark', { ...pair, remark: '张姐' })
    await api('externalcontact/remark', mobiles)
    const one = await api('externalcontact/get', undefined, { external_userid: 'wmZhang' })
    await api('externalcontact/remark', { ...pair, remark_mobiles: [''] })
    const cleared = await api('externalcontact/get', undefined, { external_userid: 'wmZhang' })

    expect(one['follow_user']).toMatchObject([{ remark: '张姐', remark_mobiles: ['13800000000'] }])
    expect(cleared['follow_user']).toMatchObject([{ remark: '张姐', remark_mobiles: [] }])
  })

  it.each([
    [{ remark: '字'.repeat(21) }, 45002],
    [{}, 40063],
    [{ remark: 'x', external_userid: 'wmNobody' }, 84061],
  ])('refuses %o', async (more, errcode) => {
    const { api } = await start()

    expect(await api('externalcontact/remark', { ...pair, ...more })).toMatchObject({ errcode })
  })
})

describe('a pair that is no customer relation', () => {
  it.each([
    ['half-added', { half: true }, undefined, 84061],
    ['deleted by the guide', {}, 'delete_by_guide', 84061],
    ['deleted by the customer', {}, 'delete_by_customer', 0],
  ])('%s answers mark_tag accordingly', async (_what, more, action, errcode) => {
    const { api, post } = await start()
    await post('/sandbox/ui/add', { userid: 'lihua', externalUserid: 'wmZhang', ...more })
    if (action) await post('/sandbox/ui/relation', { as: 'lihua', with: 'wmZhang', action })

    const mark = { userid: 'lihua', external_userid: 'wmZhang', add_tag: ['etOld'] }

    expect(await api('externalcontact/mark_tag', mark)).toMatchObject({ errcode })
  })

  it('becomes one when the guide confirms', async () => {
    const { api, field, post, sandbox } = await start()
    await post('/sandbox/ui/add', { userid: 'lihua', externalUserid: 'wmZhang', half: true })
    await post('/sandbox/ui/relation', { as: 'lihua', with: 'wmZhang', action: 'confirm' })
    await sandbox.idle()

    expect(field('ChangeType')).toBe('add_external_contact')
    expect(await api('externalcontact/list', undefined, { userid: 'lihua' })).toMatchObject({
      errcode: 0,
    })
  })
})

describe('the tag library', () => {
  it('takes new tags, collapses repeats and lets the app edit and delete its own', async () => {
    const { api } = await start()
    const tags = { tag: [{ name: '新客', order: 3 }, { name: '新客' }, { name: '沉睡' }] }

    const made = await api('externalcontact/add_corp_tag', { group_name: '生命周期', ...tags })
    const group = made['tag_group'] as { group_id: string; tag: { id: string; name: string }[] }
    const [first, second] = group.tag
    const edited = await api('externalcontact/edit_corp_tag', { id: first?.id, name: '新会员' })
    await api('externalcontact/del_corp_tag', { tag_id: [second?.id] })
    const list = await api('externalcontact/get_corp_tag_list', { group_id: [group.group_id] })

    expect(group.tag.map((tag) => tag.name)).toEqual(['新客', '沉睡'])
    expect(edited.errcode).toBe(0)
    expect(list['tag_group']).toMatchObject([
      {
        deleted: false,
        tag: [
          { name: '新会员', deleted: false },
          { name: '沉睡', deleted: true },
        ],
      },
    ])
  })

  it('drops a group with its last tag and the tag from its customers', async () => {
    const { api, post } = await start()

    await post('/sandbox/ui/tag-library', { action: 'delete', id: 'etOld' })

    expect(await api('externalcontact/get_corp_tag_list', {})).toMatchObject({ tag_group: [] })
    const one = await api('externalcontact/get', undefined, { external_userid: 'wmZhang' })
    expect(one['follow_user']).toMatchObject([{ tags: [] }])
  })

  it.each([
    ['add_corp_tag', { group_id: 'etGroup', tag: [{ name: '门店' }] }, 40071],
    ['add_corp_tag', { group_name: 'x', tag: [{ name: '字'.repeat(31) }] }, 40058],
    ['add_corp_tag', { group_name: 'x', tag: [] }, 40058],
    ['add_corp_tag', { group_name: 'x' }, 40063],
    ['add_corp_tag', { group_name: 'x', tag: [{ name: 'a', order: -1 }] }, 40058],
    [
      'add_corp_tag',
      { group_name: 'x', tag: Array.from({ length: 10_000 }, (_, n) => ({ name: `t${n}` })) },
      40126,
    ],
    ['edit_corp_tag', { id: 'etOld', name: '线下' }, 301002],
    ['edit_corp_tag', { id: 'etNone', name: '线下' }, 40068],
    ['del_corp_tag', { tag_id: ['etOld'] }, 301002],
    ['del_corp_tag', {}, 40063],
    ['mark_tag', { ...pair, add_tag: ['etNone'] }, 40068],
    ['mark_tag', { ...pair }, 40063],
    ['mark_tag', { ...pair, userid: 'nobody', add_tag: ['etOld'] }, 60111],
    ['mark_tag', { userid: 'lihua', add_tag: ['etOld'] }, 41035],
    ['mark_tag', { ...pair, userid: 'lihua', add_tag: ['etOld'] }, 84061],
  ])('%s refuses what WeCom refuses', async (path, body, errcode) => {
    const { api } = await start()

    expect(await api(`externalcontact/${path}`, body)).toMatchObject({ errcode })
  })
})

describe('get_user_behavior_data', () => {
  it('gives a row a day and refuses more than 30 days', async () => {
    const { api, post } = await start()
    await post('/sandbox/ui/chat', {
      as: 'wangxiaoming',
      with: 'wmZhang',
      from: 'guide',
      text: '您好',
    })
    const day = Date.parse('2026-11-21T16:00:00Z') / 1000
    const ask = (from: number) =>
      api('externalcontact/get_user_behavior_data', {
        userid: ['wangxiaoming'],
        start_time: from,
        end_time: day,
      })

    const week = await ask(day - 6 * 86_400)

    expect(week['behavior_data']).toHaveLength(7)
    expect((week['behavior_data'] as object[]).at(-1)).toMatchObject({
      stat_time: day,
      chat_cnt: 1,
      message_cnt: 1,
    })
    expect(await ask(day - 31 * 86_400)).toMatchObject({ errcode: 40058 })
  })
})

describe('a member outside the app’s visible range', () => {
  const leave = (running: Awaited<ReturnType<typeof start>>) =>
    running.post('/sandbox/ui/visible', { userid: 'WangXiaoming', visible: false })

  it.each([
    ['externalcontact/list', undefined, { userid: 'WangXiaoming' }, 60111],
    ['externalcontact/get', undefined, { external_userid: 'wmZhao' }, 40096],
    ['externalcontact/mark_tag', { ...pair, add_tag: ['etOld'] }, {}, 60111],
    ['externalcontact/remark', { ...pair, remark: '新' }, {}, 60111],
    ['externalcontact/batch/get_by_user', { userid_list: ['WangXiaoming'] }, {}, 60111],
    [
      'externalcontact/transfer_customer',
      {
        handover_userid: 'WangXiaoming',
        takeover_userid: 'lihua',
        external_userid: ['wmZhang'],
      },
      {},
      60111,
    ],
    [
      'externalcontact/add_msg_template',
      { sender: 'WangXiaoming', external_userid: ['wmZhang'], text: { content: '您好' } },
      {},
      60111,
    ],
  ])('is not there for %s', async (path, body, query, errcode) => {
    const running = await start()
    const before = await running.api(path, body, query)

    await leave(running)

    expect(before.errcode).toBe(0)
    expect(await running.api(path, body, query)).toMatchObject({ errcode })
  })

  it('is left out of a customer’s followers, and is back with the range', async () => {
    const running = await start()
    const { api, post } = running
    await leave(running)
    const followers = await api('externalcontact/get_follow_user_list')
    await post('/sandbox/ui/visible', { userid: 'WangXiaoming', visible: true })

    expect(followers['follow_user']).toEqual(['lihua'])
    expect(await api('externalcontact/list', undefined, { userid: 'wangxiaoming' })).toMatchObject({
      errcode: 0,
    })
  })
})

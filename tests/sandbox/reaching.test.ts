import { describe, expect, it } from 'vitest'
import { fieldOf, start, type Running } from './start.ts'

const DAY_MS = 86_400_000

async function codeOf({ post, sandbox, field }: Running, more: object = {}): Promise<string> {
  await post('/sandbox/ui/add', { userid: 'lihua', externalUserid: 'wmZhang', ...more })
  await sandbox.idle()
  return field('WelcomeCode')
}

describe('send_welcome_msg', () => {
  const welcome = (code: string) => ({ welcome_code: code, text: { content: '欢迎' } })
  const path = 'externalcontact/send_welcome_msg'

  it('delivers once', async () => {
    const running = await start()
    const code = await codeOf(running)

    const first = await running.api(path, welcome(code))
    const second = await running.api(path, welcome(code))

    expect([first.errcode, second.errcode]).toEqual([0, 41050])
    const chat = await running.get('/sandbox/ui/messages?as=wmZhang&with=lihua')
    expect(await chat.json()).toMatchObject({ items: [{ from: 'guide', text: '欢迎' }] })
  })

  it('is too late after 20 seconds, not before', async () => {
    const running = await start()
    const code = await codeOf(running)
    running.sandbox.clock.advance(20_001)
    const late = await running.api(path, welcome(code))
    running.sandbox.clock.advance(-1)
    const inTime = await running.api(path, welcome(code))

    expect([late.errcode, inTime.errcode]).toEqual([41050, 0])
  })

  it('is refused once they chat, without code or content, and to nobody', async () => {
    const running = await start()
    const code = await codeOf(running)

    const empty = await running.api(path, { welcome_code: code })
    await running.post('/sandbox/ui/chat', {
      as: 'wmZhang',
      with: 'lihua',
      from: 'customer',
      text: '在吗',
    })
    const chatting = await running.api(path, welcome(code))

    expect(empty.errcode).toBe(40063)
    expect(chatting.errcode).toBe(41051)
    expect(await running.api(path, { text: { content: 'x' } })).toMatchObject({ errcode: 41049 })
    expect(await running.api(path, welcome('nobody'))).toMatchObject({ errcode: 41050 })
  })

  it('of a half-added customer leaves no code for the confirmation', async () => {
    const running = await start()
    const code = await codeOf(running, { half: true })
    await running.api(path, welcome(code))
    await running.post('/sandbox/ui/relation', { as: 'lihua', with: 'wmZhang', action: 'confirm' })
    await running.sandbox.idle()

    expect(running.field('ChangeType')).toBe('add_external_contact')
    expect(running.field('WelcomeCode')).toBe('')
  })
})

describe('mass messages', () => {
  const task = {
    sender: 'wangxiaoming',
    external_userid: ['wmZhang', 'wmNobody'],
    text: { content: '上新' },
  }

  it('go out when the member confirms, to friends only, within the month’s quota', async () => {
    const { api, post, sandbox } = await start()
    await post('/sandbox/ui/relation', {
      as: 'wmZhao',
      with: 'wangxiaoming',
      action: 'delete_by_customer',
    })
    const all = { sender: 'wangxiaoming', text: { content: '上新' } }
    const result = async (msgid: unknown) => {
      const answer = await api('externalcontact/get_groupmsg_send_result', {
        msgid,
        userid: 'WangXiaoming',
      })
      return (answer['send_list'] as { status: number }[]).map((entry) => entry.status)
    }
    const once = async () => {
      const { msgid } = await api('externalcontact/add_msg_template', all)
      sandbox.clock.advance(10_000)
      await post('/sandbox/ui/mass-send', { as: 'wangxiaoming', msgid })
      return result(msgid)
    }

    const first = await once()
    for (let n = 0; n < 29; n += 1) await once()
    const over = await once()

    expect(first).toEqual([1, 2])
    expect(over).toEqual([3, 2])
  })

  it('name whom they cannot reach, and answer 41063 right after creation', async () => {
    const { api, sandbox } = await start()

    const made = await api('externalcontact/add_msg_template', task)
    const early = await api('externalcontact/get_groupmsg_task', { msgid: made['msgid'] })
    sandbox.clock.advance(10_000)
    const later = await api('externalcontact/get_groupmsg_task', { msgid: made['msgid'] })

    expect(made).toMatchObject({ errcode: 0, fail_list: ['wmNobody'] })
    expect(early.errcode).toBe(41063)
    expect(later['task_list']).toEqual([{ userid: 'WangXiaoming', status: 0 }])
  })

  it('are refused to nobody, reminded three times a day, not after a cancellation', async () => {
    const { api } = await start()
    const nobody = await api('externalcontact/add_msg_template', {
      ...task,
      external_userid: ['wmNobody'],
    })
    const { msgid } = await api('externalcontact/add_msg_template', task)
    const remind = () =>
      api('externalcontact/remind_groupmsg_send', { msgid }).then((a) => a.errcode)

    const codes = [await remind(), await remind(), await remind(), await remind()]
    await api('externalcontact/cancel_groupmsg_send', { msgid })

    expect(nobody.errcode).toBe(41048)
    expect(codes).toEqual([0, 0, 0, 41094])
    expect(await remind()).toBe(41093)
  })
})

describe('transfers', () => {
  const between = { handover_userid: 'WangXiaoming', takeover_userid: 'lihua' }
  const ask = (running: Running, ids: string[]) =>
    running.api('externalcontact/transfer_customer', { ...between, external_userid: ids })

  it('complete after 24 hours with both callbacks', async () => {
    const running = await start()
    const asked = await ask(running, ['wmZhang', 'wmNobody'])

    running.sandbox.clock.advance(DAY_MS)
    await running.sandbox.idle()
    const result = await running.api('externalcontact/transfer_result', between)

    expect(asked['customer']).toEqual([
      { external_userid: 'wmZhang', errcode: 0 },
      { external_userid: 'wmNobody', errcode: 40131 },
    ])
    expect(result['customer']).toMatchObject([{ external_userid: 'wmZhang', status: 1 }])
    const changes = running.receiver.heard.map(({ xml }) => fieldOf(xml, 'ChangeType'))
    expect(changes.sort()).toEqual(['add_external_contact', 'del_external_contact'])
  })

  it('fail when the customer refuses, and are refused under way', async () => {
    const running = await start()
    await ask(running, ['wmZhang'])
    const twice = await ask(running, ['wmZhang'])
    await running.post('/sandbox/ui/transfer-refuse', { externalUserid: 'wmZhang' })
    await running.sandbox.idle()

    expect(twice['customer']).toMatchObject([{ errcode: 40100 }])
    expect(running.field('ChangeType')).toBe('transfer_fail')
    expect(running.field('FailReason')).toBe('customer_refused')
  })

  it('of somebody who left go by an interface of their own, from the list of those who wait', async () => {
    const running = await start()
    const theirs = { handover_userid: 'WangXiaoming', takeover_userid: 'lihua' }
    const call = (path: string, body: object = {}) => running.api(`externalcontact/${path}`, body)
    const early = await call('resigned/transfer_customer', {
      ...theirs,
      external_userid: ['wmZhang'],
    })
    await running.post('/sandbox/ui/leave', { userid: 'WangXiaoming' })
    const waiting = await call('get_unassigned_list', { page_size: 1000 })
    const onJob = await ask(running, ['wmZhang'])
    const asked = await call('resigned/transfer_customer', {
      ...theirs,
      external_userid: ['wmZhang', 'wmNobody'],
    })
    running.sandbox.clock.advance(DAY_MS)
    await running.sandbox.idle()
    const result = await call('resigned/transfer_result', theirs)
    const left = await call('get_unassigned_list')

    expect(early.errcode).toBe(40097)
    expect(waiting).toMatchObject({ is_last: true })
    expect(waiting['info']).toContainEqual(
      expect.objectContaining({ handover_userid: 'wangxiaoming', external_userid: 'wmZhang' }),
    )
    expect(onJob.errcode).toBe(60111)
    expect(asked['customer']).toMatchObject([{ errcode: 0 }, { errcode: 40131 }])
    expect(result['customer']).toMatchObject([{ external_userid: 'wmZhang', status: 1 }])
    expect(left['info']).not.toContainEqual(expect.objectContaining({ external_userid: 'wmZhang' }))
    const changes = running.receiver.heard.map(({ xml }) => fieldOf(xml, 'ChangeType'))
    expect(changes).toEqual(['add_external_contact'])
  })
})

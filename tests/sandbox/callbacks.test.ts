import { describe, expect, it } from 'vitest'
import { corp, fieldOf, start } from './start.ts'

const event = { Event: 'change_external_contact', ChangeType: 'edit_external_contact' }

describe('callbacks', () => {
  it('arrive signed, encrypted for the corp and decrypt to the event', async () => {
    const { receiver, sandbox } = await start()

    const delivery = await sandbox.emit({ ...event, UserID: 'a]]>b' })

    expect(delivery.state).toBe('delivered')
    expect(receiver.heard[0]).toMatchObject({ signed: true, receiveId: corp.corpId })
    expect(receiver.heard[0]?.xml).toContain(
      '<FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1795309200</CreateTime>',
    )
    expect(receiver.heard[0]?.xml).toContain('<![CDATA[a]]]]><![CDATA[>b]]>')
  })

  it('come again after a 500 with another ciphertext and nonce, and the same words', async () => {
    const { receiver, sandbox } = await start()
    receiver.answer = (n) => (n < 2 ? 500 : 200)

    const delivery = await sandbox.emit(event)

    expect(delivery.attempts.map((attempt) => attempt.status)).toEqual([500, 500, 200])
    expect(new Set(receiver.heard.map((heard) => heard.xml)).size).toBe(1)
    expect(new Set(receiver.heard.map((heard) => heard.body)).size).toBe(3)
    expect(new Set(receiver.heard.map((heard) => heard.nonce)).size).toBe(3)
  })

  it('come again when no answer arrives in time', async () => {
    const { receiver, sandbox } = await start()
    receiver.answer = (n) => (n === 0 ? 0 : 200)

    const delivery = await sandbox.emit(event)

    expect(delivery.state).toBe('delivered')
    expect(delivery.attempts[0]?.error).toBeDefined()
    expect(receiver.heard).toHaveLength(2)
  })

  it('are given up after three retries', async () => {
    const { receiver, sandbox } = await start()
    receiver.answer = () => 503

    const delivery = await sandbox.emit(event)

    expect(delivery.state).toBe('given_up')
    expect(receiver.heard).toHaveLength(4)
  })

  it('are not sent for what the app itself changes', async () => {
    const { api, receiver, sandbox } = await start()
    const pair = { userid: 'wangxiaoming', external_userid: 'wmZhang' }

    const marked = await api('externalcontact/mark_tag', { ...pair, remove_tag: ['etOld'] })
    await api('externalcontact/remark', { ...pair, remark: '张姐' })
    await api('externalcontact/add_corp_tag', { group_name: '生命周期', tag: [{ name: '新客' }] })
    await sandbox.idle()

    expect(marked.errcode).toBe(0)
    expect(receiver.heard).toEqual([])
  })

  it('go out many at once, each once', async () => {
    const { receiver, sandbox } = await start({ callbacks: { timeoutMs: 5000 } })

    const sent = Array.from({ length: 500 }, (_, n) => sandbox.emit({ ...event, UserID: `u${n}` }))
    await Promise.all(sent)

    expect(receiver.heard).toHaveLength(500)
    expect(new Set(receiver.heard.map(({ xml }) => xml)).size).toBe(500)
  })

  it('are made by hand through POST /sandbox/events, several times if wanted', async () => {
    const { post, receiver } = await start()

    await post('/sandbox/events', { fields: event, times: 5, wait: true })
    await post('/sandbox/events', { xml: '<xml><Event>odd</Event></xml>', wait: true })

    expect(receiver.heard.filter(({ xml }) => fieldOf(xml, 'Event') === event.Event)).toHaveLength(
      5,
    )
    expect(receiver.heard.at(-1)?.xml).toBe('<xml><Event>odd</Event></xml>')
  })
})

describe('POST /sandbox/verify-callback', () => {
  it('is content with the decrypted echostr only', async () => {
    const good = await start()
    const bad = await start({ callbackUrl: 'http://127.0.0.1:9/nobody' })

    expect(await good.post('/sandbox/verify-callback', {})).toEqual({ ok: true })
    expect(await bad.post('/sandbox/verify-callback', {})).toEqual({ ok: false })
  })
})

describe('what people do in the client', () => {
  it.each([
    [
      'tags',
      { as: 'wangxiaoming', with: 'wmZhang', add: [], remove: ['etOld'] },
      'edit_external_contact',
    ],
    ['remark', { as: 'wangxiaoming', with: 'wmZhang', remark: '张姐' }, 'edit_external_contact'],
    [
      'relation',
      { as: 'wangxiaoming', with: 'wmZhang', action: 'delete_by_guide' },
      'del_external_contact',
    ],
    [
      'relation',
      { as: 'wmZhang', with: 'wangxiaoming', action: 'delete_by_customer' },
      'del_follow_user',
    ],
    ['add', { externalUserid: 'wmZhang', userid: 'lihua', state: 'shop1' }, 'add_external_contact'],
    [
      'add',
      { externalUserid: 'wmZhang', userid: 'lihua', half: true },
      'add_half_external_contact',
    ],
    ['tag-library', { action: 'create', groupId: 'etGroup', name: '小程序' }, 'create'],
    ['tag-library', { action: 'update', id: 'etOld', name: '线下' }, 'update'],
    ['tag-library', { action: 'delete', id: 'etGroup' }, 'delete'],
    ['tag-library', { action: 'shuffle' }, 'shuffle'],
  ])('%s %o is told to the app as %s', async (path, body, changeType) => {
    const { field, post, receiver, sandbox } = await start()

    await post(`/sandbox/ui/${path}`, body)
    await sandbox.idle()

    expect(receiver.heard).toHaveLength(1)
    expect(field('ChangeType')).toBe(changeType)
    expect(receiver.heard[0]?.xml).not.toContain('AgentID')
  })

  it('writing to the app is told with a message id beyond 2^53', async () => {
    const { field, post, sandbox } = await start()

    await post('/sandbox/ui/app-text', { as: 'wangxiaoming', content: '任务' })
    await sandbox.idle()

    expect([field('MsgType'), field('Content'), field('FromUserName')]).toEqual([
      'text',
      '任务',
      'WangXiaoming',
    ])
    expect(BigInt(field('MsgId')) > 2n ** 53n).toBe(true)
  })

  it('a new customer is there, with a welcome code', async () => {
    const { api, field, post, sandbox } = await start()

    const made = await post('/sandbox/ui/new-customer', { name: '新来的', userid: 'lihua' })
    await sandbox.idle()

    expect(field('WelcomeCode')).not.toBe('')
    expect(await api('externalcontact/list', undefined, { userid: 'lihua' })).toMatchObject({
      external_userid: [made['externalUserid']],
    })
  })
})

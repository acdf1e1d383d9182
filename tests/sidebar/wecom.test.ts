import { beforeEach, describe, expect, it, vi } from 'vitest'
import { isCustomerEntry } from '../../sidebar/wecom/chat-host.ts'
import { isSdkLeftover, toHostError } from '../../sidebar/wecom/sdk-error.ts'
import { within } from '../../sidebar/wecom/within.ts'

describe('toHostError', () => {
  it.each([
    ['sendChatMessage:cancel', 'cancelled'],
    ['getCurExternalContact:without context of external contact', 'wrong_entry'],
    ['getCurExternalContact:no permission', 'no_permission'],
    ['sendChatMessage:permission denied', 'no_permission'],
    ['agentConfig:invalid signature', 'sign_failed'],
    ['sendChatMessage:invalid imgUrl', 'failed'],
  ])('reads %s as %s', (errMsg, code) => {
    expect(toHostError({ errMsg })).toMatchObject({ code, detail: errMsg })
  })
})

it('knows the SDK’s own unhandled rejection from others', () => {
  expect(isSdkLeftover({ errMsg: 'agentConfig:invalid signature' })).toBe(true)
  expect(isSdkLeftover(new Error('something of ours'))).toBe(false)
})

it.each([
  ['single_chat_tools', true],
  ['contact_profile', true],
  ['normal', false],
  ['group_chat_tools', false],
])('takes entry %s for a customer’s: %s', (entry, answer) => {
  expect(isCustomerEntry(entry)).toBe(answer)
})

it('times out a call that is never answered', async () => {
  await expect(within(5, 'getContext', new Promise(() => {}))).rejects.toMatchObject({
    code: 'timed_out',
  })
})

describe('createSdkHost with the real SDK', () => {
  const answers: Record<string, object> = {}
  const invoked: { name: string; params: Record<string, unknown> }[] = []

  beforeEach(() => {
    vi.resetModules()
    invoked.length = 0
    Object.assign(answers, {
      agentConfig: { err_msg: 'agentConfig:ok', checkResult: {} },
      getContext: { err_msg: 'getContext:ok', entry: 'single_chat_tools' },
      getCurExternalContact: { err_msg: 'getCurExternalContact:ok', userId: 'wm11' },
      sendChatMessage: { err_msg: 'sendChatMessage:ok' },
      openEnterpriseChat: { err_msg: 'openEnterpriseChat:ok' },
    })
    Object.defineProperty(navigator, 'userAgent', {
      configurable: true,
      get: () => 'Mozilla/5.0 wxwork/4.1.30 MicroMessenger/7.0.1',
    })
    Object.assign(window, {
      WeixinJSBridge: {
        on: () => {},
        invoke(name: string, params: Record<string, unknown>, done: (result: object) => void) {
          invoked.push({ name, params })
          queueMicrotask(() => done({ ...answers[name] }))
        },
      },
    })
  })

  async function aHost() {
    const { createSdkHost } = await import('../../sidebar/wecom/sdk-host.ts')
    const signature = { timestamp: 1_790_000_000, nonceStr: 'n', signature: 's' }
    const jssdk = vi.fn(async () => ({
      corpId: 'ww1',
      agentId: 1_000_002,
      config: signature,
      agentConfig: signature,
    }))
    return { host: createSdkHost({ jssdk }), jssdk }
  }

  it('signs once and tells whose chat it is', async () => {
    const { host, jssdk } = await aHost()

    expect(host.inWecom).toBe(true)
    expect(await host.currentCustomer()).toBe('wm11')
    expect(await host.currentCustomer()).toBe('wm11')

    expect(jssdk).toHaveBeenCalledOnce()
    expect(invoked[0]?.name).toBe('agentConfig')
    expect(invoked[0]?.params['jsApiList']).toContain('sendChatMessage')
  })

  it('refuses a page opened from elsewhere', async () => {
    answers['getContext'] = { err_msg: 'getContext:ok', entry: 'normal' }
    const { host } = await aHost()

    await expect(host.currentCustomer()).rejects.toMatchObject({ code: 'wrong_entry' })
  })

  it('asks an old client without getContext straight for the customer', async () => {
    answers['getContext'] = { err_msg: 'getContext:function not exist' }
    const { host } = await aHost()

    expect(await host.currentCustomer()).toBe('wm11')
  })

  it('tells a cancelled send from a sent one', async () => {
    const { host } = await aHost()

    expect(await host.send('你好')).toBe('sent')
    answers['sendChatMessage'] = { err_msg: 'sendChatMessage:cancel' }
    expect(await host.send('你好')).toBe('cancelled')
    answers['sendChatMessage'] = { err_msg: 'sendChatMessage:fail_no permission' }
    await expect(host.send('你好')).rejects.toMatchObject({ code: 'no_permission' })
  })

  it('opens the chat with one customer', async () => {
    const { host } = await aHost()

    await host.openChat('wm11')

    expect(invoked.at(-1)).toMatchObject({
      name: 'openEnterpriseChat',
      params: { externalUserIds: 'wm11' },
    })
  })
})

import * as ww from '@wecom/jssdk'
import type { Jssdk } from '../../server/api/jssdk/schema.ts'
import { HostError, isCustomerEntry, type ChatHost } from './chat-host.ts'
import { isSdkLeftover, toHostError } from './sdk-error.ts'
import { within } from './within.ts'

/** Milliseconds; sending waits for the guide to confirm in WeCom's own dialog. */
const LIMITS = { sign: 10_000, call: 6_000, send: 90_000, chat: 10_000 }

const JS_API_LIST = ['getContext', 'getCurExternalContact', 'sendChatMessage', 'openEnterpriseChat']

/**
 * The real client through @wecom/jssdk. Registers lazily, once; signatures come from `jssdk(url)` and are asked
 * for again when the SDK asks for another address. Every call has a time-out of ours.
 */
export function createSdkHost(options: { jssdk: (url: string) => Promise<Jssdk> }): ChatHost {
  const signatures = new Map<string, Promise<Jssdk>>()
  let registered: Promise<void> | null = null
  window.addEventListener('unhandledrejection', (event) => {
    if (isSdkLeftover(event.reason)) event.preventDefault()
  })

  function sign(url: string): Promise<Jssdk> {
    const known = signatures.get(url)
    if (known) return known
    const asked = options.jssdk(url)
    signatures.set(url, asked)
    asked.catch(() => signatures.delete(url))
    return asked
  }

  async function register(): Promise<void> {
    const here = location.href.replace(/#.*$/, '')
    const { corpId, agentId } = await within(LIMITS.sign, 'jssdk', sign(here))
    ww.register({
      corpId,
      agentId,
      jsApiList: JS_API_LIST,
      getConfigSignature: async (url) => text((await sign(url)).config),
      getAgentConfigSignature: async (url) => text((await sign(url)).agentConfig),
    })
  }

  async function ready(): Promise<void> {
    registered ??= register()
    try {
      await registered
    } catch (error) {
      registered = null
      throw error instanceof HostError ? error : new HostError('sign_failed', String(error))
    }
  }

  async function call<T>(what: string, ms: number, run: () => Promise<T>): Promise<T> {
    await ready()
    try {
      return await within(ms, what, run())
    } catch (error) {
      throw toHostError(error)
    }
  }

  /** null from clients before 3.0.24, which have no getContext: the next call tells instead. */
  async function entryOfPage(): Promise<string | null> {
    try {
      const context = await call('getContext', LIMITS.call, () => ww.getContext())
      return context.entry
    } catch (error) {
      if (toHostError(error).code === 'failed') return null
      throw error
    }
  }

  return {
    inWecom: ww.env.isWeCom,

    async currentCustomer() {
      const entry = await entryOfPage()
      if (entry !== null && !isCustomerEntry(entry)) throw new HostError('wrong_entry', entry)
      const contact = await call('getCurExternalContact', LIMITS.call, () =>
        ww.getCurExternalContact(),
      )
      return contact.userId
    },

    async send(content) {
      try {
        await call('sendChatMessage', LIMITS.send, () =>
          ww.sendChatMessage({ msgtype: 'text', text: { content } }),
        )
        return 'sent'
      } catch (error) {
        const { code } = toHostError(error)
        if (code === 'cancelled') return 'cancelled'
        if (code === 'timed_out') return 'unknown'
        throw error
      }
    },

    async openChat(externalUserId) {
      await call('openEnterpriseChat', LIMITS.chat, () =>
        ww.openEnterpriseChat({ groupName: '', externalUserIds: [externalUserId] }),
      )
    },
  }
}

function text(signature: Jssdk['config']) {
  return { ...signature, timestamp: String(signature.timestamp) }
}

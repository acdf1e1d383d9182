import { inject, type InjectionKey } from 'vue'

/** Entries from which WeCom tells who the customer is (wecom-protocol 4.2). */
const CUSTOMER_ENTRIES = [
  'contact_profile',
  'single_chat_tools',
  'chat_attachment',
  'single_kf_tools',
]

export type HostErrorCode =
  'wrong_entry' | 'cancelled' | 'no_permission' | 'timed_out' | 'sign_failed' | 'failed'

/** Why the WeCom client didn't do what was asked. `detail` is its own words, for support. */
export class HostError extends Error {
  readonly code: HostErrorCode
  readonly detail: string

  constructor(code: HostErrorCode, detail: string) {
    super(`WeCom client: ${code}`)
    this.name = 'HostError'
    this.code = code
    this.detail = detail
  }
}

/** What came of a send. 'unknown': WeCom did not answer in time, so only the guide can tell. */
export type SendResult = 'sent' | 'cancelled' | 'unknown'

/** The WeCom client around the page. Each call rejects with HostError and nothing else. */
export interface ChatHost {
  /** false in an ordinary browser: then no other member may be called */
  readonly inWecom: boolean
  /** external_userid of the customer of the open chat */
  currentCustomer: () => Promise<string>
  /** asks the guide to send `text` into the open chat; rejects when WeCom refuses */
  send: (text: string) => Promise<SendResult>
  /** opens the chat with a customer */
  openChat: (externalUserId: string) => Promise<void>
}

export const chatHostKey: InjectionKey<ChatHost> = Symbol('chat host')

/** The client around this page; provided once in createPage. */
export function useChatHost(): ChatHost {
  const host = inject(chatHostKey)
  if (!host) throw new Error('no chat host provided')
  return host
}

/** Whether a page opened from this entry belongs to one customer's chat. */
export function isCustomerEntry(entry: string): boolean {
  return CUSTOMER_ENTRIES.includes(entry)
}

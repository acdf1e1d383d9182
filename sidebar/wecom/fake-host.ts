import { HostError, type ChatHost, type HostErrorCode, type SendResult } from './chat-host.ts'

export interface FakeHost extends ChatHost {
  /** texts that were asked to be sent, in order */
  readonly asked: string[]
  /** customers whose chat was opened */
  readonly opened: string[]
}

/** A client for tests and for plain browsers: answers as told, at once. */
export function createFakeHost(
  answers: {
    inWecom?: boolean
    /** the customer of the chat, or a HostErrorCode to refuse with */
    customer?: string
    send?: SendResult | HostErrorCode
  } = {},
): FakeHost {
  const { inWecom = true, customer = 'wm-fake', send = 'sent' } = answers
  const asked: string[] = []
  const opened: string[] = []
  return {
    inWecom,
    asked,
    opened,
    async currentCustomer() {
      if (isErrorCode(customer)) throw new HostError(customer, 'fake')
      return customer
    },
    async send(text) {
      asked.push(text)
      if (send === 'sent' || send === 'cancelled' || send === 'unknown') return send
      throw new HostError(send, 'fake')
    },
    async openChat(externalUserId) {
      opened.push(externalUserId)
    },
  }
}

function isErrorCode(text: string): text is HostErrorCode {
  return [
    'wrong_entry',
    'cancelled',
    'no_permission',
    'timed_out',
    'sign_failed',
    'failed',
  ].includes(text)
}

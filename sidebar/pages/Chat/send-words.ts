import { shallowRef, type ShallowRef } from 'vue'
import type { NewTouch } from '../../../server/api/touches/schema.ts'
import { HostError, type ChatHost, type HostErrorCode } from '../../wecom/chat-host.ts'

export type SendPhase = 'idle' | 'sending' | 'asking'

/** What is to be said about a send. 'kept': sent, but the record waits for the network. */
export type SendOutcome =
  | { said: 'sent' | 'kept' | 'cancelled' }
  | { said: 'failed'; why: HostErrorCode }
  | { said: 'refused'; error: unknown }

interface Message {
  customerId: string
  taskId: string
  templateId: string | null
  variant: string | null
  text: string
}

export interface SendWords {
  readonly phase: Readonly<ShallowRef<SendPhase>>
  /** Sends through WeCom, then records what came of it; null: WeCom didn't tell, the guide must (`answer`). */
  send: (message: Message) => Promise<SendOutcome | null>
  /** The guide's own answer to "did it go out?". */
  answer: (went: boolean) => Promise<SendOutcome | null>
}

/**
 * One send at a time. A touch is recorded for whatever WeCom answered: sent, cancelled or failed; never 'sent'
 * without WeCom's or the guide's word for it.
 */
export function createSendWords(
  host: Pick<ChatHost, 'send'>,
  record: (touch: Omit<NewTouch, 'clientKey'>) => Promise<'recorded' | 'kept'>,
): SendWords {
  const phase = shallowRef<SendPhase>('idle')
  let unanswered: Message | null = null

  async function note(message: Message, result: NewTouch['result']): Promise<SendOutcome> {
    try {
      const kept = await record({ ...message, channel: 'sidebar', result })
      if (result !== 'sent') return { said: 'cancelled' }
      return { said: kept === 'kept' ? 'kept' : 'sent' }
    } catch (error) {
      return result === 'sent' ? { said: 'refused', error } : { said: 'cancelled' }
    }
  }

  return {
    phase,
    async send(message) {
      if (phase.value !== 'idle') return null
      phase.value = 'sending'
      try {
        const result = await host.send(message.text)
        if (result === 'unknown') {
          unanswered = message
          phase.value = 'asking'
          return null
        }
        return await note(message, result)
      } catch (error) {
        const why = error instanceof HostError ? error.code : 'failed'
        await note(message, 'failed')
        return { said: 'failed', why }
      } finally {
        if (phase.value === 'sending') phase.value = 'idle'
      }
    },
    async answer(went) {
      const message = unanswered
      unanswered = null
      phase.value = 'idle'
      return message && note(message, went ? 'sent' : 'cancelled')
    },
  }
}

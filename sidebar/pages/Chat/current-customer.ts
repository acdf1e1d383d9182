import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import { HostError, type ChatHost, type HostErrorCode } from '../../wecom/chat-host.ts'

/** Whose page this is. */
export type CurrentCustomer =
  | { phase: 'asking' }
  | {
      phase: 'known'
      by: 'id' | 'external'
      value: string
      /** false when the address names them: then no chat of theirs is beside the page to send into */
      inChat: boolean
    }
  | { phase: 'refused'; code: HostErrorCode | 'browser' }

/**
 * The customer the page is about: the one the address names (`?customer=` our id, `?externalUserId=`), else the
 * one of the chat beside it. Asked again when the page comes back to view, since the chat may be another by then.
 */
export function useCurrentCustomer(
  host: ChatHost,
  search: string,
): { current: Readonly<ShallowRef<CurrentCustomer>>; ask: () => Promise<void> } {
  const named = customerInAddress(search)
  const current = shallowRef<CurrentCustomer>(named ?? { phase: 'asking' })

  async function ask(): Promise<void> {
    if (named) return
    if (!host.inWecom) {
      current.value = { phase: 'refused', code: 'browser' }
      return
    }
    if (current.value.phase === 'refused') current.value = { phase: 'asking' }
    try {
      const value = await host.currentCustomer()
      if (current.value.phase === 'known' && current.value.value === value) return
      current.value = { phase: 'known', by: 'external', value, inChat: true }
    } catch (error) {
      // a known customer stays: a slow answer on coming back must not empty the page
      if (current.value.phase === 'known') return
      current.value = {
        phase: 'refused',
        code: error instanceof HostError ? error.code : 'failed',
      }
    }
  }

  function lookAgain(): void {
    if (document.visibilityState === 'visible') void ask()
  }

  void ask()
  document.addEventListener('visibilitychange', lookAgain)
  onScopeDispose(() => document.removeEventListener('visibilitychange', lookAgain))
  return { current, ask }
}

/** The customer an address names, or null. */
export function customerInAddress(
  search: string,
): Extract<CurrentCustomer, { phase: 'known' }> | null {
  const params = new URLSearchParams(search)
  const id = params.get('customer')
  if (id && /^\d{1,18}$/.test(id)) return { phase: 'known', by: 'id', value: id, inChat: false }
  const external = params.get('externalUserId')
  return external ? { phase: 'known', by: 'external', value: external, inChat: false } : null
}

import { inject, shallowRef, type InjectionKey, type ShallowRef } from 'vue'

export interface Toast {
  text: string
  tone: 'plain' | 'bad'
  /** a button beside the text, such as "undo" */
  action: { label: string; run: () => void } | null
}

export interface Toaster {
  readonly current: Readonly<ShallowRef<Toast | null>>
  /** Shows a text, 5 seconds with an action (time to undo), 3 without; a new one takes the old one's place. */
  show: (text: string, options?: Partial<Omit<Toast, 'text'>>) => void
  hide: () => void
}

export const toasterKey: InjectionKey<Toaster> = Symbol('toaster')

const PLAIN_MS = 3000
const ACTION_MS = 5000

/** One short message at the foot of the page. */
export function createToaster(): Toaster {
  const current = shallowRef<Toast | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  function hide() {
    clearTimeout(timer)
    current.value = null
  }
  return {
    current,
    hide,
    show(text, { tone = 'plain', action = null } = {}) {
      clearTimeout(timer)
      current.value = { text, tone, action }
      timer = setTimeout(hide, action ? ACTION_MS : PLAIN_MS)
    },
  }
}

/** The page's toaster; provided once in createPage. */
export function useToaster(): Toaster {
  const toaster = inject(toasterKey)
  if (!toaster) throw new Error('no toaster provided')
  return toaster
}

import { useQuery } from '@tanstack/vue-query'
import { onScopeDispose, watch } from 'vue'
import { useApi } from '../session.ts'
import { keys } from './queries.ts'
import { createUnsentTouches, newClientKey, type UnsentTouches } from './unsent-touches.ts'
import type { NewTouch } from '../../server/api/touches/schema.ts'

const REPEAT_MS = 30_000

/**
 * Records touches for the signed-in person and repeats the kept ones: when the page opens, when the network is
 * back, when the page is looked at again, and every half minute. While it isn't known yet who is signed in, they
 * are kept for this tab only, so that nobody else's session ever posts them.
 */
export function useTouches(): {
  record: (touch: Omit<NewTouch, 'clientKey'>) => Promise<'recorded' | 'kept'>
} {
  const api = useApi()
  const me = useQuery({ queryKey: keys.me, queryFn: api.me })
  const post = api.touch
  const ofThisTab = createUnsentTouches({ store: sessionStorage, userid: 'this-tab', post })
  let mine: UnsentTouches | null = null

  function repeat(): void {
    if (document.visibilityState === 'hidden') return
    void ofThisTab.flush()
    void mine?.flush()
  }

  watch(
    () => me.data.value?.userid,
    (userid) => {
      mine = userid ? createUnsentTouches({ store: localStorage, userid, post }) : null
      repeat()
    },
    { immediate: true },
  )
  window.addEventListener('online', repeat)
  document.addEventListener('visibilitychange', repeat)
  const timer = setInterval(repeat, REPEAT_MS)
  onScopeDispose(() => {
    window.removeEventListener('online', repeat)
    document.removeEventListener('visibilitychange', repeat)
    clearInterval(timer)
  })

  return {
    record: (touch) => (mine ?? ofThisTab).record({ ...touch, clientKey: newClientKey() }),
  }
}

import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'

/** Whether the device believes it has a network, as a ref. */
export function useOnline(): Readonly<ShallowRef<boolean>> {
  const online = shallowRef(navigator.onLine)
  const update = () => (online.value = navigator.onLine)
  window.addEventListener('online', update)
  window.addEventListener('offline', update)
  onScopeDispose(() => {
    window.removeEventListener('online', update)
    window.removeEventListener('offline', update)
  })
  return online
}

import { onBeforeUnmount, onMounted } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'

/** Asks before a page with changes that are not saved is left, inside the console or out of it. */
export function useLeaveGuard(hasChanges: () => boolean, question: () => string): void {
  onBeforeRouteLeave(() => !hasChanges() || window.confirm(question()))
  const warn = (event: BeforeUnloadEvent) => {
    if (hasChanges()) event.preventDefault()
  }
  onMounted(() => addEventListener('beforeunload', warn))
  onBeforeUnmount(() => removeEventListener('beforeunload', warn))
}

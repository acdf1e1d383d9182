import { onBeforeUnmount, onMounted, type ShallowRef } from 'vue'

/** Calls `seen` whenever the element comes within 200 px of the screen; at once where that can't be observed. */
export function useSeen(element: Readonly<ShallowRef<HTMLElement | null>>, seen: () => void): void {
  let observer: IntersectionObserver | null = null
  onMounted(() => {
    if (typeof IntersectionObserver === 'undefined') {
      seen()
      return
    }
    observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) seen()
      },
      { rootMargin: '200px' },
    )
    if (element.value) observer.observe(element.value)
  })
  onBeforeUnmount(() => observer?.disconnect())
}

const FOCUSABLE = 'button:not(:disabled), a[href], input:not(:disabled), select, textarea'

/**
 * Keeps the keyboard inside a dialog and the page behind it still. Returns what ends it and gives the focus back
 * to where it was.
 */
export function keepFocusIn(panel: HTMLElement): () => void {
  const before = document.activeElement
  const { overflow } = document.body.style
  document.body.style.overflow = 'hidden'
  panel.focus()

  function turn(event: KeyboardEvent): void {
    if (event.key !== 'Tab') return
    const stops = [...panel.querySelectorAll<HTMLElement>(FOCUSABLE)]
    const edge = event.shiftKey ? stops[0] : stops[stops.length - 1]
    const next = event.shiftKey ? stops[stops.length - 1] : stops[0]
    const outside = document.activeElement === panel && event.shiftKey
    if (document.activeElement !== edge && !outside) return
    event.preventDefault()
    next?.focus()
  }

  panel.addEventListener('keydown', turn)
  return () => {
    panel.removeEventListener('keydown', turn)
    document.body.style.overflow = overflow
    if (before instanceof HTMLElement) before.focus()
  }
}

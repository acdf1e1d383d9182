import { onBeforeUnmount, onMounted } from './vue.js'

/**
 * Plays WeCom for the page in an iframe (wecom-protocol 4.4): hears `{ t: 'inv', id, name, params }`
 * from that frame only, asks `answer(name, params, pageUrl)` and posts `{ t: 'res', id, res }` back
 * to the origin that asked.
 */
export function useBridgeHost(frame, assistantOrigin, answer) {
  async function reply(event) {
    const window = frame.value?.contentWindow
    if (window === undefined || window === null || event.source !== window) return
    if (event.origin !== assistantOrigin()) return
    const { t, id, name, params, url } = event.data ?? {}
    if (t !== 'inv' || typeof name !== 'string') return
    const res = await answer(name, params ?? {}, url ?? '')
    window.postMessage({ t: 'res', id, res }, event.origin)
  }

  const hear = (event) => void reply(event)
  onMounted(() => addEventListener('message', hear))
  onBeforeUnmount(() => removeEventListener('message', hear))
}

/**
 * GET /bridge.js: makes a page in the client window's iframe believe it is in WeCom (wecom-protocol 4.5). A
 * classic script, to be loaded before the page's module script. Outside an iframe it does nothing.
 */
export const BRIDGE_SCRIPT = `(() => {
  'use strict'
  if (window.parent === window) return
  const host = new URL(document.currentScript.src).origin
  const plain = navigator.userAgent.replace(/\\s*wxwork\\/\\S+/i, '')
  const userAgent = plain + ' wxwork/4.1.30 (MicroMessenger/6.2) WindowsWechat WeChat/2.0.4 Language/zh'
  Object.defineProperty(navigator, 'userAgent', { get: () => userAgent, configurable: true })

  let seq = 0
  const waiting = new Map()
  const listeners = new Map()
  window.addEventListener('message', (event) => {
    if (event.source !== window.parent || event.origin !== host) return
    const data = event.data || {}
    if (data.t === 'res') {
      const callback = waiting.get(data.id)
      waiting.delete(data.id)
      if (callback) callback(data.res)
    }
    if (data.t === 'evt') for (const heard of listeners.get(data.name) || []) heard(data.data)
  })
  window.WeixinJSBridge = {
    invoke(name, params, callback) {
      seq += 1
      waiting.set(seq, callback)
      // the SDK's params carry functions, which postMessage cannot
      const copy = JSON.parse(JSON.stringify(params || {}))
      window.parent.postMessage({ t: 'inv', id: seq, name, params: copy, url: location.href }, host)
    },
    on(name, heard) {
      listeners.set(name, [...(listeners.get(name) || []), heard])
    },
  }
  document.dispatchEvent(new Event('WeixinJSBridgeReady'))
})()
`

import { reactive } from './vue.js'
import { assistantPath } from './assistant-address.js'
import { isWebAddress } from './rich-text.js'

let seq = 0

/** The one window of the assistant that WeCom opens over the chat: phone-sized or wide. */
export function createWindows(assistantOrigin) {
  const panel = reactive({
    open: false,
    minimised: false,
    wide: false,
    key: 0,
    to: '',
    title: '',
    outside: '',
  })

  function open(to, { title = '导购助手', wide = false } = {}) {
    seq += 1
    Object.assign(panel, { open: true, minimised: false, wide, key: seq, to, title, outside: '' })
  }

  /** Opens what a card or message links to. */
  function follow(address) {
    const path = assistantPath(address, assistantOrigin())
    if (path !== null) {
      open(path, { wide: path.startsWith('/console') })
      return
    }
    seq += 1
    const outside = isWebAddress(address) ? address : ''
    Object.assign(panel, {
      open: true,
      minimised: false,
      wide: false,
      key: seq,
      to: '',
      title: '外部链接',
      outside,
    })
  }

  return {
    panel,
    open,
    follow,
    reload: () => {
      seq += 1
      panel.key = seq
    },
    minimise: () => {
      panel.minimised = true
    },
    restore: () => {
      panel.minimised = false
    },
    close: () => Object.assign(panel, { open: false, minimised: false, to: '', outside: '' }),
  }
}

// Loaded before the assistant (node --import): writes down every name that is looked up and every address that is
// connected to, and answers names below .test by the rules of the scenario. Plain JavaScript: it comes before tsx.
import dns from 'node:dns'
import { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

const file = process.env.NETWORK_LOG
const write = (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`)

const PUBLIC = '93.184.216.34'
const INSIDE = '10.11.12.13'
/** what a name resolves to, the nth time it is asked for */
const NAMES = {
  'inside.test': () => [INSIDE],
  'loopback.test': () => ['127.0.0.1'],
  'metadata.test': () => ['169.254.169.254'],
  'inside6.test': () => ['fd00::1'],
  'mapped.test': () => ['::ffff:10.11.12.13'],
  'both.test': () => [PUBLIC, INSIDE],
  'rebinding.test': (nth) => (nth === 1 ? [PUBLIC] : [INSIDE]),
}
const asked = {}

const lookup = dns.lookup
dns.lookup = function (name, options, callback) {
  const done = typeof options === 'function' ? options : callback
  const settings = typeof options === 'object' && options !== null ? options : {}
  write({ lookup: name })
  const rule = NAMES[name]
  if (!rule) return lookup.call(dns, name, options, callback)
  asked[name] = (asked[name] ?? 0) + 1
  const found = rule(asked[name]).map((address) => ({ address, family: net.isIP(address) }))
  process.nextTick(() =>
    settings.all ? done(null, found) : done(null, found[0].address, found[0].family),
  )
}

// oxlint-disable-next-line typescript/unbound-method -- called below with the socket it belongs to
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...args) {
  const [first] = Array.isArray(args[0]) ? args[0] : args
  const to = typeof first === 'object' && first !== null ? first : { port: first, host: args[1] }
  if (to.path === undefined) write({ connect: `${to.host ?? 'localhost'}:${to.port}` })
  this.once('connect', () => {
    if (this.remoteAddress) write({ connected: `${this.remoteAddress}:${this.remotePort}` })
  })
  // each address that is tried, whether or not anybody answers there
  this.on('connectionAttempt', (address, port) => write({ attempt: `${address}:${port}` }))
  return connect.apply(this, args)
}
syncBuiltinESMExports()

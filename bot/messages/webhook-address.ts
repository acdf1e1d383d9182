import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import { Agent } from 'undici'

/** The machine itself, written out: a program beside us may subscribe. */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

const inner = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  inner.addSubnet(net, bits, 'ipv4')
}
for (const [net, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  inner.addSubnet(net, bits, 'ipv6')
}

/**
 * Whether an address of a webhook may be called at all: https anywhere outside, or http(s) on this machine. A
 * name is looked at again when it is called (`createWebhookAgent`): what it resolves to may change.
 *
 * @returns what to write instead, or undefined when it is fine
 */
export function refuseWebhookUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || text.length > 2000)
    return 'a full address such as https://crm.example.com/hooks/guide'
  if (url.username || url.password)
    return 'an address without a user name; check the signature instead'
  if (url.hash) return 'an address without #'
  if (isLoopback(url)) {
    return /^https?:$/.test(url.protocol) ? undefined : 'an address that starts with https://'
  }
  if (url.protocol !== 'https:') return 'an address that starts with https://'
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(literal) && isInner(literal) ? 'a public address, or one on this machine' : undefined
}

/** Whether an address lies inside a network: private, link-local, reserved. */
export function isInner(address: string): boolean {
  return inner.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** Thrown when the name of a webhook resolves to an address inside. */
export class InnerAddress extends Error {
  override name = 'InnerAddress'
}

/**
 * What makes the calls. The address that a name resolves to is checked and then connected to, in one step: a
 * name that changes in between leads nowhere. Redirects are not followed.
 */
export function createWebhookAgent(url: string): Agent {
  const options = {
    connections: 1,
    connectTimeout: 5_000,
    headersTimeout: 10_000,
    bodyTimeout: 10_000,
  }
  return isLoopback(new URL(url))
    ? new Agent({ ...options, connect: { timeout: 5_000 } })
    : new Agent({ ...options, connect: { timeout: 5_000, lookup: lookupOutside } })
}

type Answer = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void

function lookupOutside(hostname: string, options: LookupOptions, answer: Answer): void {
  resolve(hostname, { ...options, all: true }, (error, found) => {
    if (error) return answer(error, [])
    const [first] = found
    if (!first || found.some(({ address }) => isInner(address))) {
      return answer(new InnerAddress('the name resolves to an address inside a network'), [])
    }
    return options.all ? answer(null, found) : answer(null, first.address, first.family)
  })
}

function isLoopback(url: URL): boolean {
  return LOOPBACK.has(url.hostname)
}

import { hash } from 'node:crypto'
import { hostname } from 'node:os'
import { crc32 } from 'node:zlib'
import type { DataCipher } from '../members/data-cipher.ts'
import type { ArrivedCallback } from './arrived.ts'

/** A callback as the spool keeps it. */
export interface SpooledCallback extends ArrivedCallback {
  /** when it was received, milliseconds since 1970 by this machine's clock */
  arrivedAt: number
}

/** length of the body and its CRC-32, four bytes each */
const HEAD = 8
const SUFFIX = '.spool'

type Row = [key: string, xml: string, traceId: string, urgent: boolean, arrivedAt: number]

/** Some callbacks as one frame of a spool file: length, checksum, AES-GCM over their JSON. */
export function encodeFrame(cipher: DataCipher, callbacks: readonly SpooledCallback[]): Buffer {
  const rows = callbacks.map(({ key, xml, traceId, urgent, arrivedAt }): Row => [
    key.toString('base64'),
    xml,
    traceId,
    urgent,
    arrivedAt,
  ])
  const body = cipher.encrypt(JSON.stringify(rows))
  const head = Buffer.alloc(HEAD)
  head.writeUInt32BE(body.length, 0)
  head.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([head, body])
}

/**
 * Where the whole frames of a file end. What is behind was being written when its process died: it was never
 * acknowledged, since that waits until the frame is on the disk.
 *
 * @returns the bodies in their order, and how many bytes behind them are torn
 */
export function splitFrames(bytes: Buffer): { bodies: Buffer[]; torn: number } {
  const bodies: Buffer[] = []
  let at = 0
  while (at + HEAD <= bytes.length) {
    const end = at + HEAD + bytes.readUInt32BE(at)
    const body = bytes.subarray(at + HEAD, end)
    // a page that never reached the disk reads as zeros, and so do an empty body and its checksum
    if (end === at + HEAD || end > bytes.length || crc32(body) !== bytes.readUInt32BE(at + 4)) break
    bodies.push(body)
    at = end
  }
  return { bodies, torn: bytes.length - at }
}

/** @throws Error when the body was not made with this key */
export function decodeBody(cipher: DataCipher, body: Buffer): SpooledCallback[] {
  const rows = JSON.parse(cipher.decrypt(body)) as Row[]
  return rows.map(([key, xml, traceId, urgent, arrivedAt]) => ({
    key: Buffer.from(key, 'base64'),
    xml,
    traceId,
    urgent,
    arrivedAt,
  }))
}

const HOST = hash('sha256', hostname()).slice(0, 8)

/** What the files of one corp and one DATA_KEY begin with: others' files in the same folder are left alone. */
export function houseOf(cipher: DataCipher, corpId: string): string {
  return Buffer.from(cipher.blindIndex(`spool ${corpId}`))
    .toString('hex')
    .slice(0, 16)
}

/** tells this process from an earlier one of the same number: in a container, each is number 1 */
const STARTED = Math.round(performance.timeOrigin).toString(36)

/** A name for a file of this process: house, machine, process, its start, and what tells its files apart. */
export function fileName(house: string, unique: string): string {
  return `${house}.${HOST}.${process.pid}.${STARTED}.${unique}${SUFFIX}`
}

/** what stands for the start in the name of a file that its process left when it ended in order */
const LEFT = 'left'

/** A name that says: free for whoever comes. */
export function leftName(house: string, unique: string): string {
  return `${house}.${HOST}.${process.pid}.${LEFT}.${unique}${SUFFIX}`
}

/** Whether a name is a spool file's of this house. */
export function isOfHouse(house: string, name: string): boolean {
  return name.startsWith(`${house}.`) && name.endsWith(SUFFIX)
}

/** Whether the process that named the file is known to be gone: it said so, or ran here and runs no more. */
export function isOwnerGone(name: string): boolean {
  const [, host, pid, started] = name.split('.')
  if (started === LEFT) return true
  if (host !== HOST) return false
  if (Number(pid) === process.pid) return started !== STARTED
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

import { hash } from 'node:crypto'
import { createSpool } from '../../../bot/callbacks/spool.ts'
import { createDataCipher } from '../../../bot/members/data-cipher.ts'

/** Spools callback after callback, to be killed; its parent is told of each that was acknowledged. */
const spool = createSpool({
  folder: process.env['SPOOL_FOLDER'] ?? '',
  corpId: 'ww0000000000000001',
  cipher: createDataCipher('11'.repeat(32)),
})
const lines = Number(process.env['LINES'] ?? '8')
let next = 0
async function line(): Promise<void> {
  for (;;) {
    const xml = `<xml>${process.pid}-${(next += 1)}</xml>`
    const key = hash('sha256', xml, 'buffer')
    const result = await spool.add({ key, xml, traceId: 'trace', urgent: false })
    if (result === 'spooled') process.send?.(xml)
  }
}
await Promise.all(Array.from({ length: lines }, line))

import { buildRequests } from './build-requests.ts'
import { drive } from './drive.ts'
import type { LoadAnswer, LoadOrder } from './messages.ts'

/** The load process: what it is told comes by IPC, and what it found goes back that way. */
let requests: Buffer[] = []

process.on('message', (order: LoadOrder) => {
  obey(order).then(tell, (error: unknown) => tell({ ok: false, why: String(error) }))
})
process.on('disconnect', () => process.exit())

async function obey(order: LoadOrder): Promise<LoadAnswer> {
  if (order.do === 'run') return { ok: true, report: await drive(requests, order.plan) }
  requests = buildRequests(order.plan)
  return { ok: true, bytes: requests[0]?.length ?? 0 }
}

function tell(answer: LoadAnswer): void {
  process.send?.(answer)
}

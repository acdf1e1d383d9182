import type { Fault } from '../../support/quota-wecom/faults.ts'

/** A fault of WeCom's or of what stands between, as R9 makes it. */
export interface FaultKind {
  name: string
  fault: Fault
  /** half of the time the deed is done and only its answer goes wrong: then the next try must not double it */
  halfAfter: boolean
  /** the client waits its whole time limit for it */
  isSlow: boolean
  /** default message/send */
  by?: 'welcome'
}

const errcode = (code: number, more: Partial<FaultKind> = {}): FaultKind => ({
  name: `errcode ${code}`,
  fault: { kind: 'errcode', errcode: code },
  halfAfter: false,
  isSlow: false,
  ...more,
})

const broken = (name: string, fault: Fault, isSlow = false): FaultKind => ({
  name,
  fault,
  halfAfter: true,
  isSlow,
})

/** All but 40014, 42001 and 45009, which have scenes of their own. */
export const FAULT_KINDS: readonly FaultKind[] = [
  errcode(-1),
  errcode(45_033),
  errcode(60_020),
  errcode(41_051, { by: 'welcome' }),
  broken('HTTP 500', { kind: 'status', status: 500 }),
  broken('HTTP 502', { kind: 'status', status: 502 }),
  broken('connection reset', { kind: 'reset' }),
  broken('malformed JSON', { kind: 'text', text: '{"errcode":0,"msgid":' }),
  broken('errcode of a wrong type', { kind: 'text', text: '{"errcode":"0","errmsg":"ok"}' }),
  broken('errcode null', { kind: 'text', text: '{"errcode":null}' }),
  broken('stall', { kind: 'stall' }, true),
  broken('slow-loris body', { kind: 'drip' }, true),
]

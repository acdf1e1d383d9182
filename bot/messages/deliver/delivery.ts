import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { Outbox } from '../../../prisma/generated/client.ts'
import type { Db } from '../../../prisma/db.ts'

/** A row of the outbox as its kind gets it. */
export type OutboxRow = Outbox

/** What a kind's call came to. What WeCom refuses is thrown as a WecomError instead. */
export type Delivered =
  | {
      state: 'sent'
      msgid?: string
      /** of a card: single use within 72 h */
      responseCode?: string
      /** what else the success changes, in the transaction that says so */
      write?: (tx: Db) => Promise<void>
    }
  /** not to be done any more, or never possible: with the reason for the operator */
  | { state: 'cancelled' | 'failed'; why: string }
  /** something else must happen first: try again in `delayMs` milliseconds */
  | { state: 'waiting'; why: string; delayMs: number; counts: boolean; errcode?: number }

/** What a kind is told besides its row. */
export interface DeliveryContext {
  /** an earlier try was cut off, or got no answer: the call may have been made */
  mayBeDone: boolean
  /** begin of the first such try */
  unsureSince: Date | null
}

/** A payload that isn't of its kind's shape: a bug of who wrote the row. */
export class BadPayload extends Error {
  override name = 'BadPayload'
}

/**
 * Reads a row's payload.
 *
 * @throws BadPayload naming the first field that doesn't fit, never its value
 */
export function readPayload<S extends TSchema>(shape: S, row: OutboxRow): Static<S> {
  const payload: unknown = row.payload
  if (Value.Check(shape, payload)) return payload
  const [first] = Value.Errors(shape, payload)
  throw new BadPayload(
    `${row.kind} payload ${first?.instancePath || '/'} ${first?.message ?? 'is wrong'}`,
  )
}

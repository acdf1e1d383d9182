import type { BotDeps } from '../deps.ts'
import type { CallbackEvent } from './parse.ts'

/** The stored callback an event came in. */
export interface StoredCallback {
  inboxId: bigint
  traceId: string
  /** milliseconds since we received it, by the database's clock: the demo's clock may jump */
  ageMs: number
}

/**
 * Does what one kind of event asks. It may run twice and in any order, so the event is a hint: the state is
 * read from WeCom, and rows are made with keys of their own.
 *
 * @returns what became of it, for the inbox row: `done`, `ignored`, or a sentence for the operator without
 *   anything personal
 */
export type EventHandler = (
  deps: BotDeps,
  event: CallbackEvent,
  stored: StoredCallback,
) => Promise<string>

export const DONE = 'done'
export const IGNORED = 'ignored'

import type { CustomerProfile } from '../../../server/api/customers/schema.ts'
import { momentPhrase, type Reading } from '../../time/phrases.ts'

/** Why the customer may not be contacted now and until when; null when they may. */
export function heldPhrase(contact: CustomerProfile['contact'], reading: Reading): string | null {
  if (contact.ok) return null
  const { m } = reading
  const why = contact.why ? m.terms.hold[contact.why] : m.why.failed
  return contact.until
    ? m.why.heldUntil(why, momentPhrase(contact.until, reading))
    : m.why.held(why)
}

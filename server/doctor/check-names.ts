/** What a set-up needs, in the order in which one thing stands on another. */
export const CHECK_NAMES = [
  'database',
  'clock',
  'token',
  'app',
  'customer_contact',
  'tags',
  'js_tickets',
  'public_address',
  'callback_address',
] as const
export type CheckName = (typeof CHECK_NAMES)[number]

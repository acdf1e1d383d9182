/** Who asks. `own`, `far` and the colleague are seen from the customer and the task that a request is about. */
export const ASKERS = [
  'anonymous',
  'tampered cookie',
  'expired cookie',
  'other corp',
  'former guide',
  'own guide',
  'colleague',
  'far guide',
  'own manager',
  'far manager',
  'hq',
  'revoked key',
  'chain’s system',
] as const
export type Asker = (typeof ASKERS)[number]

/** What each asker gets; `2xx` is any success. */
export type Expected = Record<Asker, number | '2xx'>

/** Everybody the same. */
export function everybody(status: number | '2xx'): Expected {
  return {
    anonymous: status,
    'tampered cookie': status,
    'expired cookie': status,
    'other corp': status,
    'former guide': status,
    'own guide': status,
    colleague: status,
    'far guide': status,
    'own manager': status,
    'far manager': status,
    hq: status,
    'revoked key': status,
    'chain’s system': status,
  }
}

/** Whoever brings no session that holds; a key of the open API is none. */
const STRANGERS = [
  'anonymous',
  'tampered cookie',
  'expired cookie',
  'other corp',
  'former guide',
  'revoked key',
  'chain’s system',
] as const satisfies readonly Asker[]

/** The same answer to every stranger. */
export function strangers(status: number): Partial<Expected> {
  return Object.fromEntries(STRANGERS.map((asker) => [asker, status]))
}

/** who is signed in */
export const SIGNED_IN: Expected = { ...everybody('2xx'), ...strangers(401) }
/** whose scope it lies in; for the others it does not exist */
export const IN_SCOPE: Expected = {
  ...SIGNED_IN,
  colleague: 404,
  'far guide': 404,
  'far manager': 404,
}
export const MANAGERS: Expected = {
  ...SIGNED_IN,
  'own guide': 403,
  colleague: 403,
  'far guide': 403,
}
/** what belongs to one store's managers */
export const OF_OWN_STORE: Expected = { ...MANAGERS, 'far manager': 404 }
/** what holds for the whole chain */
export const HEADQUARTERS: Expected = { ...MANAGERS, 'own manager': 403, 'far manager': 403 }
export const ANYBODY = everybody('2xx')
/** pages: to the sign-in, or on to one's own */
export const REDIRECTS = everybody(302)
/** a session opens none of the doors of the chain's systems */
export const KEY_ONLY: Expected = { ...everybody(401), 'chain’s system': '2xx' }

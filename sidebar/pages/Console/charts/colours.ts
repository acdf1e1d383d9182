const ROLES = ['ink', 'ink-soft', 'line', 'card', 'accent', 'accent-fill', 'good', 'warn'] as const

/** The page's colours by role (styles/base.css), light or dark as they are now: a canvas has no CSS. */
export type Colours = Record<(typeof ROLES)[number], string>

export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement)
  // one for each of the roles
  return Object.fromEntries(
    ROLES.map((role) => [role, style.getPropertyValue(`--${role}`).trim()]),
  ) as Colours
}

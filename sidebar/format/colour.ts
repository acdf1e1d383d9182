import { contrast } from '../../domain/colour.ts'

const DARK = '#1b1b1b'
const LIGHT = '#ffffff'

/** The ink that is readable on a background: near-black or white, whichever contrasts more. */
export function inkOn(background: string): string {
  return contrast(background, DARK) >= contrast(background, LIGHT) ? DARK : LIGHT
}

/** Whether a text is a colour we can compute with: the server sends #rrggbb. */
export function isColour(text: string): boolean {
  return /^#[\da-f]{6}$/i.test(text)
}

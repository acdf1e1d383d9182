import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { contrast } from '../../domain/colour.ts'
import { inkOn } from '../../sidebar/format/colour.ts'

const css = readFileSync('sidebar/styles/base.css', 'utf8')
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)')

function tokens(block: string): Record<string, string> {
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, name, value]) => [name, value]),
  )
}

const themes = { light: tokens(light), dark: { ...tokens(light), ...tokens(dark) } }
const pairs = [
  ['ink', 'card'],
  ['ink', 'ground'],
  ['ink', 'sunken'],
  ['ink', 'accent-wash'],
  ['ink-soft', 'card'],
  ['ink-soft', 'ground'],
  ['accent', 'card'],
  ['accent', 'ground'],
  ['accent', 'accent-wash'],
  ['on-accent', 'accent-fill'],
  ['good', 'card'],
  ['good', 'good-wash'],
  ['warn', 'card'],
  ['warn', 'warn-wash'],
  ['bad', 'card'],
  ['bad', 'bad-wash'],
  ['on-toast', 'toast'],
  ['toast-link', 'toast'],
] as const

describe.each(['light', 'dark'] as const)('colours of the %s theme', (theme) => {
  it.each(pairs)('%s on %s is at least 4.5 : 1', (ink, ground) => {
    const colours = themes[theme]

    expect(contrast(colours[ink] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(4.5)
  })
})

describe('inkOn', () => {
  it.each(['#9aa4b2', '#d4af37', '#b87333', '#5b5b5b', '#ffffff', '#000000', '#777777'])(
    'is readable on %s',
    (colour) => {
      expect(contrast(inkOn(colour), colour)).toBeGreaterThanOrEqual(4.1)
    },
  )
})

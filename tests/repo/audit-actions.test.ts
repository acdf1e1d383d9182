import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AUDIT_ACTIONS } from '../../domain/audit-actions.ts'

const root = new URL('../../', import.meta.url)
const sources = ['bot', 'server', 'scripts']
  .flatMap((room) =>
    readdirSync(new URL(`${room}/`, root), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${room}/${path}`,
    ),
  )
  .filter((path) => path.endsWith('.ts') && !path.startsWith('scripts/torture/'))
  .map((path) => readFileSync(new URL(path, root), 'utf8'))
  // what writes the log itself, or hands the action to who does
  .filter((text) => /auditLog\.create|\baudit\(|\breveal\(|\bwriteDown\(/.test(text))

/** Every literal that stands where an action is given. */
const written = new Set(
  sources.flatMap((text) =>
    [
      ...text.matchAll(/\baction(?:: |\s*=\s*)(?:'[a-z_.]+' \| )*'([a-z_.]+)'/g),
      ...text.matchAll(/\baction: '([a-z_.]+)' \|/g),
      ...text.matchAll(/\bACTION = '([a-z_.]+)'/g),
      ...text.matchAll(/\b(?:audit|reveal)\([^']*'([a-z_.]+)'/g),
      ...text.matchAll(/\bbegin\([^']*'([a-z_.]+)'/g),
    ].flatMap(([, action]) => action ?? []),
  ),
)

describe('the actions of the audit log', () => {
  it('all have words, and no words are left of actions that nobody writes', () => {
    expect(written).toEqual(new Set(Object.keys(AUDIT_ACTIONS)))
  })

  it('are told in both languages', () => {
    for (const words of Object.values(AUDIT_ACTIONS)) {
      expect(words['zh-CN']).toMatch(/\p{Script=Han}/u)
      expect(words.en).toMatch(/^[A-Z][^\p{Script=Han}]+$/u)
    }
  })
})

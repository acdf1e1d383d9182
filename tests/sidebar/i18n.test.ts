import { describe, expect, it } from 'vitest'
import { enConsole } from '../../sidebar/i18n/console/en.ts'
import { zhCNConsole } from '../../sidebar/i18n/console/zh-CN.ts'
import { enDesk } from '../../sidebar/i18n/desk/en.ts'
import { zhCNDesk } from '../../sidebar/i18n/desk/zh-CN.ts'
import { en } from '../../sidebar/i18n/en.ts'
import { en as enAssignments } from '../../sidebar/pages/Console/Assignments/en.ts'
import { zhCN as zhCNAssignments } from '../../sidebar/pages/Console/Assignments/zh-CN.ts'
import { en as enAudience } from '../../sidebar/pages/Console/Audience/en.ts'
import { zhCN as zhCNAudience } from '../../sidebar/pages/Console/Audience/zh-CN.ts'
import { chooseLanguage } from '../../sidebar/i18n/index.ts'
import { zhCN } from '../../sidebar/i18n/zh-CN.ts'
import { CUSTOMERS_WORDS } from '../../sidebar/pages/Console/Customers/customers-words.ts'
import { EDITOR_WORDS } from '../../sidebar/pages/Console/Editor/editor-words.ts'
import { POINTS_WORDS } from '../../sidebar/pages/Console/Points/points-words.ts'
import { CUSTOMER_WORDS } from '../../sidebar/pages/Console/Customer/customer-words.ts'
import { MERGES_WORDS } from '../../sidebar/pages/Console/Merges/merges-words.ts'
import { HANDOVERS_WORDS } from '../../sidebar/pages/Console/Handovers/handovers-words.ts'
import { LIMITS_WORDS } from '../../sidebar/pages/Console/Limits/limits-words.ts'
import { RULES_WORDS } from '../../sidebar/pages/Console/Rules/rules-words.ts'
import { SETTINGS_WORDS } from '../../sidebar/pages/Console/Settings/settings-words.ts'
import { TAGS_WORDS } from '../../sidebar/pages/Console/Tags/tags-words.ts'
import { TIERS_WORDS } from '../../sidebar/pages/Console/Tiers/tiers-words.ts'
import { WORDS_WORDS } from '../../sidebar/pages/Console/Words/words-words.ts'
import { overviewWords } from '../../sidebar/pages/Console/Overview/overview-words.ts'
import { reportWords } from '../../sidebar/pages/Console/Reports/report-words.ts'

/** `path: kind` of every leaf; functions also tell how many values they take. */
function shapeOf(value: object, path = ''): string[] {
  return Object.entries(value).flatMap(([key, leaf]: [string, unknown]) => {
    const at = path ? `${path}.${key}` : key
    if (typeof leaf === 'function') return [`${at}: function(${leaf.length})`]
    if (typeof leaf === 'object' && leaf !== null) return shapeOf(leaf, at)
    return [`${at}: ${typeof leaf}`]
  })
}

describe('the catalogues', () => {
  it('say the same things in both languages', () => {
    expect(shapeOf(en).sort()).toEqual(shapeOf(zhCN).sort())
    expect(shapeOf(enConsole).sort()).toEqual(shapeOf(zhCNConsole).sort())
    expect(shapeOf(enDesk).sort()).toEqual(shapeOf(zhCNDesk).sort())
    expect(shapeOf(overviewWords.en).sort()).toEqual(shapeOf(overviewWords['zh-CN']).sort())
    expect(shapeOf(reportWords.en).sort()).toEqual(shapeOf(reportWords['zh-CN']).sort())
  })

  it.each([
    ['the audience builder', enAudience, zhCNAudience],
    ['assignments', enAssignments, zhCNAssignments],
  ])('of %s are whole in both languages', (_, english, chinese) => {
    expect(shapeOf(english).sort()).toEqual(shapeOf(chinese).sort())
    expect(JSON.stringify([english, chinese])).not.toContain('""')
    expect(JSON.stringify(english)).not.toMatch(/\p{Script=Han}/u)
  })

  it('leave nothing empty', () => {
    const leaves = JSON.stringify([
      zhCN,
      en,
      zhCNConsole,
      enConsole,
      zhCNDesk,
      enDesk,
      overviewWords,
    ])

    expect(leaves).not.toContain('""')
  })

  it('have no Chinese in the English one', () => {
    expect(JSON.stringify([en, enConsole, enDesk, overviewWords.en, reportWords.en])).not.toMatch(
      /\p{Script=Han}/u,
    )
  })
})

describe.each([
  ['rules', RULES_WORDS],
  ['customers', CUSTOMERS_WORDS],
  ['one customer', CUSTOMER_WORDS],
  ['merges', MERGES_WORDS],
  ['tiers', TIERS_WORDS],
  ['tags', TAGS_WORDS],
  ['points', POINTS_WORDS],
  ['limits', LIMITS_WORDS],
  ['versions', EDITOR_WORDS],
  ['handovers', HANDOVERS_WORDS],
  ['settings', SETTINGS_WORDS],
  ['words', WORDS_WORDS],
])('the words of the page of %s', (_page, words) => {
  it('say the same things in both languages, and leave nothing empty', () => {
    expect(shapeOf(words.en).sort()).toEqual(shapeOf(words['zh-CN']).sort())
    expect(JSON.stringify(words)).not.toContain('""')
    expect(JSON.stringify(words.en)).not.toMatch(/\p{Script=Han}/u)
  })
})

describe('chooseLanguage', () => {
  it.each([
    ['', 'zh-CN', 'zh-CN'],
    ['', 'en-US', 'en'],
    ['', 'fr', 'zh-CN'],
    ['?lang=en', 'zh-CN', 'en'],
    ['?lang=zh-CN', 'en-US', 'zh-CN'],
  ])('for %j and a browser in %s is %s', (search, browser, language) => {
    expect(chooseLanguage(search, browser)).toBe(language)
  })
})

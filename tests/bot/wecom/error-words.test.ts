import { describe, expect, it } from 'vitest'
import { ERRORS } from '../../../bot/wecom/error-table.ts'
import { explainErrcode, MEANINGS } from '../../../bot/wecom/error-words.ts'

describe('an errcode in words', () => {
  it('has Chinese for every code of the table, and for no other', () => {
    const byNumber = (codes: Iterable<number>) => [...codes].toSorted((a, b) => a - b)

    expect(byNumber(MEANINGS.keys())).toEqual(byNumber(ERRORS.keys()))
  })

  it.each([...ERRORS.keys(), 41070, 99999])('%s says what it means and what to do', (code) => {
    const chinese = explainErrcode(code, 'zh-CN')
    const english = explainErrcode(code, 'en')

    expect(chinese.says + chinese.remedy).toMatch(/\p{Script=Han}/u)
    expect(english.says.length * english.remedy.length).toBeGreaterThan(0)
    expect(chinese.remedy).toMatch(/。$/)
  })
})

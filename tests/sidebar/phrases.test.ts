import { describe, expect, it } from 'vitest'
import { en } from '../../sidebar/i18n/en.ts'
import { zhCN } from '../../sidebar/i18n/zh-CN.ts'
import {
  agoPhrase,
  dayPhrase,
  daysLeftPhrase,
  duePhrase,
  momentPhrase,
} from '../../sidebar/time/phrases.ts'
import { NOW, ZONE } from './support/builders.ts'

const zh = { now: NOW, zone: ZONE, m: zhCN }
const english = { now: NOW, zone: ZONE, m: en }

describe('agoPhrase', () => {
  it.each([
    ['2026-11-22T03:09:45Z', '刚刚', 'just now'],
    ['2026-11-22T03:30:00Z', '刚刚', 'just now'],
    ['2026-11-22T03:00:00Z', '10 分钟前', '10 min ago'],
    ['2026-11-21T16:10:00Z', '11 小时前', '11 h ago'],
    ['2026-11-21T15:59:00Z', '1 天前', '1 day ago'],
    ['2026-11-19T03:00:00Z', '3 天前', '3 days ago'],
    ['2026-10-22T16:00:00Z', '30 天前', '30 days ago'],
    ['2026-10-12T03:00:00Z', '10月12日', 'Oct 12'],
    ['2025-10-12T03:00:00Z', '2025年10月12日', 'Oct 12, 2025'],
  ])('reads %s as %s', (at, chinese, inEnglish) => {
    expect(agoPhrase(at, zh)).toBe(chinese)
    expect(agoPhrase(at, english)).toBe(inEnglish)
  })
})

describe('duePhrase', () => {
  it.each([
    ['2026-11-22T10:00:00Z', '今天 18:00 截止', 'soon'],
    ['2026-11-22T02:00:00Z', '今天已到期', 'late'],
    ['2026-11-20T10:00:00Z', '逾期 2 天', 'late'],
    ['2026-11-22T16:30:00Z', '明天截止', 'calm'],
    ['2026-11-25T10:00:00Z', '11月25日截止', 'calm'],
  ])('says %s is %s', (dueAt, text, tone) => {
    expect(duePhrase(dueAt, zh)).toEqual({ text, tone })
  })
})

describe('momentPhrase', () => {
  it.each([
    ['2026-11-22T10:00:00Z', '今天 18:00'],
    ['2026-11-23T01:00:00Z', '明天 09:00'],
    ['2026-11-25T01:00:00Z', '11月25日 09:00'],
  ])('reads %s as %s', (at, text) => {
    expect(momentPhrase(at, zh)).toBe(text)
  })
})

describe('daysLeftPhrase', () => {
  it.each([
    [-1, '已到期', 'late'],
    [0, '今天到期', 'late'],
    [3, '剩 3 天', 'soon'],
    [4, '剩 4 天', 'calm'],
  ])('says %i days left as %s', (days, text, tone) => {
    expect(daysLeftPhrase(days, zhCN)).toEqual({ text, tone })
  })
})

describe('dayPhrase', () => {
  it('names the year only when it is another one', () => {
    expect(dayPhrase('2026-01-02', zh)).toBe('1月2日')
    expect(dayPhrase('2027-01-02', zh)).toBe('2027年1月2日')
  })
})

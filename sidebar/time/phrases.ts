import type { Messages } from '../i18n/zh-CN.ts'
import { clockTime, dayOf, daysBetween } from './day.ts'

/** How a moment reads: who reads it, when, where. */
export interface Reading {
  now: Date
  zone: string
  m: Messages
}

/**
 * A past moment as people say it: minutes and hours within the day, then days, then the date after 30 days.
 * A moment of the future (clocks differ) reads "just now".
 */
export function agoPhrase(at: string, { now, zone, m }: Reading): string {
  const moment = new Date(at)
  const days = daysBetween(dayOf(moment, zone), dayOf(now, zone))
  if (days > 30) return dayPhrase(dayOf(moment, zone), { now, zone, m })
  if (days > 0) return m.time.daysAgo(days)
  const minutes = Math.floor((now.getTime() - moment.getTime()) / 60_000)
  if (minutes < 1) return m.time.justNow
  return minutes < 60 ? m.time.minutesAgo(minutes) : m.time.hoursAgo(Math.floor(minutes / 60))
}

/** A calendar day: month and day, with the year when it is another one. */
export function dayPhrase(day: string, { now, zone, m }: Reading): string {
  const [year = '', month = '', date = ''] = day.split('-')
  const sameYear = dayOf(now, zone).startsWith(year)
  return sameYear
    ? m.time.monthDay(Number(month), Number(date))
    : m.time.fullDate(Number(year), Number(month), Number(date))
}

/** A coming moment: "18:00 today", "09:00 tomorrow", else the date with the time. */
export function momentPhrase(at: string, { now, zone, m }: Reading): string {
  const moment = new Date(at)
  const day = dayOf(moment, zone)
  const time = clockTime(moment, zone)
  const days = daysBetween(dayOf(now, zone), day)
  if (days === 0) return m.time.todayAt(time)
  if (days === 1) return m.time.tomorrowAt(time)
  return `${dayPhrase(day, { now, zone, m })} ${time}`
}

export type DueTone = 'late' | 'soon' | 'calm'

/**
 * When a task is due, and how loudly to say it: late once its moment is past, soon on its day, calm before.
 */
export function duePhrase(
  dueAt: string,
  { now, zone, m }: Reading,
): { text: string; tone: DueTone } {
  const due = new Date(dueAt)
  const days = daysBetween(dayOf(now, zone), dayOf(due, zone))
  if (due < now) {
    return { text: days === 0 ? m.due.lateToday : m.due.lateDays(-days), tone: 'late' }
  }
  if (days === 0) return { text: m.due.today(clockTime(due, zone)), tone: 'soon' }
  if (days === 1) return { text: m.due.tomorrow, tone: 'calm' }
  return { text: m.due.day(dayPhrase(dayOf(due, zone), { now, zone, m })), tone: 'calm' }
}

/** Days left of a coupon or a lot of points: 0 is the last day. */
export function daysLeftPhrase(days: number, m: Messages): { text: string; tone: DueTone } {
  if (days < 0) return { text: m.expiring.over, tone: 'late' }
  if (days === 0) return { text: m.expiring.lastDay, tone: 'late' }
  return { text: m.expiring.daysLeft(days), tone: days <= 3 ? 'soon' : 'calm' }
}

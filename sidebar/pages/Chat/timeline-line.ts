import type { TimelinePage } from '../../../server/api/customers/schema.ts'
import { yuan } from '../../format/money.ts'
import type { Messages } from '../../i18n/index.ts'

export type TimelineEntry = TimelinePage['items'][number]

export interface TimelineLine {
  title: string
  text: string | null
}

/** A line of the timeline: what happened, and the words that came with it. Unknown words are shown as they came. */
export function timelineLine(entry: TimelineEntry, m: Messages): TimelineLine {
  const { what } = m.timeline
  switch (entry.type) {
    case 'order': {
      const title = wordFor(what.order, entry.what)
      return {
        title: entry.amountFen === null ? title : `${title} ${yuan(entry.amountFen)}`,
        text: joined([entry.text, itemsOf(entry.detail)]),
      }
    }
    case 'coupon':
      return {
        title: couponTitle(entry, m),
        text: entry.amountFen === null ? null : m.timeline.couponOrder(yuan(entry.amountFen)),
      }
    case 'tag':
      return { title: `${wordFor(what.tag, entry.what)}「${entry.text}」`, text: null }
    case 'task':
      return {
        title: `${wordFor(m.terms.kind, entry.text)} · ${wordFor(m.terms.state, entry.what)}`,
        text: wordOf(m.terms.outcome, entry.detail['event'], 'outcome'),
      }
    case 'relation':
      return { title: wordFor(what.relation, entry.what), text: null }
    case 'touch':
      return { title: wordFor(what.touch, entry.what), text: entry.text || null }
    default:
      return { title: m.terms.timelineType[entry.type], text: entry.text || null }
  }
}

function wordFor(words: Record<string, string | undefined>, word: string): string {
  return words[word] ?? word
}

/** A used coupon says whose message it followed, where one was sent within the days before. */
function couponTitle({ what, text, detail }: TimelineEntry, m: Messages): string {
  const touch = detail['touch']
  if (typeof touch === 'object' && touch !== null && 'by' in touch && 'days' in touch) {
    return m.timeline.couponAfter(String(touch.by), Number(touch.days), text)
  }
  const told: Record<string, ((name: string) => string) | undefined> = m.timeline.coupon
  return told[what]?.(text) ?? text
}

/** The word for one of an event's details, where there is one. */
function wordOf(words: Record<string, string>, event: unknown, name: string): string | null {
  if (typeof event !== 'object' || event === null || !(name in event)) return null
  const value: unknown = Object.entries(event).find(([key]) => key === name)?.[1]
  return typeof value === 'string' ? (words[value] ?? value) : null
}

/** Names of what was bought, at most three. */
function itemsOf(detail: Record<string, unknown>): string | null {
  const items = detail['items']
  if (!Array.isArray(items)) return null
  const names = items
    .map((item: unknown) =>
      typeof item === 'object' && item !== null && 'name' in item ? item.name : null,
    )
    .filter((name): name is string => typeof name === 'string' && name !== '')
  return names.length > 3 ? `${names.slice(0, 3).join(' / ')} …` : names.join(' / ') || null
}

function joined(parts: (string | null)[]): string | null {
  return parts.filter(Boolean).join(' · ') || null
}

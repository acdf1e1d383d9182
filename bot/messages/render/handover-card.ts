import { cutLength } from '../../../domain/cut-text.ts'
import { CARD_SOURCE, fitCard, type TemplateCard } from './template-card.ts'

/** What a taker is told: one card, however many customers have come. */
export interface HandoverCardFacts {
  takerName: string
  /** name of the giver */
  from: string
  customers: number
  /** open tasks that came along */
  tasks: number
  /** how the first ones are called, the most valuable first */
  names: readonly string[]
  /** of them important, with a page to read */
  important: number
  handoverId: string
}

const NAME = 8

/** One card that says who came from whom, and what to read before the first word. */
export function renderHandoverCard(
  facts: HandoverCardFacts,
  at: { publicUrl: string },
): TemplateCard {
  const names = facts.names.map((name) => cutLength(name, NAME)).join('、')
  const desk = `${at.publicUrl}/desk`
  const read = facts.important > 0 ? `，其中 ${facts.important} 位重要客户，先看看简报再联系` : ''
  return fitCard({
    card_type: 'text_notice',
    source: CARD_SOURCE,
    main_title: {
      title: `${cutLength(facts.takerName, NAME)}，${cutLength(facts.from, NAME)}的 ${facts.customers} 位客户交给你了`,
      desc: `请好好照顾 TA 们${read}`,
    },
    horizontal_content_list: [
      { keyname: '客户', value: facts.customers > facts.names.length ? `${names}…` : names },
      { keyname: '任务', value: facts.tasks > 0 ? `一起交接 ${facts.tasks} 个` : '' },
    ],
    jump_list: [
      ...(facts.important > 0
        ? [
            {
              type: 1 as const,
              title: '看重要客户简报',
              url: `${at.publicUrl}/briefs/${facts.handoverId}`,
            },
          ]
        : []),
      { type: 1, title: '打开我的任务', url: desk },
    ],
    card_action: { type: 1, url: desk },
  })
}

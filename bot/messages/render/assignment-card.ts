import { businessDay, type BusinessDay } from '../../../domain/business-day.ts'
import { cutLength } from '../../../domain/cut-text.ts'
import { deadline } from './task-card.ts'
import { CARD_SOURCE, fitCard, type TemplateCard } from './template-card.ts'

/** What a guide is told of an assignment: one card, however many customers. */
export interface AssignmentCardFacts {
  guideName: string
  /** name of who assigned, or presses */
  by: string
  title: string
  instruction: string
  dueAt: Date
  customers: number
  /** how the first ones are called, the most valuable first */
  names: readonly string[]
  /** 催办: they are waited for */
  pressed: boolean
}

const NAME = 8

/** One card that lists what a manager assigned to a guide, or presses for. */
export function renderAssignmentCard(
  facts: AssignmentCardFacts,
  at: { publicUrl: string; zone: string; today: BusinessDay },
): TemplateCard {
  const url = `${at.publicUrl}/desk`
  const by = cutLength(facts.by, NAME)
  const names = facts.names.map((name) => cutLength(name, NAME)).join('、')
  return fitCard({
    card_type: 'text_notice',
    source: CARD_SOURCE,
    main_title: {
      title: facts.pressed
        ? `[加急] ${by}催办：还有 ${facts.customers} 位客户等你联系`
        : `${cutLength(facts.guideName, NAME)}，${by}给你派了 ${facts.customers} 位客户`,
      desc: facts.title,
    },
    sub_title_text: facts.instruction,
    horizontal_content_list: [
      { keyname: '截止', value: deadline(businessDay(facts.dueAt, at.zone), at.today) },
      { keyname: '客户', value: facts.customers > facts.names.length ? `${names}…` : names },
    ],
    jump_list: [{ type: 1, title: '打开我的任务', url }],
    card_action: { type: 1, url },
  })
}

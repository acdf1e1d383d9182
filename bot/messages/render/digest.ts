import type { BusinessDay } from '../../../domain/business-day.ts'
import { cutLength } from '../../../domain/cut-text.ts'
import { dayText } from '../../../domain/day-words.ts'
import { kindLabel, renderReason } from '../../rules/registry.ts'
import { cardTitle, type TaskLineFacts } from './task-card.ts'
import { CARD_SOURCE, fitCard, type TemplateCard } from './template-card.ts'

/** A guide's morning. */
export interface DigestFacts {
  guideName: string
  customers: number
  /** tasks by kind, most first */
  kinds: { kind: string; n: number }[]
  /** the three most worth doing, best first */
  best: TaskLineFacts[]
}

const LINE = 50

/** The morning's one message to a guide: how many, of what, and the three most worth doing (ux.md). */
export function renderDigest(
  digest: DigestFacts,
  at: { publicUrl: string; today: BusinessDay },
): TemplateCard {
  const url = `${at.publicUrl}/desk`
  const lines = digest.best.map((task, i) => {
    const reason = renderReason(task.kind, task.facts, 'zh-CN', at.today)
    return cutLength(`${i + 1}. ${cardTitle(task)} ${reason}`, LINE)
  })
  return fitCard({
    card_type: 'text_notice',
    source: CARD_SOURCE,
    main_title: {
      title: `${cutLength(digest.guideName, 12)}，今天有 ${digest.customers} 位客户等你联系`,
      desc: `${dayText(at.today, 'zh-CN')}，最值得先做的：`,
    },
    sub_title_text: lines.join('\n'),
    horizontal_content_list: digest.kinds.map(({ kind, n }) => ({
      keyname: kindLabel(kind, 'zh-CN'),
      value: `${n} 位`,
    })),
    jump_list: [{ type: 1, title: '打开我的任务', url }],
    card_action: { type: 1, url },
  })
}

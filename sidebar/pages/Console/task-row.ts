import type { TaskView } from '../../../server/api/tasks/schema.ts'
import type { ConsoleMessages } from '../../i18n/console/zh-CN.ts'
import { agoPhrase, duePhrase, momentPhrase, type Reading } from '../../time/phrases.ts'
import type { TaskState } from '../../words.ts'

const TONES: Record<TaskState, string> = {
  open: '',
  in_progress: 'accent',
  done: 'good',
  dismissed: '',
  expired: 'warn',
  cancelled: '',
}

/** A task as the manager's table shows it. */
export function taskRow(task: TaskView, reading: Reading, words: ConsoleMessages) {
  const { m } = reading
  const outcomes: Record<string, string | undefined> = m.terms.outcome
  const reasons: Record<string, string | undefined> = m.terms.dismiss
  const said = task.outcome ? (outcomes[task.outcome] ?? task.outcome) : null
  const why = task.closeReason ? (reasons[task.closeReason] ?? task.closeReason) : null
  const evidence = task.closing ? words.closing[task.closing] : null
  return {
    id: task.id,
    customerId: task.customer.id,
    customer: task.customer.name,
    tier: task.customer.tier,
    kind: m.terms.kind[task.kind],
    urgent: task.urgent,
    reason: task.reason,
    guide: task.assignee.name,
    state: m.terms.state[task.state],
    tone: TONES[task.state],
    due: task.closedAt ? momentPhrase(task.dueAt, reading) : duePhrase(task.dueAt, reading).text,
    touched: task.touchedAt && agoPhrase(task.touchedAt, reading),
    outcome: [said ?? why, evidence, task.note].filter(Boolean).join(' · ') || '–',
  }
}

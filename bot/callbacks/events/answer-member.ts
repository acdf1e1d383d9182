import { businessDay } from '../../../domain/business-day.ts'
import type { BotDeps } from '../../deps.ts'
import { findEmployee } from '../../members/sync-employees.ts'
import { renderCustomers, renderHelp, renderTaskList } from '../../messages/render/task-list.ts'
import { findCustomersByName, findTodayTasks } from '../../tasks/find.ts'

/** What a member asks the app for. */
export type Question = { ask: 'tasks' } | { ask: 'help' } | { ask: 'customer'; name: string }

const STRANGER = '你还不在导购名单里，请店长在系统里添加你。'

/** The answer to a member's question; about customers, only of those who are the member's own. */
export async function answerMember(
  deps: BotDeps,
  userid: string,
  question: Question,
): Promise<string> {
  const { publicUrl } = deps
  if (question.ask === 'help') return renderHelp({ publicUrl })
  const employee = await findEmployee(deps.db.prisma, userid)
  if (!employee) return STRANGER
  const now = deps.clock.now()
  const at = { publicUrl, today: businessDay(now, deps.zone) }
  if (question.ask === 'tasks') {
    const asked = { employeeId: employee.id, now, zone: deps.zone }
    const { tasks, total } = await findTodayTasks(deps.db.prisma, asked)
    return renderTaskList(tasks, total, at)
  }
  const { name } = question
  const customers = await findCustomersByName(deps.db.prisma, {
    employeeId: employee.id,
    name,
    now,
    zone: deps.zone,
  })
  return renderCustomers(name, customers, at)
}

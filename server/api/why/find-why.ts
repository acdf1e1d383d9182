import { businessDay } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import { isRuleKind } from '../../../bot/rules/registry.ts'
import { FOLLOW_UP } from '../../../bot/assignments/assignment.ts'
import type { AppDeps } from '../../deps.ts'
import type { SignedIn } from '../../session.ts'
import type { FindCycle } from '../customers/group-cycles.ts'
import { CLASS_KINDS, type WhyAnswer } from './schema.ts'
import { whyClass } from './why-class.ts'
import { whyFollowUp } from './why-follow-up.ts'
import { readWhyFacts } from './why-facts.ts'
import { whyTask } from './why-task.ts'

/**
 * Answers why there is a task of a kind for a customer or none, and why the customer has their tier, classes, stage and
 * rhythm.
 *
 * @throws CUSTOMER_NOT_FOUND, also for somebody else's
 */
export async function findWhy(
  deps: AppDeps,
  findCycle: FindCycle,
  user: SignedIn,
  question: { customerId: string; kind: string },
  lang: Lang,
): Promise<WhyAnswer> {
  const today = businessDay(deps.clock.now(), deps.zone)
  const facts = await readWhyFacts(deps, user, question.customerId, today)
  const context = { today, lang, cycle: await findCycle(facts) }
  const { kind } = question
  if (kind === FOLLOW_UP) return await whyFollowUp(deps, user, BigInt(question.customerId), lang)
  if (isRuleKind(kind)) {
    return await whyTask(deps, { customerId: BigInt(question.customerId), kind, facts }, context)
  }
  const known = CLASS_KINDS.find((one) => one === kind)
  if (!known) throw new RangeError(`no such kind: ${kind}`)
  return whyClass(known, facts, context)
}

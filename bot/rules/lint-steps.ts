import type { Lang } from '../../domain/words.ts'
import type { Finding } from './rule.ts'

/** Steps before a day: the same one twice means less than was meant, more than three of one occasion annoy. */
export function lintSteps(steps: readonly number[], lang: Lang): Finding[] {
  const found: Finding[] = []
  const twice = steps.find((step, at) => steps.indexOf(step) !== at)
  if (twice !== undefined) {
    found.push({
      severity: 'error',
      code: 'step_twice',
      field: 'stepDays',
      message:
        lang === 'en'
          ? `${twice} days is there twice: take one away.`
          : `「提前 ${twice} 天」写了两次：去掉一个。`,
    })
  }
  if (new Set(steps).size > MOST_STEPS) {
    found.push({
      severity: 'warning',
      code: 'many_steps',
      field: 'stepDays',
      message:
        lang === 'en'
          ? `${steps.length} reminders of one occasion are many: customers get few messages.`
          : `同一件事提醒 ${steps.length} 次有点多，客户会觉得被打扰。`,
    })
  }
  return found
}

const MOST_STEPS = 3

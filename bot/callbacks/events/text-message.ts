import { DONE, IGNORED, type EventHandler } from '../handler.ts'
import { answerMember, type Question } from './answer-member.ts'
import { replyText } from './reply.ts'

const TASKS = /^(我的|今天的?|今日)?(任务|待办)$|^tasks?$/i
const HELP = /^(帮助|怎么用|你好|您好|菜单|[?？]+)$|^(help|hi|hello)$/i
/** characters; longer texts are no names */
const LONGEST_NAME = 30

/** A member wrote to the app: 任务, 帮助, or a customer's name. The answer is a text message. */
export const textMessage: EventHandler = async (deps, event, stored) => {
  const question = questionOf(event.content ?? '')
  if (!question) return IGNORED
  await replyText(deps, event, stored, await answerMember(deps, event.from, question))
  return DONE
}

/**
 * What a text asks for; null for nothing but spaces.
 * @example questionOf(' 今日任务 ') // { ask: 'tasks' }
 */
function questionOf(content: string): Question | null {
  const text = content.normalize('NFKC').trim()
  if (text === '') return null
  if (TASKS.test(text)) return { ask: 'tasks' }
  if (HELP.test(text) || text.length > LONGEST_NAME) return { ask: 'help' }
  return { ask: 'customer', name: text }
}

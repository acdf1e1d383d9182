import { DONE, type EventHandler } from '../handler.ts'
import { answerMember, type Question } from './answer-member.ts'
import { replyText } from './reply.ts'

/** Keys of the app's menu, as an administrator may enter them in the console. */
const MENU: ReadonlyMap<string, Question> = new Map([
  ['tasks', { ask: 'tasks' }],
  ['help', { ask: 'help' }],
])

/** A member pressed an item of the app's menu. */
export const click: EventHandler = async (deps, event, stored) => {
  const question = MENU.get(event.eventKey ?? '')
  if (!question) return 'ignored: an unknown menu key'
  await replyText(deps, event, stored, await answerMember(deps, event.from, question))
  return DONE
}

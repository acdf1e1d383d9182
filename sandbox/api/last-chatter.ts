import { customerChat, messagesIn } from '../core/chats.ts'
import { isCustomerRelation, relationOf, type World } from '../core/world.ts'

/** Lower-case userid of the member whose chat with the customer moved last; who added them last, if none did. */
export function lastChatterOf(world: World, externalUserid: string): string | undefined {
  let best: { userid: string; at: number } | undefined
  for (const userid of Object.keys(world.state.members)) {
    const relation = relationOf(world, userid, externalUserid)
    if (!isCustomerRelation(relation)) continue
    const last = messagesIn(world, customerChat(userid, externalUserid)).at(-1)
    const at = Math.max(last?.at ?? 0, last ? 0 : relation.since / 2)
    if (!best || at > best.at) best = { userid, at }
  }
  return best?.userid
}

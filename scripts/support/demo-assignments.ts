import { addDays, atTime, businessDay, isoInZone } from '../../domain/business-day.ts'
import { createAssignment } from '../../server/api/assignments/create-assignment.ts'
import type { NewAssignment } from '../../server/api/assignments/schema.ts'
import type { AppDeps } from '../../server/deps.ts'
import { findSignedIn } from '../../server/session.ts'

/** the managers' userids, of two stores: what is under way in one leaves the tour's guide, of the other, alone */
const [NOW_BY, LATER_BY] = ['jinglan', 'xuhui.dianzhang']

/**
 * Assigns what two managers would, so that a first look at assignments shows something: one goes out at once and is
 * under way, one waits for tomorrow at 10:00.
 *
 * @returns how many
 */
export async function assignSomething(deps: AppDeps): Promise<number> {
  const today = businessDay(deps.clock.now(), deps.zone)
  const at = (days: number, time: string) =>
    isoInZone(atTime(addDays(today, days), time, deps.zone), deps.zone)
  const orders: [string, NewAssignment][] = [
    [
      NOW_BY,
      {
        title: '银卡会员换季邀约',
        instruction: '新到的茶礼先请老客人尝：约她这周来店里，留一份试饮。',
        words: '{称呼}，店里新到了桂花乌龙，给您留了一份试饮，这周有空来坐坐？',
        filter: { tier: ['silver', 'gold'] },
        assign: 'owner',
        maxPerGuide: 5,
        dueAt: at(2, '20:00'),
      },
    ],
    [
      LATER_BY,
      {
        title: '久未到店的老客',
        instruction: '打个招呼，问问近况，不推销。',
        filter: { lastPurchase: { min: 60, max: 180 } },
        assign: 'owner',
        maxPerGuide: 10,
        dispatchAt: at(1, '10:00'),
        dueAt: at(4, '20:00'),
      },
    ],
  ]
  for (const [userid, order] of orders) {
    const manager = await findSignedIn(deps.db, userid)
    if (!manager) throw new Error(`The demo has no manager ${userid}.`)
    await createAssignment(deps, manager, order)
  }
  return orders.length
}

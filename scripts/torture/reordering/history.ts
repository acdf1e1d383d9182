import fc from 'fast-check'
import type { PlainFollow } from '../support/plain-wecom.ts'
import { eventXml } from '../support/event-xml.ts'

/** What may happen between a customer and one of two guides. */
export const STEPS = [
  'half',
  'add',
  'edit',
  'guide deletes',
  'customer deletes',
  'transfer fails',
] as const

interface Step {
  what: (typeof STEPS)[number]
  guide: 0 | 1
  /** seconds since the step before */
  after: number
  /** whether an added relation that WeCom still lists gets a new createtime: WeCom doesn't say */
  renews: boolean
  byTransfer: boolean
}

/** A history and in which order its events come: each before or after what happens next, some twice. */
export interface History {
  steps: Step[]
  /** for each event, after how many more steps it is handled: 0 at once, the more the later */
  lateness: number[]
  /** which of the events that wait is handled first */
  turns: number[]
  twice: boolean[]
  /** all that wait are handled at the same time */
  atOnce: boolean
}

const LONGEST = 6

export const histories: fc.Arbitrary<History> = fc.record({
  steps: fc.array(
    fc.record({
      what: fc.constantFrom(...STEPS),
      guide: fc.constantFrom(0 as const, 1 as const),
      after: fc.integer({ min: 1, max: 7200 }),
      renews: fc.boolean(),
      byTransfer: fc.boolean(),
    }),
    { minLength: 2, maxLength: LONGEST },
  ),
  lateness: fc.array(fc.integer({ min: 0, max: LONGEST }), {
    minLength: LONGEST,
    maxLength: LONGEST,
  }),
  turns: fc.array(fc.nat(), { minLength: 2 * LONGEST, maxLength: 2 * LONGEST }),
  twice: fc.array(fc.boolean(), { minLength: LONGEST, maxLength: LONGEST }),
  atOnce: fc.boolean(),
})

/** One thing that happened: WeCom's state after it, and the event that tells. */
export interface Happening {
  /** seconds since the epoch */
  at: number
  follows: Map<string, PlainFollow>
  xml: string
  guide: 0 | 1
  ends: boolean
}

/** Plays a history on WeCom's side; steps that can't be, are left out. */
export function play(
  { steps }: History,
  who: { corpId: string; externalUserid: string; guides: readonly [string, string]; from: number },
): Happening[] {
  const follows = new Map<string, PlainFollow>()
  /** deleted by the customer, and listed all the same (wecom-protocol 1.8) */
  const deleted = new Set<string>()
  const half = new Set<string>()
  const happened: Happening[] = []
  let at = who.from
  for (const step of steps) {
    at += step.after
    const userid = who.guides[step.guide]
    const listed = follows.get(userid)
    const tell = (change: string, more: Record<string, string> = {}, ends = false) =>
      happened.push({
        at,
        follows: new Map(follows),
        guide: step.guide,
        ends,
        xml: eventXml(
          who.corpId,
          { event: `change_external_contact/${change}`, seconds: at },
          { UserID: userid, ExternalUserID: who.externalUserid, ...more },
        ),
      })
    if (step.what === 'half' && !listed && !half.has(userid)) {
      half.add(userid)
      tell('add_half_external_contact', { State: 's1' })
    } else if (step.what === 'add' && (!listed || deleted.has(userid))) {
      const createtime = listed && !step.renews ? listed.createtime : at
      follows.set(userid, { ...listed, createtime })
      deleted.delete(userid)
      half.delete(userid)
      tell('add_external_contact')
    } else if (step.what === 'edit' && listed) {
      follows.set(userid, { ...listed, remark: `备注${at}` })
      tell('edit_external_contact')
    } else if (step.what === 'guide deletes' && (listed || half.has(userid))) {
      follows.delete(userid)
      deleted.delete(userid)
      half.delete(userid)
      tell('del_external_contact', step.byTransfer ? { Source: 'DELETE_BY_TRANSFER' } : {}, true)
    } else if (step.what === 'customer deletes' && listed && !deleted.has(userid)) {
      deleted.add(userid)
      tell('del_follow_user', {}, true)
    } else if (step.what === 'transfer fails' && listed) {
      tell('transfer_fail', { FailReason: 'customer_refused' })
    }
  }
  return happened
}

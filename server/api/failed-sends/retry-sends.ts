import {
  retryFailed,
  mayBeSent,
  whyUseless,
  type Useless,
} from '../../../bot/messages/failed-sends.ts'
import { Prisma, type Db } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { SendMayBeSent, SendNotFound, SendUseless } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import type { Retried, RetryKind } from './schema.ts'

const WHY: Record<Useless, string> = {
  too_late: '已经过了有效时间',
  task_closed: '任务已经结束，或已交给别的导购',
  superseded: '后来又改过，重发会盖掉新的',
  no_subscriber: '接收方已经取消订阅',
}

/**
 * Tries one failed call again, and writes down who asked. One that waits or was sent meanwhile is left alone.
 *
 * @throws SEND_NOT_FOUND, SEND_USELESS, SEND_MAY_BE_SENT unless `evenIfUnsure`
 */
export async function retryOne(
  deps: AppDeps,
  user: SignedIn,
  id: string,
  { evenIfUnsure = false }: { evenIfUnsure?: boolean },
): Promise<Retried> {
  const now = deps.clock.now()
  return deps.db.prisma.$transaction(async (tx) => {
    const retried = await retryFailed(tx, now, { id: BigInt(id) }, { evenIfUnsure })
    if (retried === 0) await explain(tx, now, id)
    else
      await audit(tx, now, user, { action: 'outbox.retry', subject: `outbox:${id}`, evenIfUnsure })
    return { retried }
  })
}

/** Says why nothing was started; says nothing where somebody was faster. */
async function explain(tx: Db, now: Date, id: string): Promise<void> {
  const [row] = await tx.$queryRaw<{ state: string; useless: Useless | null; unsure: boolean }[]>(
    Prisma.sql`select o.state::text, ${whyUseless(now)} as useless, ${mayBeSent} as unsure
      from outbox o where o.id = ${BigInt(id)}`,
  )
  if (!row) throw new SendNotFound(id)
  if (row.state !== 'failed') return
  if (row.useless !== null) throw new SendUseless(WHY[row.useless])
  if (row.unsure) throw new SendMayBeSent()
}

/** The same for all of a kind: in one statement, what is of no use or may have been sent stays as it is. */
export async function retryKind(
  deps: AppDeps,
  user: SignedIn,
  { kind, evenIfUnsure = false }: RetryKind,
): Promise<Retried> {
  const now = deps.clock.now()
  return deps.db.prisma.$transaction(async (tx) => {
    const retried = await retryFailed(tx, now, { kind }, { evenIfUnsure })
    if (retried > 0) {
      await audit(tx, now, user, {
        action: 'outbox.retry_kind',
        subject: kind,
        evenIfUnsure,
        count: retried,
      })
    }
    return { retried }
  })
}

async function audit(
  tx: Db,
  at: Date,
  user: SignedIn,
  {
    action,
    subject,
    ...detail
  }: { action: string; subject: string; evenIfUnsure: boolean; count?: number },
): Promise<void> {
  await tx.auditLog.create({ data: { at, actor: user.userid, action, subject, detail } })
}

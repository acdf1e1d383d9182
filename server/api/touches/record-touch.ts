import { announce } from '../../../bot/messages/webhooks.ts'
import { changeTask } from '../../../bot/tasks/change.ts'
import { customerTouched } from '../../../bot/tasks/on-touch.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { TaskNotFound } from '../../errors.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { visibleCustomer } from '../customers/visible-customer.ts'
import type { NewTouch, TouchView } from './schema.ts'

/**
 * Writes down what came of a send. What was sent was sent: limits are asked before, in the profile, not here. A
 * message that went out starts its task.
 *
 * @returns isNew false when this clientKey was recorded before: then nothing more is done
 * @throws CUSTOMER_NOT_FOUND, TASK_NOT_FOUND
 */
export async function recordTouch(
  deps: AppDeps,
  user: SignedIn,
  input: NewTouch,
  traceId: string,
): Promise<{ touch: TouchView; isNew: boolean }> {
  const now = deps.clock.now()
  return deps.db.prisma.$transaction(async (tx) => {
    const customerId = await visibleCustomer(tx, user, input.customerId)
    if (input.taskId !== undefined) await checkTask(tx, user, input.taskId, customerId)
    const { id, isNew } = await store(tx, user, input, now)
    const touch = await readTouch(tx, id)
    if (!isNew) return { touch, isNew }
    if (input.result === 'sent' && input.taskId !== undefined) {
      await tx.task.updateMany({
        where: { id: BigInt(input.taskId), sentAt: null },
        data: { sentAt: now },
      })
      // a task that ended meanwhile stays as it ended
      await changeTask(tx, deps, {
        taskId: BigInt(input.taskId),
        action: { do: 'start' },
        actor: user.userid,
        via: 'sidebar',
        now,
      })
    }
    if (input.result === 'sent') {
      await customerTouched(tx, deps, { customerId, actor: user.userid, via: 'sidebar', now })
    }
    await announce(tx, now, 'touch.recorded', { ...touch, guideUserid: user.userid }, traceId)
    return { touch, isNew }
  })
}

async function checkTask(
  tx: Prisma.TransactionClient,
  user: SignedIn,
  taskId: string,
  customerId: bigint,
): Promise<void> {
  const found = await tx.$queryRaw<unknown[]>(
    Prisma.sql`select 1 from task t
      where t.id = ${taskId}::bigint and t.customer_id = ${customerId} and ${scope.tasks(user)}`,
  )
  if (found.length === 0) throw new TaskNotFound()
}

async function store(
  tx: Prisma.TransactionClient,
  user: SignedIn,
  input: NewTouch,
  now: Date,
): Promise<{ id: bigint; isNew: boolean }> {
  // a browser's key is its own guide's: nobody finds a touch of somebody else by guessing it
  const clientKey = input.clientKey === undefined ? null : `${user.id}:${input.clientKey}`
  const added = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    insert into touch (customer_id, employee_id, task_id, template_id, variant, channel, text, result, at, client_key)
    values (${input.customerId}::bigint, ${user.id}::bigint, ${input.taskId ?? null}::bigint,
      ${input.templateId ?? null}, ${input.variant ?? null}, ${input.channel}, ${input.text},
      ${input.result}::touch_result, ${now}, ${clientKey})
    on conflict (client_key) do nothing returning id`)
  if (added[0]) return { id: added[0].id, isNew: true }
  const before = await tx.touch.findFirstOrThrow({ where: { clientKey }, select: { id: true } })
  return { id: before.id, isNew: false }
}

async function readTouch(tx: Prisma.TransactionClient, id: bigint): Promise<TouchView> {
  const row = await tx.touch.findUniqueOrThrow({
    where: { id },
    select: {
      customerId: true,
      taskId: true,
      channel: true,
      text: true,
      result: true,
      at: true,
    },
  })
  return {
    id: id.toString(),
    customerId: row.customerId.toString(),
    taskId: row.taskId?.toString() ?? null,
    channel: row.channel,
    text: row.text,
    result: row.result,
    at: row.at.toISOString(),
  }
}

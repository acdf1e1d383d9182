import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startJourney, until, type Journey } from '../support/e2e-world.ts'

let journey: Journey

beforeAll(async () => {
  journey = await startJourney()
})
afterAll(async () => {
  await journey.close()
})

describe('a customer who deletes the guide', () => {
  it('ends the relation, cancels the tasks and greys the card', async () => {
    const { prisma } = journey.world.deps.db
    journey.world.sandbox.clock.set(new Date('2026-11-22T09:00:00+08:00'))
    const sent = await until(() =>
      prisma.outbox.findFirst({
        where: { state: 'sent', taskId: { not: null }, responseCode: { not: null } },
      }),
    )
    const userid = sent.recipient ?? ''
    const guide = await journey.open(`/client?as=${userid}`)
    const task = await prisma.task.findUniqueOrThrow({
      where: { id: sent.taskId ?? 0n },
      include: { customer: true },
    })
    const customer = await journey.open(`/wechat?as=${task.customer.externalUserid}`)

    await customer.getByTestId(`wechat-chat-${userid}`).click()
    await customer.getByTestId(`wechat-more-${userid}`).click()
    await customer.getByTestId(`wechat-delete-${userid}`).click()
    await customer.getByTestId('confirm-yes').click()

    const ended = await until(() =>
      prisma.relation.findFirst({
        where: {
          customerId: task.customerId,
          employee: { userid },
          endedAt: { not: null },
        },
      }),
    )
    const closed = await until(async () => {
      const now = await prisma.task.findUniqueOrThrow({ where: { id: task.id } })
      return now.state === 'cancelled' && now
    })
    expect(ended.endedBy).toBe('customer')
    expect(closed.closeReason).toBe('relation_ended')
    await until(
      async () =>
        (await prisma.outbox.count({
          where: { kind: 'update_card', taskId: task.id, state: 'sent' },
        })) > 0,
    )
    await guide.locator('[data-testid="card-replaced"]').first().waitFor()
  })
})

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sidebarOf, startJourney, until, type Journey } from '../support/e2e-world.ts'

let journey: Journey

beforeAll(async () => {
  journey = await startJourney({ customers: 60 })
  journey.world.sandbox.clock.set(new Date('2026-11-22T09:05:00+08:00'))
})
afterAll(async () => {
  await journey.close()
})

const prisma = () => journey.world.deps.db.prisma

/** Headquarters' console in a browser of its own, signed in by WeCom. */
async function consoleAt(path: string): Promise<Page> {
  const page = await journey.open('/client?as=shenlan')
  const to = encodeURIComponent(`/console${path}`)
  await page.goto(`${journey.world.assistantUrl}/auth/login?to=${to}`)
  await page.locator('[data-userid="shenlan"]').click()
  await page.getByRole('heading', { level: 2 }).waitFor()
  return page
}

describe('settings', () => {
  it('send a message that failed again, and it arrives', async () => {
    const message = await until(() =>
      prisma().outbox.findFirst({ where: { kind: 'app_message', state: 'sent' } }),
    )
    await prisma().outbox.update({
      where: { id: message.id },
      data: { state: 'failed', errcode: 60020, lastError: 'not allowed to access', sentAt: null },
    })
    const page = await consoleAt('/settings/sends')

    await page.getByRole('table').getByRole('button', { name: '重发' }).click()

    await until(() => prisma().outbox.findFirst({ where: { id: message.id, state: 'sent' } }))
    await until(async () => {
      await page.getByRole('button', { name: '刷新' }).click()
      return await page.getByText('没有发送失败').isVisible()
    })
  })

  it('show a new key once, which opens the API until it is ended', async () => {
    const page = await consoleAt('/settings/keys')
    await page.getByLabel('名称').fill('收银 POS')
    await page.getByRole('button', { name: '新建密钥' }).click()
    const key = (await page.locator('.once code').textContent()) ?? ''
    const ask = async () => {
      const answer = await fetch(`${journey.world.assistantUrl}/open/v1/import/members`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: '[]',
      })
      return answer.status
    }
    const before = await ask()

    await page.getByRole('button', { name: '我已保存' }).click()
    const shown = await page.getByText(key).count()
    await page.getByRole('button', { name: '停用密钥“收银 POS”？' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '停用' }).click()
    await page.getByText('已停用').first().waitFor()

    expect(shown).toBe(0)
    expect(before).not.toBe(401)
    expect(await ask()).toBe(401)
  })
})

describe('words', () => {
  it('are read first as a customer will, and reach the guide’s task as soon as they are saved', async () => {
    const task = await until(() =>
      prisma().task.findFirst({
        where: {
          state: 'open',
          kind: { in: ['repurchase_overdue', 'churn_warning', 'birthday'] },
          customer: { externalUserid: { not: null } },
        },
        orderBy: { priority: 'desc' },
        include: { assignee: true, customer: true },
      }),
    )
    const guide = await journey.open(`/client?as=${task.assignee.userid}`)
    await guide.getByTestId(`chat-item-${task.customer.externalUserid}`).click()
    const field = sidebarOf(guide).locator('textarea').first()
    await field.waitFor()
    const page = await consoleAt('/words')
    const answer = await page.request.get(`${journey.world.assistantUrl}/api/tasks/${task.id}`)
    const { templateId } = (await answer.json()) as { templateId: string }
    await page.goto(`${journey.world.assistantUrl}/console/words?words=${templateId}`)
    const text = page.locator('textarea').first()

    await text.fill('{称呼}，店里到了新茶，来坐坐？{生肖}')
    await page.locator('.findings .error').filter({ hasText: '生肖' }).waitFor()
    const save = page.getByRole('button', { name: '保存', exact: true })
    const refused = await save.isDisabled()
    await text.fill('{称呼}，店里到了新茶，来坐坐？')
    const previewed = page
      .locator('.people .bubble')
      .filter({ hasText: '，店里到了新茶，来坐坐？' })
    await previewed.filter({ hasNotText: '{' }).first().waitFor()
    await save.click()
    await page.getByText('已保存为第').first().waitFor()

    expect(refused).toBe(true)
    await guide.reload()
    await guide.getByTestId(`chat-item-${task.customer.externalUserid}`).click()
    await until(async () => (await field.inputValue()).includes('店里到了新茶'))
    expect(await field.inputValue()).not.toContain('{')
  })

  it('tell the second of two editors what the first saved, and keep their own', async () => {
    const [first, second] = [await consoleAt('/words'), await consoleAt('/words')]
    await second.locator('textarea').first().fill('第二位写的话')

    await first.locator('textarea').first().fill('第一位写的话')
    await first.getByRole('button', { name: '保存', exact: true }).click()
    await first.getByText('已保存为第').first().waitFor()
    const save = second.getByRole('button', { name: '保存', exact: true })
    await save.click()
    await second.getByText('你改的时候').waitFor()

    expect(await second.locator('.conflict').textContent()).toContain('第一位写的话')
    expect(await second.locator('textarea').first().inputValue()).toBe('第二位写的话')
  })
})

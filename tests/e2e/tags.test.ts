import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sidebarOf, startJourney, until, type Journey } from '../support/e2e-world.ts'

let journey: Journey

beforeAll(async () => {
  journey = await startJourney({ customers: 60 })
})
afterAll(async () => {
  await journey.close()
})

/** what WeCom holds on one relation */
async function tagsInWecom(userid: string, externalUserid: string): Promise<string[]> {
  const answer = await fetch(`${journey.world.sandboxUrl}/sandbox/ui/state?as=${userid}`)
  const state = (await answer.json()) as {
    conversations: { with: string; tags: { id: string; name: string }[] }[]
  }
  return (
    state.conversations.find((one) => one.with === externalUserid)?.tags.map((tag) => tag.name) ??
    []
  )
}

describe('tags', () => {
  it('go from a tap in the sidebar to WeCom, and from an edit in WeCom to the sidebar', async () => {
    const relation = journey.chain.wecom.relations.find((one) => one.tagIds.length === 0)
    if (!relation) throw new Error('the chain has nobody without tags')
    const { userid, externalUserid } = relation
    const page = await journey.open(`/client?as=${userid}`)
    await page.getByTestId(`chat-item-${externalUserid}`).click()
    const sidebar = sidebarOf(page)

    const tag = sidebar.getByRole('button', { name: /爱试新品/ }).first()
    await tag.scrollIntoViewIfNeeded()
    await tag.click()
    await until(async () => (await tagsInWecom(userid, externalUserid)).includes('爱试新品'))

    await fetch(`${journey.world.sandboxUrl}/sandbox/ui/tags`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        as: userid,
        with: externalUserid,
        add: ['etMuMianTag4x1'],
        remove: [],
      }),
    })
    const stored = await until(() =>
      journey.world.deps.db.prisma.customerTag.findFirst({
        where: { customer: { externalUserid }, tag: { name: '爱送礼' }, removedAt: null },
      }),
    )
    await page.reload()
    await page.getByTestId(`chat-item-${externalUserid}`).click()
    const shown = sidebarOf(page)
      .getByRole('button', { name: /爱送礼/, pressed: true })
      .first()
    await shown.waitFor()

    expect(stored.origin).toBe('wecom')
    expect(await tagsInWecom(userid, externalUserid)).toEqual(
      expect.arrayContaining(['爱试新品', '爱送礼']),
    )
  })
})

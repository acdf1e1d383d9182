import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { refusal, type Routes } from './support/fake-server.ts'
import { showConsole } from './support/show-console.ts'
import { settle } from './support/show.ts'

const hq = { userid: 'head', name: '王总', role: 'hq', stores: [], sync: null }
const NOW = '2026-11-22T01:00:00Z'
const aSend = (over: object = {}) => ({
  id: '7',
  kind: 'app_message',
  guide: '李敏',
  customer: { id: '31', name: '张晓雅' },
  dueAt: '2026-11-22T01:00:00Z',
  attempts: 1,
  errcode: 60020,
  says: '服务器的 IP 不在企业可信 IP 里',
  remedy: '到企业可信 IP 加上出口 IP。',
  technical: 'WeCom /cgi-bin/message/send: 60020',
  unsure: false,
  useless: null,
  ...over,
})
const aLine = (over: object = {}) => ({
  id: '1',
  at: '2026-11-22T01:00:00Z',
  actor: 'head',
  actorName: '王总',
  action: 'reveal_mobile',
  actionText: '查看完整手机号',
  subject: 'customer:31',
  subjectName: '张晓雅',
  note: null,
  ...over,
})
const aKey = (over: object = {}) => ({
  name: 'pos',
  createdAt: '2026-11-01T00:00:00Z',
  lastUsedAt: null,
  revokedAt: null,
  ...over,
})
const page = (...items: object[]) => ({ items, nextCursor: null })
const aRun = (over: object = {}) => ({
  id: '1',
  kind: 'full',
  state: 'done',
  phase: 'done',
  done: 10,
  total: 10,
  repaired: 0,
  error: null,
  startedAt: '2026-11-22T01:00:00Z',
  finishedAt: '2026-11-22T01:05:00Z',
  ...over,
})
const aSync = (over: object = {}) => ({
  isRunning: false,
  lastFullAt: '2026-11-22T01:05:00Z',
  lastReconcileAt: null,
  runs: [aRun()],
  imports: [],
  ...over,
})
const queues = {
  outbox: [{ name: 'app_message', waiting: 3, running: 0, oldestAt: null }],
  jobs: [],
  tagMirror: 4,
  dead: [
    { id: '5', name: 'callback', attempts: 12, at: NOW, error: 'it broke', mayDrop: true },
    { id: '6', name: 'merge_tags', attempts: 12, at: NOW, error: 'it broke', mayDrop: false },
  ],
  deadCount: 120,
}
const routes = (over: Routes = {}): Routes => ({
  'GET /api/me': hq,
  'GET /api/health-checks': {
    items: [
      { name: 'database', title: '数据库', about: '所有数据都在里面。' },
      { name: 'app', title: '应用', about: '以它的名义发出。' },
    ],
  },
  'POST /api/health-checks/database/run': {
    name: 'database',
    ok: true,
    found: 'PostgreSQL 18',
    remedy: null,
  },
  'POST /api/health-checks/app/run': {
    name: 'app',
    ok: false,
    found: '企业微信回了 60020',
    remedy: '到企业可信 IP 加上出口 IP。',
  },
  'GET /api/nights': {
    items: [
      {
        name: 'scan',
        day: '2026-11-22',
        enqueuedAt: '2026-11-22T00:55:00Z',
        finishedAt: '2026-11-22T00:56:12Z',
        figures: [{ name: 'created', n: 1200 }],
      },
    ],
  },
  'GET /api/sync': aSync(),
  'POST /api/sync': { id: '2' },
  'GET /api/queues': queues,
  'POST /api/dead-jobs/5/retry': { retried: true },
  'DELETE /api/dead-jobs/5': null,
  'GET /api/quotas': {
    messagesToday: { used: 1234, limit: 1400, members: 7 },
    endpoints: [],
    members: [{ bucket: 'limin', name: '李敏', seconds: 60, used: 28, limit: 30 }],
    blocks: [{ bucket: '/cgi-bin/message/send', until: '2026-11-22T05:00:00Z' }],
  },
  'GET /api/environment': {
    version: '0.1.0',
    corpId: 'ww1',
    agentId: 7,
    publicUrl: 'https://g.example.com',
    callbackUrl: 'https://g.example.com/wecom/callback',
    zone: 'Asia/Shanghai',
    scanAt: '08:55',
    pushAt: '09:00',
    roles: ['web', 'clock'],
  },
  'GET /api/failed-sends': page(aSend()),
  'GET /api/failed-sends/counts': {
    items: [{ kind: 'app_message', failed: 12, retryable: 8, unsure: 2 }],
  },
  'POST /api/failed-sends/7/retry': { retried: 1 },
  'POST /api/failed-sends/retry': { retried: 8 },
  'GET /api/audit': page(aLine()),
  'GET /api/keys': page(aKey(), aKey({ name: 'old', revokedAt: '2026-11-20T00:00:00Z' })),
  'POST /api/keys': { name: 'erp', key: 'guide_secret' },
  'DELETE /api/keys/pos': null,
  'GET /api/webhooks': page(),
  ...over,
})
const show = (path: string, over: Routes = {}) => showConsole(routes(over), path)

enableAutoUnmount(afterEach)

describe('the settings', () => {
  it('are headquarters’ alone, by their address too', async () => {
    const { wrapper, server } = await show('/settings/keys', {
      'GET /api/me': { ...hq, role: 'manager' },
    })

    expect(wrapper.text()).toContain('只有总部能看')
    expect(wrapper.find('.rail').text()).not.toContain('设置')
    expect(server.calls.some(({ path }) => path.startsWith('/api/keys'))).toBe(false)
  })

  it('keep their tab in the address', async () => {
    const { wrapper } = await show('/settings/audit')

    expect(wrapper.find('[aria-current="page"].router-link-active').exists()).toBe(true)
    expect(wrapper.text()).toContain('查看完整手机号')
  })
})

describe('failed sends', () => {
  it('say whose, why and what to do, and are tried again one by one', async () => {
    const { wrapper, server, tap } = await show('/settings/sends')

    expect(wrapper.text()).toContain('服务器的 IP 不在企业可信 IP 里')
    expect(wrapper.text()).toContain('错误码 60020')
    await wrapper.find('tbody .act').trigger('click')
    await settle()
    expect(server.sentTo('POST /api/failed-sends/7/retry')).toEqual([{ evenIfUnsure: false }])
    expect(wrapper.text()).toContain('1 条已排队重发')
    await tap('应用消息')
    await tap('重发这 8 条')
    expect(server.sentTo('POST /api/failed-sends/retry')).toEqual([
      { kind: 'app_message', evenIfUnsure: false },
    ])
  })

  it('warn before what may have arrived is sent again', async () => {
    const { wrapper, server, tap } = await show('/settings/sends', {
      'GET /api/failed-sends': page(aSend({ unsure: true })),
    })

    expect(wrapper.text()).toContain('可能已送达')
    await wrapper.find('tbody .act').trigger('click')
    await settle()
    expect(server.sentTo('POST /api/failed-sends/7/retry')).toEqual([])
    expect(wrapper.find('[role="dialog"]').text()).toContain('可能收到两条')
    await tap('仍然重发')
    expect(server.sentTo('POST /api/failed-sends/7/retry')).toEqual([{ evenIfUnsure: true }])
  })

  it('offer no button where another try is of no use', async () => {
    const { wrapper } = await show('/settings/sends', {
      'GET /api/failed-sends': page(aSend({ useless: 'too_late' })),
    })

    expect(wrapper.find('tbody .act').exists()).toBe(false)
    expect(wrapper.text()).toContain('已过有效时间')
  })

  it('say that there is nothing, and that they could not be read', async () => {
    const none = { 'GET /api/failed-sends': page(), 'GET /api/failed-sends/counts': { items: [] } }
    expect((await show('/settings/sends', none)).wrapper.text()).toContain('没有发送失败')

    const broken = { 'GET /api/failed-sends': refusal(503, 'TOOK_TOO_LONG', '数据库太忙') }
    expect((await show('/settings/sends', broken)).wrapper.text()).toContain('数据库太忙')
  })

  it('tell a refusal, and read the list again', async () => {
    const { wrapper, server } = await show('/settings/sends', {
      'POST /api/failed-sends/7/retry': refusal(409, 'SEND_USELESS', '不能再发：任务已经结束。'),
    })
    const before = server.sentTo('GET /api/failed-sends').length

    await wrapper.find('tbody .act').trigger('click')
    await settle()

    expect(wrapper.text()).toContain('不能再发：任务已经结束')
    expect(server.sentTo('GET /api/failed-sends').length).toBeGreaterThan(before)
  })
})

describe('the audit log', () => {
  it('is narrowed by the address, and the table that is taken out as well', async () => {
    const { wrapper, server } = await show('/settings/audit?action=reveal_mobile&from=2026-11-01')

    const asked = server.calls.find(({ path }) => path.startsWith('/api/audit'))
    expect(asked?.path).toBe('/api/audit?action=reveal_mobile&from=2026-11-01')
    expect(wrapper.find('a[download]').attributes('href')).toBe(
      '/api/audit?action=reveal_mobile&from=2026-11-01&format=csv',
    )
  })

  it('shows one thing’s lines by a tap, and all again', async () => {
    const { wrapper, router, tap } = await show('/settings/audit')

    await tap('张晓雅')
    expect(router.currentRoute.value.query).toEqual({ subject: 'customer:31' })
    expect(wrapper.text()).toContain('只看 customer:31')
    await tap('清除筛选')
    expect(router.currentRoute.value.query).toEqual({})
  })
})

describe('keys', () => {
  it('are shown once: after “kept” nothing on the page holds them', async () => {
    const { wrapper, server, tap } = await show('/settings/keys')

    await wrapper.find('form input').setValue(' erp ')
    await wrapper.find('form').trigger('submit')
    await settle()
    expect(server.sentTo('POST /api/keys')).toEqual([{ name: 'erp' }])
    expect(wrapper.text()).toContain('guide_secret')
    await tap('我已保存')
    expect(document.body.innerHTML).not.toContain('guide_secret')
  })

  it('are revoked after a question, and once revoked have no button', async () => {
    const { wrapper, server, tap } = await show('/settings/keys')

    expect(wrapper.findAll('tbody .danger')).toHaveLength(1)
    await tap('停用密钥“pos”')
    expect(server.calls.some(({ method }) => method === 'DELETE')).toBe(false)
    await wrapper.find('[role="dialog"] .primary').trigger('click')
    await settle()
    expect(server.calls.filter(({ method }) => method === 'DELETE')).toHaveLength(1)
    expect(wrapper.text()).toContain('密钥“pos”已停用')
  })
})

describe('the health of the set-up', () => {
  it('is looked at when somebody asks, one thing after the other, with how to mend what fails', async () => {
    const { wrapper, server, tap } = await show('/settings')

    expect(wrapper.text()).toContain('数据库')
    expect(server.calls.some(({ method }) => method === 'POST')).toBe(false)
    await tap('开始检查')
    const posts = server.calls.filter(({ method }) => method === 'POST').map(({ path }) => path)
    expect(posts).toEqual(['/api/health-checks/database/run', '/api/health-checks/app/run'])
    expect(wrapper.text()).toContain('到企业可信 IP 加上出口 IP')
    expect(wrapper.text()).toContain('1 项要处理')
  })

  it('goes on after a check that could not be made', async () => {
    const { wrapper, tap } = await show('/settings/health', {
      'POST /api/health-checks/database/run': refusal(503, 'NOT_READY', '服务还没准备好'),
    })

    await tap('开始检查')

    expect(wrapper.text()).toContain('服务还没准备好')
    expect(wrapper.text()).toContain('2 项要处理')
  })

  it('shows what the daily jobs came to and how long they took', async () => {
    const { wrapper } = await show('/settings/health')

    expect(wrapper.text()).toContain('扫描和派发')
    expect(wrapper.text()).toContain('1 分 12 秒')
    expect(wrapper.text()).toContain('新任务 1,200')
  })
})

describe('the sync', () => {
  it('is started by hand', async () => {
    const { wrapper, server, tap } = await show('/settings/sync')

    await tap('现在同步')
    expect(server.sentTo('POST /api/sync')).toEqual([{}])
    expect(wrapper.text()).toContain('已开始同步')
  })

  it('can’t be started while one runs, and says how far that is', async () => {
    const { wrapper, button } = await show('/settings/sync', {
      'GET /api/sync': aSync({
        isRunning: true,
        runs: [aRun({ state: 'running', phase: 'customers', done: 300, total: 1200 })],
      }),
    })

    expect(button('正在同步').attributes('disabled')).toBeDefined()
    expect(wrapper.text()).toContain('客户 300 / 1,200')
  })
})

describe('the queues', () => {
  it('say what waits, and that the list of stopped jobs is not all of them', async () => {
    const { wrapper } = await show('/settings/queues')

    expect(wrapper.text()).toContain('应用消息')
    expect(wrapper.text()).toContain('4 位客户的自动标签')
    expect(wrapper.text()).toContain('共 120 个')
  })

  it('try a stopped job again, and drop only what may be dropped, after a question', async () => {
    const { wrapper, server, tap } = await show('/settings/queues')

    expect(wrapper.findAll('tbody .danger')).toHaveLength(1)
    await tap('重试')
    expect(server.sentTo('POST /api/dead-jobs/5/retry')).toHaveLength(1)
    await wrapper.find('tbody .danger').trigger('click')
    await settle()
    expect(server.sentTo('DELETE /api/dead-jobs/5')).toHaveLength(0)
    await wrapper.find('[role="dialog"] .primary').trigger('click')
    await settle()
    expect(server.sentTo('DELETE /api/dead-jobs/5')).toHaveLength(1)
  })
})

describe('quotas and the environment', () => {
  it('show who is near the limit, and what WeCom closed', async () => {
    const { wrapper } = await show('/settings/quotas')

    expect(wrapper.find('td .chip.bad').text()).toBe('93%')
    expect(wrapper.find('[role="alert"]').text()).toContain('/cgi-bin/message/send')
  })

  it('show how many app messages went out today of how many', async () => {
    const { wrapper } = await show('/settings/quotas')

    expect(wrapper.find('.today').text()).toBe('已发 1,234 人次，每天可发 1,400 人次 88%')
    expect(wrapper.find('.today .chip').classes()).toContain('warn')
  })

  it('show how the assistant is set up', async () => {
    const { wrapper } = await show('/settings/environment')

    expect(wrapper.text()).toContain('https://g.example.com/wecom/callback')
    expect(wrapper.text()).toContain('网页和接口 · 定时')
  })
})

describe('every tab', () => {
  it.each([
    ['health', 'GET /api/nights'],
    ['sync', 'GET /api/sync'],
    ['quotas', 'GET /api/quotas'],
    ['queues', 'GET /api/queues'],
    ['sends', 'GET /api/failed-sends'],
    ['keys', 'GET /api/keys'],
    ['audit', 'GET /api/audit'],
    ['environment', 'GET /api/environment'],
  ])('%s says why it could not be read, and tries again', async (tab, route) => {
    const { wrapper, server, tap } = await show(`/settings/${tab}`, {
      [route]: refusal(503, 'TOOK_TOO_LONG', '数据库太忙'),
    })
    expect(wrapper.text()).toContain('数据库太忙')

    const before = server.sentTo(route).length
    await tap('再试一次')

    expect(server.sentTo(route).length).toBeGreaterThan(before)
  })
})

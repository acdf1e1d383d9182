import type { CustomerProfile } from '../../../server/api/customers/schema.ts'
import type { LibraryTag, TagLibrary } from '../../../server/api/tags/schema.ts'
import type { TaskPage, TaskView } from '../../../server/api/tasks/schema.ts'

/** Sunday, 11:10 in Shanghai. */
export const NOW = new Date('2026-11-22T03:10:00Z')
export const ZONE = 'Asia/Shanghai'

export function aTask(over: Partial<TaskView> = {}): TaskView {
  return {
    id: '501',
    kind: 'repurchase_overdue',
    state: 'open',
    urgent: false,
    customer: { id: '11', externalUserId: 'wm11', name: '张晓雅', avatar: null, tier: '银卡' },
    assignee: { userid: 'limin', name: '李敏' },
    assigneeRule: 1,
    reason: '通常 15 天买一次，已经 31 天没来了。',
    mark: null,
    rule: { kind: 'repurchase_overdue', version: 1 },
    facts: {},
    words: '晓雅你好，面霜快用完了吧？',
    templateId: 'repurchase_overdue.overdue',
    variant: 'A',
    dueAt: '2026-11-24T10:00:00Z',
    diesAt: '2026-11-29T10:00:00Z',
    snoozedUntil: null,
    closedAt: null,
    closing: null,
    closeReason: null,
    outcome: null,
    note: null,
    createdAt: '2026-11-22T01:00:00Z',
    touchedAt: null,
    ...over,
  }
}

export function aTag(
  over: Partial<CustomerProfile['tags'][number]> = {},
): CustomerProfile['tags'][number] {
  return {
    id: '4',
    name: '敏感肌',
    dimension: 'consumption',
    groupName: '肤质',
    origin: 'guide',
    originBy: 'limin',
    addedAt: '2026-09-01T00:00:00Z',
    why: null,
    ...over,
  }
}

export function aLibraryTag(over: Partial<LibraryTag> = {}): LibraryTag {
  return {
    id: '10',
    name: '油皮',
    groupId: '92',
    groupName: '肤质',
    dimension: 'consumption',
    lastUsedAt: null,
    ...over,
  }
}

export function aLibrary(tags: LibraryTag[] = [aLibraryTag()]): TagLibrary {
  return {
    tags,
    groups: [
      { id: '91', name: '行为', dimension: 'behaviour', mayAdd: true },
      { id: '92', name: '肤质', dimension: 'consumption', mayAdd: true },
      { id: '93', name: '系统', dimension: 'lifecycle', mayAdd: false },
    ],
    nextCursor: null,
  }
}

export function aProfile(over: Partial<CustomerProfile> = {}): CustomerProfile {
  return {
    id: '11',
    externalUserId: 'wm11',
    memberNo: 'M1',
    name: '张晓雅',
    wecomName: '雅雅',
    avatar: null,
    gender: 'female',
    mobile: '138****1234',
    birthday: '05-20',
    lunarBirthday: false,
    joinedAt: '2024-11-22T00:00:00Z',
    store: { storeNo: 'S1', name: '西湖店' },
    matchIssue: null,
    relation: {
      remark: null,
      addedAt: '2025-01-01T00:00:00Z',
      endedAt: null,
      endedBy: null,
      half: false,
    },
    guides: [{ userid: 'limin', name: '李敏' }],
    ownerGuide: { userid: 'limin', name: '李敏' },
    tier: {
      code: 'silver',
      name: '银卡',
      colour: '#9aa4b2',
      since: null,
      flags: [],
      next: { code: 'gold', name: '金卡', spendFen: 72_000, orders: 4 },
      keep: { reviewDay: '2026-11-30', spendFen: 30_050, orders: 2 },
    },
    points: { balance: 1200, pending: 0, shortfall: 0, expiring: [] },
    coupons: [],
    value: { spend365Fen: 328_050, orders365: 12, averageFen: 27_337, rfm: null },
    rhythm: {
      cycleDays: 15,
      source: 'own',
      daysSince: 31,
      factor: 2.07,
      days: ['2026-10-22', '2026-10-07'],
      pAlive: null,
    },
    stage: 'sleeping',
    tags: [aTag()],
    tasks: [aTask()],
    consent: 'all',
    contact: { ok: true, why: null, until: null },
    lastTouchByMe: {
      at: '2026-11-19T03:00:00Z',
      day: '2026-11-19',
      name: '李敏',
      channel: 'sidebar',
    },
    lastTouchByOthers: {
      at: '2026-11-21T03:00:00Z',
      day: '2026-11-21',
      name: '王芳',
      channel: 'sidebar',
    },
    ...over,
  }
}

export function aTaskPage(items: TaskView[] = [aTask()], over: Partial<TaskPage> = {}): TaskPage {
  return {
    items,
    nextCursor: null,
    counts: { today: items.length, upcoming: 0, overdue: 0, done: 6 },
    progress: { day: '2026-11-22', done: 6, total: 18 },
    waiting: 0,
    ...over,
  }
}

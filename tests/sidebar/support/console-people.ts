import { aLibrary, aLibraryTag } from './builders.ts'

/** A manager of two stores. */
export const MANAGER = {
  userid: 'boss',
  name: '陈店长',
  role: 'manager',
  stores: [
    { storeNo: 'S1', name: '西湖店' },
    { storeNo: 'S2', name: '万象城店' },
  ],
  sync: null,
} as const

/** What GET /api/audiences/preview answers about `count` customers, two of them out of reach. */
export function aPreview(count: number) {
  return {
    count,
    sample: [
      { id: '11', name: '张晓雅', memberNo: 'M1', storeNo: 'S1', tier: 'silver' },
      { id: '12', name: '王芳', memberNo: 'M2', storeNo: 'S2', tier: 'gold' },
    ].slice(0, count),
    byStore:
      count === 0
        ? []
        : [
            { storeNo: 'S1', storeName: '西湖店', count: count - 1 },
            { storeNo: null, storeName: null, count: 1 },
          ],
    notReachable:
      count === 0 ? { no_consent: 0, no_relation: 0 } : { no_consent: 1, no_relation: 1 },
  }
}

/** The lists that the audience builder chooses from. */
export const AUDIENCE_LISTS = {
  'GET /api/tags': aLibrary([aLibraryTag(), aLibraryTag({ id: '11', name: '干皮' })]),
  'GET /api/tiers': {
    tiers: [
      { tier: { code: 'silver', name: { 'zh-CN': '银卡', en: 'Silver' } } },
      { tier: { code: 'gold', name: { 'zh-CN': '金卡', en: 'Gold' } } },
    ],
  },
  'GET /api/guides': {
    items: [
      { userid: 'limin', name: '李敏', storeName: '西湖店' },
      { userid: 'wangfang', name: '王芳', storeName: null },
    ],
  },
  'GET /api/stores': {
    items: [
      { storeNo: 'S1', name: '西湖店', region: '华东' },
      { storeNo: 'S2', name: '万象城店', region: null },
      { storeNo: 'S9', name: '天河店', region: '华南' },
    ],
  },
  'GET /api/segments': { items: [] },
}

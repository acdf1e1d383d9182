/** Rows as a chain's systems send them; a test says only what it is about. */

export const anOrder = (more: object = {}) => ({
  orderNo: 'O1',
  memberNo: 'M1',
  paidAt: '2026-11-01T10:00:00+08:00',
  amountFen: 10_000,
  status: 'paid',
  ...more,
})

export const aMember = (more: object = {}) => ({
  memberNo: 'M1',
  joinedAt: '2025-01-01T10:00:00+08:00',
  ...more,
})

export const aCoupon = (more: object = {}) => ({
  couponNo: 'C1',
  memberNo: 'M1',
  name: '满 300 减 50',
  issuedAt: '2026-11-01T10:00:00+08:00',
  expiresAt: '2026-11-30T23:59:59+08:00',
  status: 'issued',
  ...more,
})

export const anEntry = (more: object = {}) => ({
  entryNo: 'P1',
  memberNo: 'M1',
  kind: 'earn',
  points: 100,
  occurredAt: '2026-11-01T10:00:00+08:00',
  ...more,
})

export const anEmployee = (more: object = {}) => ({
  userid: 'ZhangWei',
  name: '张伟',
  role: 'guide',
  ...more,
})

export const aStore = (more: object = {}) => ({ storeNo: 'S1', name: '静安店', ...more })

import type { Database } from '../../../prisma/db.ts'
import { aCustomer, aGuide } from '../../support/chain.ts'

/** Two stores with a guide and a manager each, headquarters, and one customer of each guide. */
export interface TwoStores {
  guide: { id: bigint; userid: string }
  otherGuide: { id: bigint; userid: string }
  /** of another store */
  farGuide: { id: bigint; userid: string }
  manager: { id: bigint; userid: string }
  farManager: { id: bigint; userid: string }
  hq: { id: bigint; userid: string }
  /** of store S1, a contact of `guide` */
  customer: { id: bigint; memberNo: string | null }
  /** of store S2, a contact of `farGuide` */
  farCustomer: { id: bigint; memberNo: string | null }
  /** a member without a store or a contact */
  loneCustomer: { id: bigint; memberNo: string | null }
}

export async function twoStores(db: Database): Promise<TwoStores> {
  await db.prisma.store.createMany({
    data: [
      { storeNo: 'S1', name: '静安店' },
      { storeNo: 'S2', name: '徐汇店' },
    ],
  })
  const guide = await aGuide(db, { userid: 'WangXiaoMing', name: '王小明' })
  const otherGuide = await aGuide(db, { userid: 'LiuFang', name: '刘芳' })
  const farGuide = await aGuide(db, { userid: 'ZhaoLei', name: '赵磊', storeNo: 'S2' })
  const manager = await aGuide(db, { userid: 'ChenJing', name: '陈静', role: 'manager' })
  const farManager = await aGuide(db, {
    userid: 'SunLi',
    name: '孙丽',
    role: 'manager',
    storeNo: 'S2',
  })
  const hq = await aGuide(db, { userid: 'ZongBu', name: '总部', role: 'hq', storeNo: null })
  const customer = await aCustomer(
    db,
    { memberNo: 'M1', externalUserid: 'wmone', storeNo: 'S1', name: '张晓雯' },
    [guide],
  )
  const farCustomer = await aCustomer(
    db,
    { memberNo: 'M2', externalUserid: 'wmtwo', storeNo: 'S2', name: '李强', gender: 'male' },
    [farGuide],
  )
  const loneCustomer = await aCustomer(db, {
    memberNo: 'M3',
    externalUserid: null,
    name: '无人',
  })
  return {
    guide,
    otherGuide,
    farGuide,
    manager,
    farManager,
    hq,
    customer,
    farCustomer,
    loneCustomer,
  }
}

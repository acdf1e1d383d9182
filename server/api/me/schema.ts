import { Type, type Static } from 'typebox'
import { nullable, oneOf } from '../shapes.ts'

export const StoreRef = Type.Object({ storeNo: Type.String(), name: Type.String() })

/** Who is signed in. */
export const Me = Type.Object({
  userid: Type.String(),
  name: Type.String(),
  role: oneOf(['guide', 'manager', 'hq']),
  stores: Type.Array(StoreRef),
  /** progress of the first reading of WeCom's lists while it runs, else null */
  sync: nullable(
    Type.Object({ phase: Type.String(), done: Type.Integer(), total: Type.Integer() }),
  ),
})
export type Me = Static<typeof Me>

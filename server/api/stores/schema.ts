import { Type, type Static } from 'typebox'
import { nullable } from '../shapes.ts'

/** A shop of the chain. */
export const StoreView = Type.Object({
  storeNo: Type.String(),
  name: Type.String(),
  region: nullable(Type.String()),
})
export type StoreView = Static<typeof StoreView>

/** By region, then by name: a chain has thousands, not millions. */
export const StoreList = Type.Object({ items: Type.Array(StoreView) })

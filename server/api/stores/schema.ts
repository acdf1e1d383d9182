import { Type, type Static } from 'typebox'
import { nullable, page } from '../shapes.ts'

/** A shop of the chain. */
export const StoreView = Type.Object({
  storeNo: Type.String(),
  name: Type.String(),
  region: nullable(Type.String()),
})
export type StoreView = Static<typeof StoreView>

/** By region, then by name. */
export const StoreList = page(StoreView)
export type StoreList = Static<typeof StoreList>

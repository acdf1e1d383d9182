import { Type, type Static } from 'typebox'
import { nullable, page } from '../shapes.ts'

/** Somebody customers may be given to. */
export const Guide = Type.Object({
  userid: Type.String(),
  name: Type.String(),
  storeNo: nullable(Type.String()),
  storeName: nullable(Type.String()),
})
export type Guide = Static<typeof Guide>

/** By store, then by name. */
export const GuideList = page(Guide)
export type GuideList = Static<typeof GuideList>

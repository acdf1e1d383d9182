import { Type, type Static } from 'typebox'
import { nullable } from '../shapes.ts'

/** Somebody customers may be given to. */
export const Guide = Type.Object({
  userid: Type.String(),
  name: Type.String(),
  storeNo: nullable(Type.String()),
  storeName: nullable(Type.String()),
})
export type Guide = Static<typeof Guide>

/** By store, then by name: a chain has thousands, not millions. */
export const GuideList = Type.Object({ items: Type.Array(Guide) })
export type GuideList = Static<typeof GuideList>

import { given, item, number, optional, same, text } from './fields.ts'
import type { ImportSlice } from './slice.ts'

/** A shop as the chain's systems send it. */
export const Store = item({
  storeNo: text(64, "the store's number, a string"),
  name: text(100, "the store's name"),
  region: optional(text(100, 'a region')),
  address: optional(text(300, 'an address')),
  latitude: optional(number('degrees north, from -90 to 90', { minimum: -90, maximum: 90 })),
  longitude: optional(number('degrees east, from -180 to 180', { minimum: -180, maximum: 180 })),
})

export const stores: ImportSlice<typeof Store> = {
  schema: Store,
  keyField: 'storeNo',
  keyOf: (store) => store.storeNo,
  locksMembers: 'no',
  table: {
    name: 'store',
    key: 'store_no',
    stamped: true,
    columns: [
      { name: 'name', type: 'text' },
      { name: 'region', type: 'text' },
      { name: 'address', type: 'text' },
      { name: 'latitude', type: 'double precision' },
      { name: 'longitude', type: 'double precision' },
    ],
  },
  toRow: (store) => ({
    store_no: store.storeNo,
    name: store.name,
    ...given('region', store.region, same),
    ...given('address', store.address, same),
    ...given('latitude', store.latitude, same),
    ...given('longitude', store.longitude, same),
  }),
}

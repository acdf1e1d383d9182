import type { World } from '../core/world.ts'
import type { Fields } from './params.ts'

/** One call after its token and JSON were checked. */
export interface ApiCall {
  query: Record<string, string>
  body: Fields
  /** what GET /sandbox/log shows beside the answer */
  notes: Record<string, unknown>
}

/** One address under /cgi-bin/: returns the answer without errcode, or throws an ApiError. */
export interface Endpoint {
  method: 'GET' | 'POST'
  /** false: needs no access_token (gettoken alone) */
  token?: false
  run: (world: World, call: ApiCall) => object
}

export const get = (run: Endpoint['run']): Endpoint => ({ method: 'GET', run })
export const post = (run: Endpoint['run']): Endpoint => ({ method: 'POST', run })

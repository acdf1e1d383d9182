/** A refusal in WeCom's words: becomes `{ errcode, errmsg }`. Codes: wecom-protocol 2.2. */
export class ApiError extends Error {
  readonly errcode: number

  constructor(errcode: number, errmsg: string) {
    super(errmsg)
    this.name = 'ApiError'
    this.errcode = errcode
  }
}

export const missing = (name: string) =>
  new ApiError(40063, `some parameters are empty. missing ${name}`)

export const wrongType = (name: string, wanted: string) =>
  new ApiError(
    40063,
    `some parameters are empty. Warning: wrong json format. ${name} wants ${wanted}`,
  )

export const invalid = (name: string, why: string) =>
  new ApiError(40058, `invalid parameter ${name}: ${why}`)

export const tooLong = (name: string, limit: string) =>
  new ApiError(45002, `content size out of limit: ${name} ≤ ${limit}`)

export const userNotFound = (userid: string) => new ApiError(60111, `userid not found: ${userid}`)

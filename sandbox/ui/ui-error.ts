/** A refusal of the client pages' own API, in words for the person in front of them. */
export class UiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'UiError'
    this.status = status
  }
}

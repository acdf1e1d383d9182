import { WecomError } from '../bot/wecom/error-table.ts'
import { catalogueCodes } from './catalogue.ts'

/** What of an error may be written down. */
export interface ErrorFields {
  type: string
  code?: string
  /** PostgreSQL's code, where Prisma has one of its own before it */
  sqlstate?: string
  /** WeCom's as it is; of others with what they quote left out; none of a database's and of the catalogue's */
  message?: string
  /** of a database error: where to look */
  constraint?: string
  table?: string
  column?: string
  routine?: string
  /** frames only */
  stack?: string
  cause?: ErrorFields
}

const DEEPEST = 4
/** a constraint's name or a code, nothing that was typed in */
const NAME = /^[\w.-]{1,63}$/
const PLACES = ['constraint', 'table', 'column', 'routine'] as const

/**
 * An error as the log gets it. Errors carry what went wrong along with what it went wrong with: PostgreSQL quotes rows,
 * Prisma arguments, JSON.parse its text, an address its token. Nothing is taken over but what is listed here.
 */
export function errorFields(error: unknown, depth = 0): ErrorFields {
  if (!(error instanceof Error)) return { type: typeof error }
  const fields: ErrorFields = { type: error.name }
  if ('code' in error && NAME.test(String(error.code))) fields.code = String(error.code)
  const sqlstate = sqlstateOf(error)
  if (sqlstate !== undefined) fields.sqlstate = sqlstate
  if (error instanceof WecomError) fields.message = error.message
  else if (!isOfDatabase(error) && !isOfCatalogue(error))
    fields.message = withoutQuotes(error.message)
  for (const place of PLACES) {
    const value: unknown = Reflect.get(error, place)
    if (typeof value === 'string' && NAME.test(value)) fields[place] = value
  }
  if (error.stack !== undefined) fields.stack = framesOf(error.stack)
  if (error.cause instanceof Error && depth < DEEPEST) {
    fields.cause = errorFields(error.cause, depth + 1)
  }
  return fields
}

/** node-postgres' errors, Prisma's, and the adapter's between them */
function isOfDatabase(error: Error): boolean {
  return 'severity' in error || /^(Prisma|DriverAdapter)/.test(error.name)
}

/** Its code says it all, and its sentence may name what was asked for. */
function isOfCatalogue(error: Error): boolean {
  return 'code' in error && catalogueCodes.has(String(error.code))
}

/** Prisma and its adapter keep PostgreSQL's code, with the row beside it, in objects of their own. */
function sqlstateOf(error: Error): string | undefined {
  const adapter: unknown = Reflect.get(fieldOf(error, 'meta'), 'driverAdapterError')
  const code: unknown = [fieldOf(fieldOf(adapter), 'cause'), fieldOf(error, 'cause')]
    .map((cause): unknown => Reflect.get(cause, 'originalCode'))
    .find((one) => typeof one === 'string' && NAME.test(one))
  return typeof code === 'string' ? code : undefined
}

/** A field that is an object, or an empty one; the value itself without a name. */
function fieldOf(value: unknown, name?: string): object {
  const field: unknown =
    name !== undefined && typeof value === 'object' && value !== null
      ? Reflect.get(value, name)
      : value
  return typeof field === 'object' && field !== null ? field : {}
}

/**
 * A message of somebody else's without what it may quote: quoted text that is no plain name, long words, numbers and
 * whatever is not ASCII.
 *
 * @example withoutQuotes('Unexpected token "1", "13912345678" is not valid JSON') // 'Unexpected token …, … is not valid JSON'
 */
export function withoutQuotes(message: string): string {
  return message
    .replace(/(["'`])((?:[^\\]|\\.)*?)\1/g, (_, quote: string, text: string) =>
      /^[A-Za-z_.]{1,24}$/.test(text) ? `${quote}${text}${quote}` : '…',
    )
    .replace(/https?:\/\/\S+/g, '…')
    .replace(/[^\s"'`()[\]{},:;]{25,}/g, '…')
    .replace(/\d{5,}/g, '…')
    .replace(/[^ -~…\n]+/g, '…')
    .slice(0, 300)
}

/** The stack without its first lines, which repeat the message. */
function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^ {4}at .*(?::\d+:\d+\)?|\(<anonymous>\))$/.test(line))
    .join('\n')
}

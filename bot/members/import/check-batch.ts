import { findUnstorable } from './find-unstorable.ts'
import type { TObject } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import type { CheckedItem, ImportSlice, Problem, RowRemark } from './slice.ts'

const validators = new WeakMap<TObject, Validator>()

/** A batch after reading: what can be kept, and what can't and why. */
export interface CheckedBatch {
  /** one item for each natural key */
  items: CheckedItem<Record<string, unknown>>[]
  /** good rows whose key another row of the batch holds: the same again, or older */
  repeated: number
  rejected: RowRemark[]
  /** the repeated rows that said something else */
  warnings: RowRemark[]
}

/**
 * Checks each row by itself: a bad one is named with its field and the remedy, good ones are kept. Of several
 * rows with one key the newest stays (by updatedAt, else by position); an older one that says something else is a warning.
 *
 * @param now birthdays lie before it
 */
export function checkBatch(slice: ImportSlice, rows: readonly unknown[], now: Date): CheckedBatch {
  const rejected: RowRemark[] = []
  const warnings: RowRemark[] = []
  const byKey = new Map<string, CheckedItem<Record<string, unknown>>>()
  let repeated = 0
  const supersede = (
    old: CheckedItem<Record<string, unknown>>,
    by: CheckedItem<Record<string, unknown>>,
  ) => {
    repeated++
    if (JSON.stringify(old.item) !== JSON.stringify(by.item)) {
      warnings.push(superseded(slice, old, by))
    }
  }

  rows.forEach((row, index) => {
    const refusal = refusalOf(slice, row, now)
    if (refusal) {
      rejected.push({ index, id: idOf(slice, row), ...refusal })
      return
    }
    // the validator has just said that it has this shape
    const item = row as Record<string, unknown>
    const checked = { index, key: slice.keyOf(item), item }
    const other = byKey.get(checked.key)
    if (other && isNewer(slice, other, checked)) {
      supersede(checked, other)
      return
    }
    if (other) supersede(other, checked)
    byKey.set(checked.key, checked)
  })
  rejected.sort((a, b) => a.index - b.index)
  warnings.sort((a, b) => a.index - b.index)
  return { items: [...byKey.values()], repeated, rejected, warnings }
}

function refusalOf(
  slice: ImportSlice,
  row: unknown,
  now: Date,
): { code: string; message: string } | undefined {
  const validator = validatorOf(slice.schema)
  if (!validator.Check(row)) return schemaRefusal(slice.schema, validator, row)
  const unstorable = findUnstorable(row, '')
  if (unstorable) {
    return bad({ field: unstorable, remedy: 'text without NUL characters and half surrogates' })
  }
  const problem = slice.check?.(row as never, now)
  return problem && bad(problem)
}

function bad({ field, remedy }: Problem): { code: string; message: string } {
  return { code: 'BAD_FIELD', message: `${field}: write ${remedy}.` }
}

function schemaRefusal(
  schema: TObject,
  validator: Validator,
  row: unknown,
): { code: string; message: string } {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    return {
      code: 'BAD_ROW',
      message: 'The row is not a JSON object: write { … } with its fields.',
    }
  }
  const errors = validator.Errors(row)
  for (const error of errors) {
    if (error.keyword !== 'additionalProperties') continue
    const field = fieldAt(error.instancePath, error.params.additionalProperties[0])
    return {
      code: 'UNKNOWN_FIELD',
      message: `${field}: there is no such field; take it out, or correct its name (${fieldsOf(schema, error.instancePath)}).`,
    }
  }
  for (const error of errors) {
    if (error.keyword !== 'required') continue
    const field = fieldAt(error.instancePath, error.params.requiredProperties[0])
    return {
      code: 'MISSING_FIELD',
      message: `${field} is missing: write ${describe(schema, field)}.`,
    }
  }
  const field = fieldAt(errors[0]?.instancePath ?? '')
  return bad({ field, remedy: describe(schema, field) })
}

/** '/items/0' and 'sku' → 'items.0.sku' */
function fieldAt(path: string, name?: string): string {
  const parts = path.split('/').slice(1)
  return [...parts, ...(name === undefined ? [] : [name])].join('.')
}

interface SchemaNode {
  description?: string
  properties?: Record<string, SchemaNode>
  items?: SchemaNode
  anyOf?: SchemaNode[]
}

/** What to write at 'items.0.sku', by the schema's own description. */
function describe(schema: TObject, field: string): string {
  const node = nodeAt(schema, field.split('.'))
  return node?.description ?? 'a value of the type that the documentation says'
}

function fieldsOf(schema: TObject, path: string): string {
  const parts = path.split('/').slice(1)
  return Object.keys(nodeAt(schema, parts)?.properties ?? {}).join(', ')
}

/** The innermost described node on the way to a field. */
function nodeAt(schema: SchemaNode, parts: string[]): SchemaNode | undefined {
  let node: SchemaNode = schema
  for (const part of parts) {
    const inner = node.anyOf?.find((option) => option.items ?? option.properties) ?? node
    const next = inner.items ?? inner.properties?.[part]
    if (!next) return node.description === undefined ? undefined : node
    node = next
  }
  return node
}

function idOf(slice: ImportSlice, row: unknown): string | null {
  if (typeof row !== 'object' || row === null) return null
  const id = (row as Record<string, unknown>)[slice.keyField]
  return typeof id === 'string' || typeof id === 'number' ? String(id).slice(0, 64) : null
}

function isNewer(
  slice: ImportSlice,
  a: CheckedItem<Record<string, unknown>>,
  b: CheckedItem<Record<string, unknown>>,
): boolean {
  const [first, second] = [slice.version?.(a.item), slice.version?.(b.item)]
  return first !== undefined && second !== undefined && first > second
}

function superseded(
  slice: ImportSlice,
  old: CheckedItem<Record<string, unknown>>,
  by: CheckedItem<Record<string, unknown>>,
): RowRemark {
  return {
    index: old.index,
    id: idOf(slice, old.item),
    code: 'SUPERSEDED_IN_BATCH',
    message: `Row ${by.index} of this batch has the same ${slice.keyField} with other values and is newer: only that one was kept. Nothing to do.`,
  }
}

function validatorOf(schema: TObject): Validator {
  const known = validators.get(schema)
  if (known) return known
  const made = Compile(schema)
  validators.set(schema, made)
  return made
}

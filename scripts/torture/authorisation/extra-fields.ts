/** A JSON schema as TypeBox makes it, as far as it is looked at here. */
interface Schema {
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  additionalProperties?: unknown
  allOf?: Schema[]
  anyOf?: Schema[]
  items?: Schema
}

/**
 * Fields of an answer that its schema does not name, as paths; of records with any keys those that `allowed` does not
 * name.
 *
 * @param allowed keys of records, by the record's own name
 */
export function extraFields(
  schema: unknown,
  value: unknown,
  allowed: Readonly<Record<string, ReadonlySet<string>>>,
  path = '',
): string[] {
  if (Array.isArray(value)) {
    const items = isObject(schema) ? schema['items'] : undefined
    return value.flatMap((one) => extraFields(items, one, allowed, `${path}[]`))
  }
  if (!isObject(value)) return []
  const known = propertiesOf(schema)
  return Object.entries(value).flatMap(([key, one]) => {
    const at = `${path}.${key}`
    if (known.properties.has(key)) {
      return extraFields(known.properties.get(key), one, allowed, at)
    }
    const record = path.replaceAll('[]', '').split('.').at(-1) ?? ''
    return known.isRecord && allowed[record]?.has(key) ? [] : [at]
  })
}

function propertiesOf(schema: unknown): { properties: Map<string, unknown>; isRecord: boolean } {
  const { properties, patternProperties, additionalProperties, allOf, anyOf }: Schema = isObject(
    schema,
  )
    ? schema
    : {}
  const own = new Map<string, unknown>(Object.entries(properties ?? {}))
  let isRecord = patternProperties !== undefined || additionalProperties === true
  for (const part of [...(allOf ?? []), ...(anyOf ?? [])]) {
    const other = propertiesOf(part)
    for (const [key, one] of other.properties) own.set(key, one)
    isRecord ||= other.isRecord
  }
  return { properties: own, isRecord }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

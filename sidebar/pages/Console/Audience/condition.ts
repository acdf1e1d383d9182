import type { FilterLeaves, LeafName } from '../../../../domain/customer-filter.ts'

/** One condition while it is edited: what it compares may be missing still. */
export type Condition = {
  [Name in LeafName]: {
    is: 'condition'
    key: symbol
    not: boolean
    name: Name
    value: FilterLeaves[Name]
  }
}[LeafName]

/** Conditions and groups of them, joined. */
export interface Group {
  is: 'group'
  key: symbol
  not: boolean
  join: 'and' | 'or'
  parts: Part[]
}

export type Part = Condition | Group

/** A condition of a name with the value it begins with. */
export function conditionOf<Name extends LeafName>(
  name: Name,
  value: FilterLeaves[Name],
  not = false,
): Condition {
  // the pair of name and value is what Condition lists for each name
  return { is: 'condition', key: Symbol(name), not, name, value } as Condition
}

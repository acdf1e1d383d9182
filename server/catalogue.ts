import * as errors from './errors.ts'

/** Every code of the catalogue: what may leave the server as it was thrown. */
export const catalogueCodes: ReadonlySet<string> = new Set(
  Object.values(errors).map((CatalogueError) => new CatalogueError().code),
)

import type { TierRow } from '../../../../domain/tier-table.ts'
import type {
  TiersChange,
  TiersLinted,
  TiersTriedAnswer,
  TiersView,
} from '../../../../server/api/tiers/schema.ts'
import type { Api } from '../../../api.ts'

/** both look at all customers */
const LINT_MS = 60_000
const DRY_RUN_MS = 130_000

/** The calls of the page of tiers. */
export function createTiersApi({ call }: Api) {
  return {
    read: () => call<TiersView>('GET', '/api/tiers', undefined, LINT_MS),
    save: (change: TiersChange) => call<TiersView>('PUT', '/api/tiers', change, LINT_MS),
    lint: (tiers: TierRow[]) => call<TiersLinted>('POST', '/api/tiers/lint', { tiers }, LINT_MS),
    dryRun: (tiers: TierRow[]) =>
      call<TiersTriedAnswer>('POST', '/api/tiers/dry-run', { tiers }, DRY_RUN_MS),
  }
}

export const TIERS_KEY = ['tiers'] as const

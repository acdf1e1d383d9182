import type {
  ProgrammeChange,
  ProgrammeLinted,
  ProgrammeQuestion,
  ProgrammeTried,
  ProgrammeView,
} from '../../../../server/api/points-programme/schema.ts'
import type { Api } from '../../../api.ts'

/** it looks at a month of orders; the server gives up after as long */
const DRY_RUN_MS = 130_000

/** The calls of the page of points. */
export function createPointsApi({ call }: Api) {
  const path = '/api/points-programme'
  return {
    read: () => call<ProgrammeView>('GET', path),
    save: (change: ProgrammeChange) => call<ProgrammeView>('PUT', path, change),
    lint: (question: ProgrammeQuestion) => call<ProgrammeLinted>('POST', `${path}/lint`, question),
    dryRun: (question: ProgrammeQuestion) =>
      call<ProgrammeTried>('POST', `${path}/dry-run`, question, DRY_RUN_MS),
  }
}

export const POINTS_KEY = ['points-programme'] as const

import { isDeepStrictEqual } from 'node:util'
import type { AppDeps } from '../../deps.ts'
import { findProgress } from './find-assignment.ts'
import type { AssignmentProgress } from './schema.ts'

/** milliseconds between two looks at an assignment somebody watches; more where a look takes long */
const LOOK_MS = 1_000
const TIMES_ITS_COST = 5

type Reader = (progress: AssignmentProgress) => void

interface Watch {
  readers: Set<Reader>
  last: AssignmentProgress | undefined
  timer: NodeJS.Timeout | undefined
}

/** Tells those who watch an assignment what changed; however many watch one, the database is asked once. */
export interface ProgressHub {
  /** Tells `reader` how it stands, and then each change. @returns ends it */
  watch: (id: bigint, reader: Reader) => () => void
}

export function createProgressHub(deps: AppDeps): ProgressHub {
  const watches = new Map<bigint, Watch>()

  async function look(id: bigint, watch: Watch): Promise<void> {
    const start = performance.now()
    try {
      const progress = await findProgress(deps, id)
      if (!isDeepStrictEqual(progress, watch.last)) {
        watch.last = progress
        for (const reader of watch.readers) reader(progress)
      }
    } catch (error) {
      // a database that is away: the next look tells
      deps.log.warn({ err: error, assignmentId: String(id) }, 'progress could not be read')
    }
    if (watch.readers.size === 0) return
    const cost = performance.now() - start
    watch.timer = setTimeout(
      () => void look(id, watch),
      Math.max(LOOK_MS, cost * TIMES_ITS_COST),
    ).unref()
  }

  return {
    watch(id, reader) {
      const known = watches.get(id)
      const watch = known ?? { readers: new Set(), last: undefined, timer: undefined }
      watch.readers.add(reader)
      if (known) {
        if (known.last) reader(known.last)
      } else {
        watches.set(id, watch)
        void look(id, watch)
      }
      return () => {
        watch.readers.delete(reader)
        if (watch.readers.size > 0 || watches.get(id) !== watch) return
        clearTimeout(watch.timer)
        watches.delete(id)
      }
    },
  }
}

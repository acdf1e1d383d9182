import type { FaultInput } from '../options.ts'
import { randomId } from '../core/ids.ts'

export interface Fault extends FaultInput {
  id: string
  path: string
  left: number
}

/** What somebody wants to go wrong, call by call. */
export interface Faults {
  add: (input: FaultInput) => Fault
  list: () => Fault[]
  clear: () => void
  /** the fault this call runs into, counted down; undefined: none */
  take: (path: string) => Fault | undefined
}

/** `message/send` of `/cgi-bin/message/send`. */
function shortPath(path: string): string {
  return path.replace(/^\/?(cgi-bin\/)?/, '')
}

export function createFaults(): Faults {
  let faults: Fault[] = []
  return {
    add: (input) => {
      const fault = {
        ...input,
        id: randomId(8),
        path: shortPath(input.path),
        left: input.times ?? 1,
      }
      faults.push(fault)
      return fault
    },
    list: () => [...faults],
    clear: () => {
      faults = []
    },
    take: (path) => {
      const fault = faults.find((entry) => entry.path === '*' || entry.path === shortPath(path))
      if (!fault) return undefined
      fault.left -= 1
      if (fault.left <= 0) faults = faults.filter((entry) => entry !== fault)
      return fault
    },
  }
}

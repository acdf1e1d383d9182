/** The sandbox's time: the system's, moved by what somebody asked for. */
export interface Clock {
  now: () => Date
  set: (moment: Date) => void
  advance: (ms: number) => void
  /** calls `heard` after each jump; returns how to stop that */
  onJump: (heard: () => void) => () => void
}

/** Starts `offsetMs` ahead of `base`. */
export function createClock(base: () => Date, offsetMs = 0): Clock & { offsetMs: () => number } {
  let offset = offsetMs
  const listeners = new Set<() => void>()
  const jump = (to: number) => {
    offset = to
    for (const heard of listeners) heard()
  }
  return {
    now: () => new Date(base().getTime() + offset),
    set: (moment) => jump(moment.getTime() - base().getTime()),
    advance: (ms) => jump(offset + ms),
    onJump: (heard) => {
      listeners.add(heard)
      return () => listeners.delete(heard)
    },
    offsetMs: () => offset,
  }
}

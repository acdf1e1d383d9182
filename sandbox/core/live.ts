/** Who wants to hear that something changed: member pages by userid, customer pages by external_userid. */
export interface Live {
  /** everybody concerned hears it; no ids: everybody at all */
  changed: (...ids: string[]) => void
  listen: (id: string | null, heard: () => void) => () => void
}

export function createLive(): Live {
  const listeners = new Set<{ id: string | null; heard: () => void }>()
  return {
    changed: (...ids) => {
      for (const { id, heard } of listeners) {
        if (ids.length === 0 || id === null || ids.includes(id)) heard()
      }
    },
    listen: (id, heard) => {
      const entry = { id, heard }
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
  }
}

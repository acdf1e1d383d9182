import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { State } from './state.ts'

const QUIET_MS = 400

/** The snapshot in `path`, or null when there is none. A file that is not ours stops the start with its name. */
export async function readStateFile(path: string): Promise<State | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  // our own file: its version says the shape
  const state = parse(text, path) as State
  if (state.version !== 1) throw new Error(`${path} is not a sandbox state of version 1; delete it`)
  return state
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${path} is not JSON; delete it to start the sandbox anew`)
  }
}

/** Writes snapshots of what `take` gives: soon after `touch`, whole or not at all, one at a time. */
export function createSnapshots(path: string | undefined, take: () => State) {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let closed = false

  function save(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (path === undefined) return Promise.resolve()
    running = running.then(() => write(path, JSON.stringify(take())))
    return running
  }

  return {
    save,
    /** the state changed: a snapshot follows within half a second */
    touch: (failed: (error: unknown) => void) => {
      if (path === undefined || closed || timer !== undefined) return
      timer = setTimeout(() => {
        save().catch(failed)
      }, QUIET_MS)
      timer.unref()
    },
    close: async () => {
      closed = true
      await save()
    },
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.draft`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
}

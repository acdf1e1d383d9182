import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * A folder of the project, wherever the code runs from: its source, or dist/.
 * @example projectFolder('.data') // '/srv/guide/.data'
 */
export function projectFolder(path: string): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  return join(here.replace(/\/(?:dist\/)?server\/$/, ''), path)
}

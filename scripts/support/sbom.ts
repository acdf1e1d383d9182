import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PROJECT } from './open.ts'

/** An entry of package-lock.json, the fields we read. */
export interface LockEntry {
  version?: string
  resolved?: string
  integrity?: string
  link?: boolean
  dev?: boolean
  devOptional?: boolean
  optional?: boolean
  hasInstallScript?: boolean
  dependencies?: Record<string, string>
}

/** package-lock.json by the place of each package, the project itself left out. */
export function readLock(project = PROJECT): Map<string, LockEntry> {
  // the file's shape is npm's (lockfileVersion 3)
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
    lockfileVersion: number
    packages: Record<string, LockEntry>
  }
  if (lock.lockfileVersion !== 3) throw new Error('package-lock.json is of another version')
  return new Map(Object.entries(lock.packages).filter(([place]) => place !== ''))
}

/** @example packageName('node_modules/a/node_modules/@b/c') // '@b/c' */
export function packageName(place: string): string {
  return place.split('node_modules/').at(-1) ?? place
}

export interface Component {
  'bom-ref': string
  name: string
  group?: string
  version: string
}

/** A CycloneDX document, the parts we touch. */
export interface Sbom {
  bomFormat: string
  components: Component[]
  dependencies: { ref: string; dependsOn?: string[] }[]
}

/** `@scope/name@version` of a component. */
export function nameOf({ group, name, version }: Component): string {
  return `${group ? `${group}/` : ''}${name}@${version}`
}

/** Development packages whose code the built pages contain. */
const IN_THE_PAGES = ['vue', 'vant', '@tanstack/vue-query']

/**
 * `name@version` of everything that is shipped: what a production install may bring (the lock marks it neither dev nor
 * devOptional), and what the built pages contain, with all that it depends on.
 */
export function shippedPackages(lock: ReadonlyMap<string, LockEntry>): Set<string> {
  const shipped = new Set<string>()
  const add = (place: string, entry: LockEntry): void => {
    const name = `${packageName(place)}@${entry.version ?? ''}`
    if (shipped.has(name)) return
    shipped.add(name)
    for (const wanted of Object.keys(entry.dependencies ?? {})) {
      const [found, its] = placeOf(lock, place, wanted)
      if (its) add(found, its)
    }
  }
  for (const [place, entry] of lock) if (!entry.dev && !entry.devOptional) add(place, entry)
  for (const name of IN_THE_PAGES) {
    const entry = lock.get(`node_modules/${name}`)
    if (entry) add(`node_modules/${name}`, entry)
  }
  return shipped
}

/** Where Node finds a package that is asked for from within another: the nearest one on the way up. */
function placeOf(
  lock: ReadonlyMap<string, LockEntry>,
  from: string,
  name: string,
): [string, LockEntry | undefined] {
  for (
    let at = from;
    at !== '';
    at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))
  ) {
    const place = `${at}/node_modules/${name}`
    const entry = lock.get(place)
    if (entry) return [place, entry]
  }
  return [`node_modules/${name}`, lock.get(`node_modules/${name}`)]
}

/**
 * The bill of materials of what is shipped, the pages' packages included, CycloneDX. npm's own `--omit=dev` leaves out packages that a development
 * package uses too (tsx, pg-protocol …), so its complete one is taken and the rest is left out here, by the lock.
 *
 * @throws when npm fails
 */
export async function makeSbom(): Promise<Sbom> {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--silent'],
    { cwd: PROJECT, maxBuffer: 64 * 1024 * 1024 },
  )
  // npm's output, of the format asked for
  const all = JSON.parse(stdout) as Sbom
  const shipped = shippedPackages(readLock())
  const components = all.components.filter((component) => shipped.has(nameOf(component)))
  const kept = new Set(components.map((component) => component['bom-ref']))
  const isRoot = (ref: string) => !all.components.some((component) => component['bom-ref'] === ref)
  return {
    ...all,
    components,
    dependencies: all.dependencies
      .filter(({ ref }) => kept.has(ref) || isRoot(ref))
      .map(({ ref, dependsOn = [] }) => ({
        ref,
        dependsOn: dependsOn.filter((other) => kept.has(other)),
      })),
  }
}

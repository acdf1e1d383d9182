import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { noneOf, type Figure } from '../support/figures.ts'
import { PROJECT } from '../support/open.ts'
import { makeSbom, nameOf, readLock, shippedPackages } from '../support/sbom.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { installWithoutScripts } from './supply-chain/bare-install.ts'
import {
  faultsOfLock,
  foreignDependencies,
  unknownScripts,
  withScripts,
} from './supply-chain/lock.ts'
import { audit, behind, type NotMeasured } from './supply-chain/registry.ts'

/** What we stand on: every byte pinned, listed, looked at; nobody's script runs. */
export const s13: Scenario = {
  id: 'S13',
  title: 'dependencies are pinned to their bytes, listed, up to date, and run no script at install',
  run,
}

/**
 * Why a dependency is behind the newest release of its major. An entry is looked at again with each release of ours.
 */
const PRISMA = 'the Prisma packages are of one version, and the newest client is 7.10.0'
const TOOL =
  'a tool of npm run check, pinned: a newer one brings new findings and is taken by itself'
const HELD: Readonly<Record<string, string>> = {
  '@prisma/adapter-pg': PRISMA,
  '@prisma/driver-adapter-utils': PRISMA,
  prisma: PRISMA,
  '@vue/test-utils': TOOL,
  knip: TOOL,
  oxlint: TOOL,
  'oxlint-tsgolint': TOOL,
}

async function run(context: TortureContext): Promise<Figure[]> {
  const lock = readLock()
  // npm's own file, the fields we read
  const project = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
    devDependencies: Record<string, string>
    allowScripts?: Record<string, boolean>
  }
  const denied = project.allowScripts ?? {}
  return [
    { name: 'packages in the lock', value: lock.size, unit: '' },
    noneOf('of them without sha512 or exact version, or with an address', faultsOfLock(lock)),
    noneOf(
      'dependencies that are no version of the registry',
      foreignDependencies({ ...project.dependencies, ...project.devDependencies }),
    ),
    noneOf('packages with an install script nobody looked at', unknownScripts(lock)),
    noneOf(
      'packages whose install script is not denied in package.json',
      withScripts(lock).filter((name) => denied[name] !== false),
    ),
    ...(await sbomFigures(lock)),
    await auditFigure(lock),
    ...(context.size === 'full' ? await slowFigures(context) : []),
  ]
}

/** A figure that could not be had is told without a goal: it neither holds nor fails. */
function unmeasured(name: string, { notMeasured }: NotMeasured): Figure {
  return { name: `${name} — NOT MEASURED`, value: 0, unit: '', note: notMeasured }
}

async function sbomFigures(lock: ReturnType<typeof readLock>): Promise<Figure[]> {
  const { bomFormat, components } = await makeSbom()
  const listed = new Set(components.map(nameOf))
  const missing = [...shippedPackages(lock)].filter((name) => !listed.has(name))
  return [
    { name: `packages in the bill of materials (${bomFormat})`, value: listed.size, unit: '' },
    noneOf('shipped packages that it leaves out', missing),
  ]
}

async function auditFigure(lock: ReturnType<typeof readLock>): Promise<Figure> {
  const name = 'advisories, high or critical, in what is shipped'
  const found = await audit()
  if ('notMeasured' in found) return unmeasured(name, found)
  const shipped = new Set(
    [...shippedPackages(lock)].map((one) => one.slice(0, one.lastIndexOf('@'))),
  )
  const grave = found.filter(
    ({ name: which, severity }) => shipped.has(which) && /^(high|critical)$/.test(severity),
  )
  return noneOf(
    name,
    grave.map(({ name: which, severity }) => `${which}: ${severity}`),
  )
}

async function slowFigures({ say, folder }: TortureContext): Promise<Figure[]> {
  say('asking the registry what is newer')
  const late = await behind()
  say('installing a copy without scripts')
  const bare = await installWithoutScripts(folder)
  const works = 'what does not work after an install without scripts'
  return [
    ...('notMeasured' in late
      ? []
      : [
          {
            name: 'dependencies held back for a reason',
            value: late.filter(({ name }) => name in HELD).length,
            unit: '',
            note: late.map(({ name, newest }) => `${name} ${newest}`).join(', '),
          },
        ]),
    'notMeasured' in late
      ? unmeasured('dependencies behind their newest release', late)
      : noneOf(
          'dependencies behind the newest release of their major, without a reason',
          late
            .filter(({ name }) => !(name in HELD))
            .map(({ name, current, newest }) => `${name} ${current} → ${newest}`),
        ),
    bare.notMeasured === undefined
      ? noneOf(works, bare.failed)
      : unmeasured(works, { notMeasured: bare.notMeasured }),
  ]
}

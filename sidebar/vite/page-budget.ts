import { gzipSync } from 'node:zlib'
import type { Plugin, Rolldown } from 'vite'

interface Budget {
  /** the html entry to weigh */
  page: string
  /** gzip bytes its JS and CSS may have together, parts loaded later included */
  maxBytes: number
}

interface Weight {
  first: number
  all: number
}

/**
 * Weighs what a page loads (gzip -9, KB = 1000 B) and fails the build above its budget. "First" is what the page
 * needs to show itself; "all" counts the parts it loads by itself later, the SDK among them.
 * A build without the page passes.
 */
export function pageBudget({ page, maxBytes }: Budget): Plugin {
  return {
    name: 'page-budget',
    apply: 'build',
    generateBundle(_, bundle) {
      const weight = weigh(bundle, page)
      if (!weight) return
      const { first, all } = weight
      const kb = (bytes: number) => (bytes / 1000).toFixed(1)
      this.info(
        `${page}: ${kb(first)} KB gzip at first, ${kb(all)} KB in all, of ${kb(maxBytes)} KB`,
      )
      if (all > maxBytes) this.error(`${page} is ${kb(all)} KB gzip, over its ${kb(maxBytes)} KB`)
    },
  }
}

/** the other language, and sheets that a tap opens and loads */
function isNotWaitedFor(module: string): boolean {
  return module.endsWith('/i18n/en.ts') || module.endsWith('Sheet.vue')
}

function weigh(bundle: Rolldown.OutputBundle, page: string): Weight | null {
  const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
  const entry = chunks.find((chunk) => chunk.isEntry && chunk.facadeModuleId?.endsWith(page))
  if (!entry) return null
  return { first: bytes(reach(entry, false)), all: bytes(reach(entry, true)) }

  function reach(from: Rolldown.OutputChunk, later: boolean): Set<string> {
    const seen = new Set<string>()
    const visit = (chunk: Rolldown.OutputChunk) => {
      if (seen.has(chunk.fileName)) return
      seen.add(chunk.fileName)
      for (const css of chunk.viteMetadata?.importedCss ?? []) seen.add(css)
      const next = later ? [...chunk.imports, ...chunk.dynamicImports] : chunk.imports
      for (const name of next) {
        const target = chunks.find((other) => other.fileName === name)
        if (target && !isNotWaitedFor(target.facadeModuleId ?? '')) visit(target)
      }
    }
    visit(from)
    return seen
  }

  function bytes(names: Set<string>): number {
    return [...names].reduce((sum, name) => {
      const file = bundle[name]
      if (!file) return sum
      return sum + gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length
    }, 0)
  }
}

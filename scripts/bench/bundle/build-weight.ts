import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/** The scripts and styles that a built page names and what those import at once, as paths below the build's folder. */
export function filesOfPage(folder: string, page: string): string[] {
  const html = readFileSync(join(folder, page), 'utf8')
  const found = new Set<string>()
  const add = (path: string): void => {
    if (found.has(path)) return
    found.add(path)
    if (!path.endsWith('.js')) return
    const code = readFileSync(join(folder, path), 'utf8')
    for (const [, name] of code.matchAll(/(?:\bfrom|\bimport)\s*["'](\.\/[^"']+)["']/g)) {
      if (name !== undefined) add(join(dirname(path), name))
    }
  }
  for (const [, path] of html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)) {
    if (path !== undefined) add(path)
  }
  return [...found]
}

/** Bytes of the files after gzip -9, each by itself, as they travel. */
export function gzipWeight(folder: string, paths: readonly string[]): number {
  return paths.reduce(
    (sum, path) => sum + gzipSync(readFileSync(join(folder, path)), { level: 9 }).length,
    0,
  )
}

/** Bytes after gzip -9 of a page that is Vue and one paragraph, built with the same switches as ours. */
export async function vueAloneWeight(): Promise<number> {
  const entry = 'virtual:vue-alone'
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    mode: 'production',
    plugins: [
      {
        name: 'vue-alone',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) =>
          id === entry
            ? `import { createApp, h, ref } from 'vue'
               const n = ref(0)
               createApp({ setup: () => () => h('p', n.value) }).mount('#app')`
            : null,
      },
    ],
    define: {
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      'process.env.NODE_ENV': '"production"',
    },
    build: {
      write: false,
      target: 'es2020',
      modulePreload: false,
      rolldownOptions: { input: entry },
    },
  })
  const bundles = Array.isArray(built) ? built : [built]
  const files = bundles.flatMap((bundle) => ('output' in bundle ? bundle.output : []))
  return files.reduce(
    (sum, file) =>
      sum + gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length,
    0,
  )
}

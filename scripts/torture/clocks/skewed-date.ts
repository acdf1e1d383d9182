/** What `Date` tells in a process that is started with these options: the machine's time and so much more. */
export interface Skew {
  ms: number
  /** a file with other milliseconds, read ten times a second: the clock is set while the process runs */
  file?: string
}

/** NODE_OPTIONS under which a process lives in another time; its steady counter is left alone, as when a clock is set. */
export function skewedDate(skew: Skew): string {
  const code = `
    import { readFileSync } from 'node:fs'
    let skew = ${skew.ms}
    const Real = Date
    globalThis.Date = class extends Real {
      constructor(...given) { given.length === 0 ? super(Real.now() + skew) : super(...given) }
      static now() { return Real.now() + skew }
    }
    const file = ${JSON.stringify(skew.file ?? null)}
    if (file !== null) setInterval(() => {
      try { skew = Number(readFileSync(file, 'utf8')) } catch {}
    }, 100).unref()`
  return `--import data:text/javascript,${encodeURIComponent(code)}`
}

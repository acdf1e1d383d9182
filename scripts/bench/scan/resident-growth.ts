const MEGABYTE = 1024 * 1024
const SAMPLE_EVERY_MS = 20

/** Runs something and answers by how many megabytes this process's resident set grew meanwhile, at its highest. */
export async function residentGrowth<T>(
  run: () => Promise<T>,
): Promise<{ result: T; megabytes: number }> {
  const before = process.memoryUsage.rss()
  let most = before
  const sample = () => (most = Math.max(most, process.memoryUsage.rss()))
  const timer = setInterval(sample, SAMPLE_EVERY_MS)
  try {
    const result = await run()
    sample()
    return { result, megabytes: (most - before) / MEGABYTE }
  } finally {
    clearInterval(timer)
  }
}

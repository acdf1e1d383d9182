import type { Reporter, TestModule } from 'vitest/node'

/** Prints the run's last line, `N passed, N failed`, as CI reads it; what was skipped stands on a line before. */
export class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) {
      const tests = [...module.children.allTests()]
      for (const test of tests) {
        const { state } = test.result()
        if (state === 'passed' || state === 'failed' || state === 'skipped') count[state] += 1
      }
      // a file that breaks before its first test, or a hook that fails, is a failure too
      if (module.state() === 'failed' && !tests.some((test) => test.result().state === 'failed'))
        count.failed += 1
    }
    const skipped = count.skipped > 0 ? `${count.skipped} skipped\n` : ''
    process.on('exit', () => {
      process.stdout.write(`\n${skipped}${count.passed} passed, ${count.failed} failed\n`)
    })
  }
}

import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { CountReporter } from './tests/support/count-reporter.ts'

const rooms = ['domain', 'bot', 'server', 'sandbox', 'scripts', 'repo'].map(
  (room) => `tests/${room}/**/*.test.ts`,
)

export default defineConfig({
  test: {
    // tests wait for the database and for timers more than they compute
    maxWorkers: 3,
    reporters: ['default', new CountReporter()],
    projects: [
      {
        test: {
          name: 'node',
          include: rooms,
          // what is loaded once serves all files of a worker: loading took as long as the tests themselves
          isolate: false,
          globalSetup: ['tests/support/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [vue()],
        test: {
          name: 'sidebar',
          include: ['tests/sidebar/**/*.test.ts'],
          environment: 'happy-dom',
        },
      },
      {
        test: {
          name: 'e2e',
          // browsers have the machine to themselves
          sequence: { groupOrder: 1 },
          globalSetup: ['tests/support/global-setup.ts'],
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})

import { defineConfig } from 'prisma/config'

// `generate` runs on WebAssembly alone; pointing the engine at an existing file keeps the CLI from
// trying to download one, so that an install needs nothing but the npm registry.
if (process.argv.includes('generate')) {
  process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath
}

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
})

import { fileURLToPath } from 'node:url'
import { VantResolver } from '@vant/auto-import-resolver'
import vue from '@vitejs/plugin-vue'
import components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'
import { compressedAssets } from './vite/compressed-assets.ts'
import { pageBudget } from './vite/page-budget.ts'
import { stripIconFont } from './vite/strip-icon-font.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('.'),
  base: '/',
  publicDir: false,
  plugins: [
    vue(),
    components({ dts: false, dirs: [], resolvers: [VantResolver()] }),
    stripIconFont(),
    pageBudget({ page: 'sidebar.html', maxBytes: 72_000 }),
    compressedAssets(),
  ],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  build: {
    outDir: here('../dist/sidebar'),
    emptyOutDir: true,
    target: 'es2020',
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: { input: here('sidebar.html') },
  },
  // The chat sidebar is built by itself: code shared with the other pages would carry what only they use
  // (Vant, transitions) and put it over its budget.
  environments: {
    office: {
      consumer: 'client',
      build: {
        emptyOutDir: false,
        rolldownOptions: { input: { desk: here('desk.html'), console: here('console.html') } },
      },
    },
  },
  builder: {
    async buildApp(builder) {
      const { client, office } = builder.environments
      if (client) await builder.build(client)
      if (office) await builder.build(office)
    },
  },
  server: {
    proxy: { '/api': 'http://127.0.0.1:7300', '/auth': 'http://127.0.0.1:7300' },
  },
})

/** Imports run one way (docs/architecture.md). tests/repo/boundaries.test.ts runs this. */
const to = (path, extra = {}) => ({ path, ...extra })

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: { pathNot: '^prisma/generated' }, to: { circular: true } },
    {
      name: 'domain-knows-nothing',
      comment: 'domain is pure: no I/O, no clock, no Prisma, no Node modules',
      severity: 'error',
      from: { path: '^domain/' },
      to: to('^(prisma|bot|server|sidebar|sandbox|scripts|tests)/'),
    },
    { name: 'domain-no-node', severity: 'error', from: { path: '^domain/' }, to: { dependencyTypes: ['core'] } },
    {
      name: 'domain-few-libraries',
      severity: 'error',
      from: { path: '^domain/' },
      to: { dependencyTypes: ['npm'], pathNot: 'node_modules/(luxon|@types/luxon|lunar-typescript)/' },
    },
    {
      name: 'prisma-below-bot',
      severity: 'error',
      from: { path: '^prisma/', pathNot: '^prisma/seed/' },
      to: to('^(bot|server|sidebar|sandbox|scripts|tests)/'),
    },
    { name: 'bot-below-server', severity: 'error', from: { path: '^bot/' }, to: to('^(server|sidebar|sandbox|scripts|tests)/') },
    {
      name: 'server-above-bot',
      severity: 'error',
      from: { path: '^server/' },
      to: to('^(sidebar|sandbox|scripts|tests)/'),
    },
    {
      name: 'sidebar-takes-types-only',
      comment: 'the browser gets schemas as types, never server code',
      severity: 'error',
      from: { path: '^sidebar/' },
      to: to('^(prisma|bot|server|sandbox|scripts|tests)/', { dependencyTypesNot: ['type-only'] }),
    },
    {
      name: 'sidebar-types-from-schemas',
      severity: 'error',
      from: { path: '^sidebar/' },
      to: to('^(prisma|bot|server)/', { pathNot: '^server/api/[^/]+/schema\\.ts$' }),
    },
    {
      name: 'sandbox-is-the-other-side',
      comment: 'the stand-in for WeCom must not share our mistakes',
      severity: 'error',
      from: { path: '^sandbox/' },
      to: to('^(domain|prisma|bot|server|sidebar|scripts|tests)/'),
    },
    { name: 'bot-wecom-leaf', severity: 'error', from: { path: '^bot/wecom/' }, to: to('^bot/(callbacks|tasks|members|messages|rules)/') },
    { name: 'bot-rules-low', severity: 'error', from: { path: '^bot/rules/' }, to: to('^bot/(callbacks|tasks|members|messages)/') },
    { name: 'bot-audience-low', severity: 'error', from: { path: '^bot/audience/' }, to: to('^bot/(callbacks|tasks|members|messages)/') },
    { name: 'bot-messages-low', severity: 'error', from: { path: '^bot/messages/' }, to: to('^bot/(callbacks|tasks)/') },
    { name: 'bot-no-arrow-up', severity: 'error', from: { path: '^bot/(tasks|members|messages)/' }, to: to('^bot/(callbacks/|jobs\\.ts)') },
    { name: 'bot-tasks-below-members', severity: 'error', from: { path: '^bot/tasks/' }, to: to('^bot/members/') },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|prisma/generated|node_modules)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.vue', '.js'] },
  },
}

import { createRouter, type Router, type RouterHistory } from 'vue-router'
import { CONSOLE_PLACES } from './console-pages.ts'

/**
 * Which page an address below /console shows; one that is unknown shows the first. A page is given `me`.
 *
 * @param history the browser's, or one in memory for tests
 */
export function createConsoleRouter(history: RouterHistory): Router {
  const router = createRouter({
    history,
    // a page begins at its top; a filter in the address moves nothing
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
    routes: [
      ...CONSOLE_PLACES.map(({ path, name, load }) => ({ path, name, component: load })),
      { path: '/:unknown(.*)*', redirect: '/' },
    ],
  })
  // a language that was asked for holds for all pages
  router.beforeEach((to, from) =>
    from.query['lang'] && !to.query['lang']
      ? { ...to, query: { ...to.query, lang: from.query['lang'] } }
      : true,
  )
  return router
}

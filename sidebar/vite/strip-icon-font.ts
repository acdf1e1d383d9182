import type { Plugin } from 'vite'

/**
 * Takes the icon font out of Vant's stylesheet: 28 KB gzip of a font whose fallback address is a third-party
 * origin (performance.md B5). Our icons are inline SVG (components/AppIcon.vue).
 */
export function stripIconFont(): Plugin {
  return {
    name: 'strip-icon-font',
    enforce: 'pre',
    transform(code, id) {
      return /vant\/(es|lib)\/icon\/index\.css/.test(id)
        ? { code: withoutIconFont(code), map: null }
        : null
    },
  }
}

/**
 * The stylesheet without `@font-face` and without the rules that name a glyph.
 * @example withoutIconFont('.van-icon-arrow:before{content:"\\e6"}.van-icon{color:red}') // '.van-icon{color:red}'
 */
export function withoutIconFont(css: string): string {
  return css
    .replace(/@font-face\s*\{[^}]*\}/g, '')
    .replace(/\.van-icon-[\w-]+:before\s*\{\s*content:[^}]*\}/g, '')
}

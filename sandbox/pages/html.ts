/** Text for HTML, also inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`)
}

/** A small page of WeCom's own: sign-in, an error. */
export function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; --bg: #f5f6f8; --card: #fff; --fg: #1a1c1f; --soft: #646a73; --line: #e3e5e9; --blue: #2a6ee8 }
@media (prefers-color-scheme: dark) { :root { --bg: #16181b; --card: #212428; --fg: #eceef1; --soft: #9aa1ab; --line: #33373d; --blue: #6ea0ff } }
* { box-sizing: border-box } body { margin: 0; background: var(--bg); color: var(--fg); font: 16px/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif }
main { max-width: 420px; margin: 0 auto; padding: 32px 16px } h1 { font-size: 20px; margin: 0 0 4px } p { color: var(--soft); margin: 0 0 16px }
h2 { font-size: 14px; color: var(--soft); margin: 16px 0 6px; font-weight: 500 }
ul { list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow: hidden }
li + li { border-top: 1px solid var(--line) } a { display: flex; gap: 8px; align-items: center; min-height: 48px; padding: 8px 16px; color: inherit; text-decoration: none }
a:hover, a:focus-visible { background: color-mix(in srgb, var(--blue) 12%, transparent) } small { color: var(--soft); margin-left: auto }
</style>
<main>${content}</main>
</html>`
}

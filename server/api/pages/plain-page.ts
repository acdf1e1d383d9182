/** What a page without the built app says: a sign-in that failed, a build that is missing. */
export interface PlainPage {
  title: string
  text: string
  /** the one thing to do about it */
  action?: { label: string; href: string }
  requestId: string
}

/** The page as HTML. Its style is a file (/pages.css): no inline style passes our content security policy. */
export function plainPage(page: PlainPage): string {
  const action = page.action
    ? `<p><a class="button" href="${escapeHtml(page.action.href)}">${escapeHtml(page.action.label)}</a></p>`
    : ''
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page.title)}</title>
<link rel="stylesheet" href="/pages.css">
</head>
<body>
<main>
<h1>${escapeHtml(page.title)}</h1>
<p>${escapeHtml(page.text)}</p>
${action}
<p class="id">${escapeHtml(page.requestId)}</p>
</main>
</body>
</html>
`
}

export const PLAIN_PAGE_STYLE = `:root { color-scheme: light dark; --text: #1f2329; --quiet: #6b7178; --back: #f5f6f7; --main: #07c160; }
@media (prefers-color-scheme: dark) { :root { --text: #e8eaed; --quiet: #9aa0a6; --back: #191919; } }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.6 system-ui, sans-serif; }
main { max-width: 22em; margin: 20vh auto 0; padding: 0 24px; text-align: center; }
h1 { font-size: 20px; }
.button { display: inline-block; min-width: 8em; padding: 10px 24px; border-radius: 8px; background: #06803f; color: #fff; text-decoration: none; }
.id { color: var(--quiet); font-size: 14px; word-break: break-all; }
`

/** Text as HTML shows it. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (character) =>
      ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[character] ?? '',
  )
}

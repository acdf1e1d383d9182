import { formatFen } from '../../../domain/money.ts'
import { STAGE_NAMES, type Lang } from '../../../domain/words.ts'
import { escapeHtml } from '../pages/plain-page.ts'
import type { TimelineEntry } from '../customers/schema.ts'
import { BRIEF_WORDS } from './brief-words.ts'
import type { Brief } from './find-briefs.ts'

/** The briefs as one page of HTML for a phone or a printer: no script, and its style is a file. */
export function briefPage(
  { from, briefs }: { from: string; briefs: readonly Brief[] },
  lang: Lang,
): string {
  const words = BRIEF_WORDS[lang]
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(words.title)}</title>
<link rel="stylesheet" href="/briefs.css">
</head>
<body>
<header>
<h1>${escapeHtml(words.title)}</h1>
<p>${escapeHtml(briefs.length > 0 ? words.intro(from) : words.none)}</p>
${briefs.length > 0 ? `<p class="soft">${escapeHtml(words.print)}</p>` : ''}
</header>
${briefs.map((brief) => article(brief, lang)).join('\n')}
</body>
</html>
`
}

function article({ to, profile, bought, said }: Brief, lang: Lang): string {
  const words = BRIEF_WORDS[lang]
  const { value, rhythm, points, coupons } = profile
  const who = [
    line(words.memberNo, profile.memberNo),
    line(words.mobile, profile.mobile),
    line(
      words.birthday,
      profile.birthday && profile.birthday + (profile.lunarBirthday ? words.lunar : ''),
    ),
    line(words.store, profile.store?.name ?? null),
    line(words.joined, profile.joinedAt && dayOf(profile.joinedAt)),
  ]
  const worth = [
    words.spend(formatFen(value.spend365Fen), value.orders365),
    ...(value.orders365 > 0 ? [words.average(formatFen(value.averageFen))] : []),
    ...(rhythm ? [words.rhythm(Math.round(rhythm.cycleDays), rhythm.daysSince)] : []),
    ...(value.rfm ? [`${value.rfm.eight} · ${value.rfm.five}`] : []),
  ]
  const ending = [
    ...coupons.map((coupon) => words.coupon(coupon.name, coupon.expiresOn)),
    ...points.expiring.map((lot) => words.points(lot.points, lot.expiresOn)),
  ]
  const tagNames = profile.tags.map(({ name }) => name).join(' · ')
  return `<article>
<h2>${escapeHtml(profile.name)} <span class="tier">${escapeHtml(profile.tier.name)}</span> <span class="tier">${escapeHtml(STAGE_NAMES[profile.stage][lang])}</span></h2>
<p class="soft">${escapeHtml(words.to(to))}</p>
${profile.consent === 'none' ? `<p class="warn">${escapeHtml(words.noMore)}</p>` : ''}
<h3>${escapeHtml(words.who)}</h3>
<dl>${who.join('')}</dl>
${list(words.value, worth, words.nothing)}
${list(words.bought, bought.map(orderText), words.nothing)}
${list(words.likes, profile.tags.length > 0 ? [tagNames] : [], words.nothing)}
${list(words.said, said.map(saidText), words.nothing)}
${list(
  words.tasks,
  profile.tasks.map(({ reason }) => reason),
  words.nothing,
)}
${list(words.ending, ending, words.nothing)}
</article>`
}

function line(name: string, text: string | null): string {
  return text === null ? '' : `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd></div>`
}

function list(title: string, lines: readonly string[], nothing: string): string {
  const items = lines.map((text) => `<li>${escapeHtml(text)}</li>`).join('')
  return `<h3>${escapeHtml(title)}</h3>
${items === '' ? `<p class="soft">${escapeHtml(nothing)}</p>` : `<ul>${items}</ul>`}`
}

/** 2026-11-02 ¥1,280 羊绒衫、围巾 */
function orderText({ at, amountFen, detail }: TimelineEntry): string {
  const items = Array.isArray(detail['items']) ? detail['items'] : []
  const names = items.flatMap((item: unknown) =>
    typeof item === 'object' && item !== null && 'name' in item ? String(item.name) : [],
  )
  return [dayOf(at), formatFen(amountFen ?? 0), names.join('、')].filter(Boolean).join(' ')
}

/** 2026-11-02 王小明：好的，周末见 */
function saidText({ at, by, text }: TimelineEntry): string {
  return `${dayOf(at)} ${by === null ? '' : `${by}：`}${text}`
}

/** moments are told in the business time zone */
function dayOf(moment: string): string {
  return moment.slice(0, 10)
}

export const BRIEF_STYLE = `:root { color-scheme: light dark; --text: #1d2129; --quiet: #5a616d; --line: #d5d9e0; --warn: #9a4a00; }
@media (prefers-color-scheme: dark) { :root { --text: #eceef1; --quiet: #a6adb8; --line: #2f343b; --warn: #ffbd75; } }
body { max-width: 42em; margin: 0 auto; padding: 16px; color: var(--text); font: 15px/1.55 system-ui, 'PingFang SC', 'Microsoft YaHei', sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 20px; }
h2 { margin: 0; font-size: 18px; }
h3 { margin: 14px 0 2px; font-size: 14px; color: var(--quiet); font-weight: 400; }
p, ul, dl, dd { margin: 0; padding: 0; }
ul { padding-left: 1.2em; }
article { margin-top: 20px; padding-top: 16px; border-top: 1px solid var(--line); }
dl div { display: flex; gap: 12px; }
dt { min-width: 4.5em; color: var(--quiet); }
.tier { padding: 0 8px; border: 1px solid var(--line); border-radius: 6px; font-size: 13px; font-weight: 400; }
.soft { color: var(--quiet); }
.warn { color: var(--warn); font-weight: 600; }
@media print { :root { --text: #000; --quiet: #444; --line: #999; } body { padding: 0; } article { margin: 0; padding: 0; border: 0; break-before: page; } }
`

/** A text that somebody may type, and what it tries. */
export interface Hostile {
  kind: 'sql' | 'markup' | 'odd' | 'unstorable'
  text: string
}

/** The table that SQL in these texts tries to change; it must stay as the scenario made it. */
export const CANARY_TABLE = 'torture_canary'

const SQL = [
  `'; drop table ${CANARY_TABLE}; --`,
  `'); update ${CANARY_TABLE} set id = 2; --`,
  `"; delete from ${CANARY_TABLE}; --`,
  `\\'; truncate ${CANARY_TABLE}; --`,
  `1; drop table ${CANARY_TABLE}`,
  `' or '1'='1`,
  `' or 1=1 --`,
  `" or ""="`,
  `') or ('a'='a`,
  `' union select null,version() --`,
  `'||(select pg_sleep(4))||'`,
  `'; select pg_sleep(4); --`,
  `1 and (select 1 from pg_sleep(4))=1`,
  `$$; drop table ${CANARY_TABLE}; $$`,
  `$1`,
  `%' and 1=0 --`,
  `%_%`,
  `' /* */ --`,
  `x' AND extract(epoch from now())>0 --`,
  `\u02bc; drop table ${CANARY_TABLE} --`,
  `{"$ne":null}`,
  `{1,2,"a\\"}`,
]

/** Sets `window.guideCanary` where it runs, leaves an element with `data-canary` where it is taken as markup. */
const MARKUP = [
  `<script>window.guideCanary=1</script>`,
  `<img data-canary src=x onerror="window.guideCanary=1">`,
  `"><img data-canary src=x onerror=window.guideCanary=1>`,
  `'><svg data-canary onload=window.guideCanary=1>`,
  `<svg data-canary><script>window.guideCanary=1</script></svg>`,
  `<a data-canary href="javascript:window.guideCanary=1">x</a>`,
  `javascript:window.guideCanary=1`,
  `<iframe data-canary srcdoc="<script>parent.guideCanary=1</script>">`,
  `<style data-canary>*{display:none}</style>`,
  `<b data-canary>bold</b>`,
  `</textarea><i data-canary>x</i>`,
  `</title><i data-canary>x</i>`,
  `<!--<i data-canary>-->`,
  `]]><i data-canary>x</i>`,
  `{{constructor.constructor('window.guideCanary=1')()}}`,
  `{{ 7*7 }}`,
  '${window.guideCanary=1}',
  `<%= 7*7 %>`,
  `&lt;b&gt;&amp;amp;&#60;i&#62;`,
  `" autofocus onfocus=window.guideCanary=1 x="`,
  `' style='position:fixed;inset:0' data-canary='`,
  `<base data-canary href="https://evil.example/">`,
  `<math data-canary><mi>x</mi></math>`,
  `<details data-canary open ontoggle=window.guideCanary=1>`,
]

const ODD = [
  '👩‍👩‍👧‍👦🏳️‍🌈',
  '🇨🇳🇭🇰',
  '👍🏽',
  '小雨☔️',
  '\u202Egnp.exe',
  'abc\u202Edef\u202C',
  '\u2066left\u2069',
  'مرحبا بالعالم',
  'שָׁלוֹם',
  'zero\u200Bwidth\u200Cjoin\u200Der',
  'byte\uFEFForder',
  'soft\u00ADhyphen',
  'e\u0301 and é',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹O',
  '𠮷野家 𪚥',
  'ﬁligature Ⅷ ①',
  'line\u2028separator\u2029paragraph',
  'tab\tand\nnewline',
  '\u0007bell\u001B[31mred',
  '=1+1',
  '@SUM(A1)',
  '+cmd|calc',
  '../../etc/passwd',
  '%00%0d%0aset-cookie: a=b',
  'null',
  'undefined',
  'NaN',
  '-0',
  'true',
  '__proto__',
  'constructor',
  'İıſK',
  '\uE000private',
  '\u{10FFFF}',
  '全角＇；ｄｒｏｐ',
]

const UNSTORABLE = ['nul\u0000byte', 'half\uD83D pair', '\uDC00low']

/** Every text of the corpus; none begins or ends with a blank, none is longer than a name may be. */
export const CORPUS: readonly Hostile[] = [
  ...SQL.map((text): Hostile => ({ kind: 'sql', text })),
  ...MARKUP.map((text): Hostile => ({ kind: 'markup', text })),
  ...ODD.map((text): Hostile => ({ kind: 'odd', text })),
  ...UNSTORABLE.map((text): Hostile => ({ kind: 'unstorable', text })),
]

/** A few of each kind, always the same. */
export function few(each: number): Hostile[] {
  return (['sql', 'markup', 'odd', 'unstorable'] as const).flatMap((kind) =>
    CORPUS.filter((one) => one.kind === kind).slice(0, each),
  )
}

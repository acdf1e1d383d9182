import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readCdnow, type CdnowPurchase } from './support/cdnow.ts'
import { decisionQuality, type DecisionQuality } from './support/decision-quality.ts'
import { UnusableFile } from './support/file-row.ts'
import { PROJECT } from './support/open.ts'

const HELP = `npm run decision-quality -- CDNOW_sample.txt [--doc]

Fits BG/NBD on the sample up to 30 September 1997 and asks the 39 weeks after it which order of customers was the
better guess. The data is not part of this repository: docs/decision-quality.md says where it comes from.

  --doc    writes the tables into docs/decision-quality.md`

/** as published: Fader, Hardie & Lee 2005, table 2 */
const PUBLISHED = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426, logLikelihood: -9582.4 }
const SPLIT = { lastDay: '1997-09-30', holdoutDays: 273 }
const PAGE = join(PROJECT, 'docs/decision-quality.md')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { doc: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
})
const [file] = positionals
if (values.help || file === undefined) {
  process.stdout.write(`${HELP}\n`)
  process.exitCode = values.help ? 0 : 2
} else {
  try {
    const text = tables(decisionQuality(await all(file), SPLIT))
    process.stdout.write(`${text}\n`)
    if (values.doc) writePage(text)
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
  }
}

async function all(path: string): Promise<CdnowPurchase[]> {
  const found: CdnowPurchase[] = []
  for await (const one of readCdnow(path)) found.push(one)
  return found
}

function tables({ fit, rankings, ...found }: DecisionQuality): string {
  const digits = { r: 3, alpha: 3, a: 3, b: 3, logLikelihood: 1 } as const
  const fits = (Object.keys(digits) as (keyof typeof digits)[]).map(
    (name) => `| ${name} | ${fit[name].toFixed(digits[name])} | ${PUBLISHED[name]} |`,
  )
  const ways = rankings.map(
    ({ name, auc, spearman, topFifth }) =>
      `| ${name} | ${auc.toFixed(3)} | ${spearman.toFixed(3)} | ${(topFifth * 100).toFixed(1)} % |`,
  )
  return [
    `${found.customers} customers, ${found.repeats} repeat purchase days up to ${SPLIT.lastDay}; ${found.buyers} bought within the ${SPLIT.holdoutDays} days after it, on ${found.laterPurchases} days. The model expected ${Math.round(found.expected)}.`,
    '',
    '| BG/NBD, weeks | fitted here | published |',
    '|---|---|---|',
    ...fits,
    '',
    '| customers in order of | AUC | Spearman | purchase days by the best fifth |',
    '|---|---|---|---|',
    ...ways,
  ].join('\n')
}

function writePage(text: string): void {
  const page = readFileSync(PAGE, 'utf8')
  const begin = '<!-- tables -->\n'
  const from = page.indexOf(begin) + begin.length
  const to = page.indexOf('\n<!-- end -->')
  writeFileSync(PAGE, `${page.slice(0, from)}${text}${page.slice(to)}`)
}

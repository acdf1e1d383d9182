import { wordsInForce, type SavedWords } from '../../../domain/words-in-force.ts'
import { SITUATIONS, WORDS_KINDS } from '../../../domain/words-situations.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import type { TemplateBrief, TemplateList } from './schema.ts'
import {
  shippedTemplate,
  templateOf,
  variablesOf,
  wordsKindLabel,
  type Template,
} from './template.ts'

/** Every situation with its words: the chain's, and those of the store asked for; of managers their own. */
export async function findTemplates(
  deps: AppDeps,
  user: SignedIn,
  { store }: { store?: string },
  lang: Lang,
): Promise<TemplateList> {
  const storeNo = user.role === 'hq' ? (store ?? null) : user.storeNo
  const [saved, own] = await Promise.all([
    deps.db.prisma.wordsTemplate.findMany({
      where: { OR: [{ storeNo: null }, ...(storeNo === null ? [] : [{ storeNo }])] },
      orderBy: [{ storeNo: { sort: 'asc', nulls: 'first' } }, { code: 'asc' }],
    }),
    user.role === 'hq' ? storesWithOwn(deps) : [],
  ])
  const templates = saved.map(templateOf)
  return {
    storeNo,
    situations: WORDS_KINDS.flatMap((kind) =>
      SITUATIONS[kind].map((situation) => {
        const here = templates.filter(
          (one) => one.kind === kind && one.situation === situation.code,
        )
        const mine = here.find(({ isDefault }) => isDefault)
        const all = [
          mine ?? shippedTemplate(kind, situation.code, lang),
          ...here.filter(({ isDefault }) => !isDefault),
        ]
        return {
          kind,
          situation: situation.code,
          kindLabel: wordsKindLabel(kind, lang),
          label: situation.label[lang],
          variables: variablesOf(situation, lang),
          templates: withForce(all),
          stores:
            own.find((one) => one.kind === kind && one.situation === situation.code)?.stores ?? 0,
        }
      }),
    ),
    nextCursor: null,
  }
}

interface OwnWords {
  kind: string
  situation: string
  stores: number
}

/** How many stores have words of their own that are on, by situation. */
async function storesWithOwn(deps: AppDeps): Promise<OwnWords[]> {
  return await rows<OwnWords>(
    deps.db,
    Prisma.sql`
      select kind, situation, count(distinct store_no)::int as stores from words_template
      where store_no is not null and enabled group by kind, situation`,
  )
}

/** Of one situation's templates, those that a store may have: which one holds. */
export function withForce(templates: readonly Template[]): TemplateBrief[] {
  const [first] = templates
  if (!first) return []
  const saved = templates.map(({ id, situation, storeNo, enabled, variants }): SavedWords => ({
    code: id,
    situation,
    ofStore: storeNo !== null,
    enabled,
    variants,
  }))
  const { code } = wordsInForce(first.kind, first.situation, saved)
  return templates.map((one) => ({ ...one, inForce: one.id === code }))
}

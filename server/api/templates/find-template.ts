import type { Variant } from '../../../domain/choose-variant.ts'
import type { Lang } from '../../../domain/words.ts'
import type { AppDeps } from '../../deps.ts'
import type { SignedIn } from '../../session.ts'
import { authorNames } from '../author-names.ts'
import { withForce } from './find-templates.ts'
import type { TemplateView } from './schema.ts'
import {
  checkSituation,
  lintIn,
  mayChange,
  shippedTemplate,
  templateOf,
  variablesOf,
  visibleTemplate,
} from './template.ts'

const HISTORY = 50

/**
 * One template with what the linter says of it, and who changed it when.
 *
 * @throws TEMPLATE_NOT_FOUND
 */
export async function findTemplate(
  deps: AppDeps,
  user: SignedIn,
  id: string,
  lang: Lang,
): Promise<TemplateView> {
  const { prisma } = deps.db
  const template = await visibleTemplate(prisma, user, id, lang)
  const { kind, situation, storeNo, variants } = template
  const [history, beside] = await Promise.all([
    prisma.wordsTemplateVersion.findMany({
      where: { code: id },
      orderBy: { version: 'desc' },
      take: HISTORY,
    }),
    prisma.wordsTemplate.findMany({
      where: {
        kind,
        situation,
        code: { not: id },
        OR: [{ storeNo: null }, ...(storeNo === null ? [] : [{ storeNo }])],
      },
    }),
  ])
  const nameOf = await authorNames(
    prisma,
    history.map(({ createdBy }) => createdBy),
  )
  const [brief] = withForce([template, ...beside.map(templateOf)])
  const { name, enabled } = shippedTemplate(kind, situation, lang)
  const shipped = {
    version: 0,
    name,
    enabled,
    variants: shippedTemplate(kind, situation, lang).variants,
    by: null,
    byName: null,
    at: null,
  }
  return {
    ...template,
    inForce: brief?.inForce ?? false,
    mayChange: mayChange(user, template),
    variables: variablesOf(checkSituation(kind, situation), lang),
    findings: lintIn(kind, situation, variants, lang),
    history: [
      ...history.map(({ createdBy, createdAt, code: _code, variants: kept, ...version }) => ({
        ...version,
        // only saveTemplate() writes them
        variants: kept as unknown as Variant[],
        by: createdBy,
        byName: nameOf(createdBy),
        at: createdAt.toISOString(),
      })),
      ...(template.isDefault && history.length < HISTORY ? [shipped] : []),
    ],
  }
}

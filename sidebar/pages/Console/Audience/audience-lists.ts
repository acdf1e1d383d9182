import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import type { Me } from '../../../../server/api/me/schema.ts'
import type { StoreView } from '../../../../server/api/stores/schema.ts'
import { CONSENTS, STAGES } from '../../../../domain/words.ts'
import { RFM_EIGHT, RFM_FIVE, RFM_MEANS, RFM_NAMES } from '../../../../domain/rfm.ts'
import type { LeafName } from '../../../../domain/customer-filter.ts'
import { useMessages } from '../../../i18n/index.ts'
import { useStores } from '../stores.ts'
import { useAudienceApi } from './audience-api.ts'
import { useAudienceWords } from './audience-words.ts'

export interface Option {
  value: string
  label: string
  /** beside it, to tell two of the same name apart */
  hint?: string
}

/** What one may choose from, by condition. Null: it is not loaded, so that nothing may be called deleted. */
export type Lists = Partial<Record<LeafName, readonly Option[] | null>>

export interface AudienceLists {
  lists: ComputedRef<Lists>
  /** the first list that failed to load */
  error: ComputedRef<unknown>
  retry: () => void
}

/** names of tags and tiers change seldom */
const SELDOM = { staleTime: 300_000, refetchInterval: false } as const

/** Names of tags, tiers, stores and guides, and of the product's own vocabularies. */
export function useAudienceLists(me: () => Me): AudienceLists {
  const api = useAudienceApi()
  const m = useMessages()
  const words = useAudienceWords()
  const lang = m.lang === 'en' ? 'en' : 'zh-CN'
  const tags = useQuery({ queryKey: ['audience', 'tags'], queryFn: api.tags, ...SELDOM })
  const tiers = useQuery({ queryKey: ['audience', 'tiers'], queryFn: api.tiers, ...SELDOM })
  const guides = useQuery({ queryKey: ['audience', 'guides'], queryFn: api.guides, ...SELDOM })
  const stores = useStores()
  const rfm = (codes: typeof RFM_EIGHT | typeof RFM_FIVE) =>
    codes.map((value) => ({
      value,
      label: RFM_NAMES[value][lang],
      hint: RFM_MEANS[value][lang],
    }))

  const lists = computed<Lists>(() => ({
    tags:
      tags.data.value?.tags.map(({ id, name, groupName }) => ({
        value: id,
        label: name,
        hint: groupName,
      })) ?? null,
    tier:
      tiers.data.value?.tiers.map(({ tier }) => ({ value: tier.code, label: tier.name[lang] })) ??
      null,
    guide:
      guides.data.value?.items.map(({ userid, name, storeName }) => ({
        value: userid,
        label: name,
        ...(storeName && { hint: storeName }),
      })) ?? null,
    region: stores.data.value ? regionsOf(me().stores, stores.data.value.items) : null,
    store: me().stores.map(({ storeNo, name }) => ({ value: storeNo, label: name, hint: storeNo })),
    stage: STAGES.map((value) => ({ value, label: m.terms.stage[value] })),
    consent: CONSENTS.map((value) => ({ value, label: m.terms.consent[value].name })),
    gender: (['female', 'male', 'unknown'] as const).map((value) => ({
      value,
      label: words.gender[value],
    })),
    rfm: rfm(RFM_EIGHT),
    five: rfm(RFM_FIVE),
  }))

  const asked = [tags, tiers, guides, stores]
  return {
    lists,
    error: computed(() => asked.find(({ error }) => error.value)?.error.value ?? null),
    retry: () => asked.filter(({ error }) => error.value).forEach((one) => void one.refetch()),
  }
}

/** The regions of one's own stores. */
function regionsOf(own: Me['stores'], all: readonly StoreView[]): Option[] {
  const mine = new Set(own.map(({ storeNo }) => storeNo))
  const names = all.flatMap(({ storeNo, region }) =>
    mine.has(storeNo) && region !== null ? [region] : [],
  )
  return [...new Set(names)].map((name) => ({ value: name, label: name }))
}

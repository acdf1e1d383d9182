import type { CustomerFilter } from '../../../../domain/customer-filter.ts'
import type { AudiencePreview } from '../../../../server/api/audiences/schema.ts'
import type { GuideList } from '../../../../server/api/guides/schema.ts'
import type { SegmentList, SegmentView } from '../../../../server/api/segments/schema.ts'
import type { TiersView } from '../../../../server/api/tiers/schema.ts'
import { query } from '../../../api.ts'
import { useApi } from '../../../session.ts'
import { everyPage } from '../every-page.ts'

/** The calls that the audience builder needs. */
export function useAudienceApi() {
  const { call, tags } = useApi()
  return {
    tags,
    guides: () => everyPage((cursor) => call<GuideList>('GET', `/api/guides${query({ cursor })}`)),
    tiers: () => call<TiersView>('GET', '/api/tiers'),
    preview: (filter: CustomerFilter) =>
      call<AudiencePreview>('POST', '/api/audiences/preview', { filter }),
    segments: () => call<SegmentList>('GET', '/api/segments'),
    saveSegment: (name: string, filter: CustomerFilter) =>
      call<SegmentView>('POST', '/api/segments', { name, filter }),
    deleteSegment: (id: string) => call<unknown>('DELETE', `/api/segments/${id}`),
  }
}

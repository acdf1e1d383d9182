import type { CustomerHistory } from '../../../../server/api/customer-history/schema.ts'
import type { RevealedBirthday, RevealedMobile } from '../../../../server/api/customers/schema.ts'
import { useApi } from '../../../session.ts'

/** The calls that a customer's whole page needs beside the sidebar's. */
export function useCustomerApi() {
  const { call } = useApi()
  return {
    history: (id: string) => call<CustomerHistory>('GET', `/api/customers/${id}/history`),
    revealMobile: (id: string) =>
      call<RevealedMobile>('POST', `/api/customers/${id}/reveal-mobile`, {}),
    revealBirthday: (id: string) =>
      call<RevealedBirthday>('POST', `/api/customers/${id}/reveal-birthday`, {}),
  }
}

/** Names of what is kept of one customer's page. */
export const historyKey = (id: string) => ['customer', 'history', id] as const

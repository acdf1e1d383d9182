import { useClock, useNow } from '../../../clock.ts'
import { useMessages } from '../../../i18n/index.ts'
import { clockTime, dayOf } from '../../../time/day.ts'
import { agoPhrase, dayPhrase } from '../../../time/phrases.ts'

/** How the settings tell moments: in the business time zone, by the server's clock. */
export function useMoments() {
  const m = useMessages()
  const clock = useClock()
  const now = useNow()
  return {
    /** day and time */
    at(moment: string): string {
      const when = new Date(moment)
      const day = dayPhrase(dayOf(when, clock.zone), { now: now.value, zone: clock.zone, m })
      return `${day} ${clockTime(when, clock.zone)}`
    },
    /** how long ago */
    ago: (moment: string): string => agoPhrase(moment, { now: now.value, zone: clock.zone, m }),
  }
}

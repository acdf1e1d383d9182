import type { Bench } from './bench.ts'
import { measureQuota } from './send/quota.ts'
import { measureWelcome } from './send/welcome.ts'

/** What we send to WeCom: as much as it allows and not one call more, and a welcome at once. */
export const sendBench: Bench = {
  name: 'send',
  about: "WeCom's quota used to the full and never over it; a welcome past 200,000 waiting jobs",
  run: async (context) => {
    const welcome = await measureWelcome(context)
    const quota = await measureQuota(context)
    return {
      figures: [...quota.figures, ...welcome.figures],
      raw: { ...quota.raw, ...welcome.raw },
    }
  },
}

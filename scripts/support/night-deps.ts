import { pino } from 'pino'
import type { BotDeps } from '../../bot/deps.ts'
import { createDataCipher } from '../../bot/members/data-cipher.ts'
import { createMetrics } from '../../bot/metrics.ts'
import { createWecom } from '../../bot/wecom/client.ts'
import { atTime, type BusinessDay } from '../../domain/business-day.ts'
import type { Database } from '../../prisma/db.ts'

const ZONE = 'Asia/Shanghai'

/**
 * What a scan of `day` needs, at the minute it runs; nothing of it reaches WeCom.
 *
 * @param dataKey DATA_KEY of the database, 64 hex digits
 */
export function nightDeps(
  db: Database,
  { day, dataKey }: { day: BusinessDay; dataKey: string },
): BotDeps {
  const now = atTime(day, '08:55', ZONE)
  const parts = {
    db,
    clock: { now: () => now },
    log: pino({ level: 'silent' }),
    metrics: createMetrics(),
    cipher: createDataCipher(dataKey),
    corpId: 'ww0000000000000001',
    agentId: 1000002,
  }
  return {
    ...parts,
    wecom: createWecom({ ...parts, apiUrl: 'http://127.0.0.1:9', agentSecret: 'none' }),
    publicUrl: 'http://127.0.0.1:7300',
    zone: ZONE,
    scanAt: '08:55',
    pushAt: '09:00',
  }
}

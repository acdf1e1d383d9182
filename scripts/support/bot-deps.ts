import type { BotDeps } from '../../bot/deps.ts'
import { createMetrics } from '../../bot/metrics.ts'
import { createWecom } from '../../bot/wecom/client.ts'
import type { OpenScript } from './open.ts'

/** What the assistant's functions need, of what a command has opened. */
export function botDepsOf({ config, db, clock, cipher, log }: OpenScript): BotDeps {
  const metrics = createMetrics()
  const { corpId, agentId, publicUrl, zone, scanAt, pushAt } = config
  const wecom = createWecom({
    db,
    clock,
    log,
    metrics,
    apiUrl: config.wecomApiUrl,
    corpId,
    agentSecret: config.agentSecret,
    cipher,
  })
  return {
    db,
    clock,
    log,
    metrics,
    wecom,
    cipher,
    corpId,
    agentId,
    publicUrl,
    zone,
    scanAt,
    pushAt,
  }
}

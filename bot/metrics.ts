import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Everything that is counted, for GET /metrics. Labels never carry ids of people. */
export interface Metrics {
  registry: Registry
  callbacks: Counter<'result'>
  callbackEvents: Counter<'event'>
  jobs: Counter<'name' | 'result'>
  wecomCalls: Counter<'path' | 'errcode'>
  wecomSeconds: Histogram<'path'>
  outbox: Counter<'kind' | 'result'>
  tasks: Counter<'kind' | 'change'>
  queued: Gauge<'name'>
  tagMirrorWaiting: Gauge
  spooled: Gauge
  clockOffset: Gauge
}

/** Makes a fresh set of counters: one for a process, one for each test. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  return {
    registry,
    callbacks: new Counter({
      name: 'guide_callbacks_total',
      help: 'Callbacks received, by result: stored, repeated, spooled, bad_signature, bad_cipher, bad_body, too_large, unavailable',
      labelNames: ['result'],
      registers,
    }),
    callbackEvents: new Counter({
      name: 'guide_callback_events_total',
      help: 'Callbacks processed, by event',
      labelNames: ['event'],
      registers,
    }),
    jobs: new Counter({
      name: 'guide_jobs_total',
      help: 'Jobs ended, by name and result',
      labelNames: ['name', 'result'],
      registers,
    }),
    wecomCalls: new Counter({
      name: 'guide_wecom_calls_total',
      help: 'Calls to WeCom, by path and errcode',
      labelNames: ['path', 'errcode'],
      registers,
    }),
    wecomSeconds: new Histogram({
      name: 'guide_wecom_call_seconds',
      help: 'Time of calls to WeCom',
      labelNames: ['path'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    outbox: new Counter({
      name: 'guide_outbox_total',
      help: 'Outbox rows ended, by kind and result',
      labelNames: ['kind', 'result'],
      registers,
    }),
    tasks: new Counter({
      name: 'guide_tasks_total',
      help: 'Changes of tasks, by kind and change',
      labelNames: ['kind', 'change'],
      registers,
    }),
    queued: new Gauge({
      name: 'guide_jobs_waiting',
      help: 'Jobs waiting in the queue, by name',
      labelNames: ['name'],
      registers,
    }),
    tagMirrorWaiting: new Gauge({
      name: 'guide_tag_mirror_waiting',
      help: 'Customers whose automatic tags WeCom has not been told of yet',
      registers,
    }),
    clockOffset: new Gauge({
      name: 'guide_clock_offset_seconds',
      help: "This machine's clock minus the database's; the assistant goes by the database's",
      registers,
    }),
    spooled: new Gauge({
      name: 'guide_callbacks_spooled',
      help: 'Callbacks acknowledged and kept in local files until the database takes them again',
      registers,
    }),
  }
}

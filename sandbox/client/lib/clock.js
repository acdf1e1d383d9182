import { computed, reactive } from './vue.js'
import { getJson, postJson } from './api.js'
import { DEFAULT_ZONE, toMs } from './business-time.js'
import { sayError } from './toasts.js'

const LOOK_EVERY_MS = 15_000
const SETTLE_MS = 1500

/** The sandbox's clock on this page: what it shows now, and moving it. `moving` while it settles. */
export function createClock() {
  const clock = reactive({ base: 0, readAt: 0, ticks: 0, moving: false, zone: DEFAULT_ZONE })
  const now = computed(() => {
    if (clock.base === 0) return 0
    return clock.base + Math.max(0, clock.ticks - clock.readAt)
  })

  function take(answer) {
    const moment = toMs(answer.now)
    if (Number.isNaN(moment)) return
    Object.assign(clock, { base: moment, readAt: performance.now(), ticks: performance.now() })
    if (typeof answer.zone === 'string') clock.zone = answer.zone
  }

  async function look() {
    try {
      take(await getJson('/sandbox/clock'))
    } catch {
      // the connection banner says it; the clock keeps walking from what it last knew
    }
  }

  /** Moves: `{ now }`, `{ advance: '1h' }` or `{ next: '09:00' }`; true once the sandbox is there. */
  async function move(where) {
    if (clock.moving) return false
    clock.moving = true
    try {
      take(await postJson('/sandbox/clock', where))
      return true
    } catch (error) {
      sayError(error)
      return false
    } finally {
      setTimeout(() => {
        clock.moving = false
      }, SETTLE_MS)
    }
  }

  const walking = setInterval(() => {
    clock.ticks = performance.now()
  }, 1000)
  const looking = setInterval(() => void look(), LOOK_EVERY_MS)
  void look()

  return {
    clock,
    now,
    look,
    take,
    move,
    close() {
      clearInterval(walking)
      clearInterval(looking)
    },
  }
}

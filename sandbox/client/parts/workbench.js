import { inject } from '../lib/vue.js'
import { Icon } from './icon.js'

/** 工作台: the two doors into the assistant. */
export const Workbench = {
  components: { Icon },
  setup() {
    const windows = inject('windows')
    return {
      openDesk: () => windows.open('/desk', { title: '我的任务' }),
      openConsole: () => windows.open('/console', { title: '管理台', wide: true }),
    }
  },
  template: `
    <section class="workbench" aria-label="工作台">
      <header class="page-head"><h1>工作台</h1></header>
      <div class="tiles">
        <button type="button" class="tile" data-testid="workbench-desk" @click="openDesk"><span class="tile-mark tile-blue"><icon name="task" :size="30" /></span><b>导购助手</b><small>我的任务，手机大小</small></button>
        <button type="button" class="tile" data-testid="workbench-console" @click="openConsole"><span class="tile-mark tile-green"><icon name="gear" :size="30" /></span><b>管理台</b><small>店长和总部用</small></button>
      </div>
    </section>`,
}

import { toasts } from '../lib/toasts.js'

/** What the page says in passing, above everything. */
export const ToastList = {
  data: () => ({ toasts }),
  template: `
    <div class="toasts" aria-live="polite">
      <p v-for="toast in toasts" :key="toast.id" class="toast" :class="'toast-' + toast.kind">{{ toast.text }}</p>
    </div>`,
}

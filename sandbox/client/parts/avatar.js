const COLOURS = [
  '#4a7bd0',
  '#3f9c8f',
  '#c07a3e',
  '#9168c4',
  '#c45f77',
  '#5b8c4a',
  '#4d8fb8',
  '#a3764f',
]

/** A square face: the picture when the sandbox has one of its own, otherwise the last character of the name. */
export const Avatar = {
  props: {
    name: { type: String, default: '' },
    src: { type: String, default: '' },
    size: { type: Number, default: 40 },
    app: { type: Boolean, default: false },
  },
  data: () => ({ broken: false }),
  computed: {
    picture() {
      const own = this.src?.startsWith('/') || this.src?.startsWith('data:image/')
      return own && !this.broken ? this.src : ''
    },
    letter() {
      const name = this.name.replace(/[（(].*$/u, '').trim()
      return [...name].at(-1) ?? '?'
    },
    look() {
      let sum = 0
      for (const char of this.name) sum = (sum * 31 + char.codePointAt(0)) % 9973
      return {
        width: `${this.size}px`,
        height: `${this.size}px`,
        fontSize: `${Math.round(this.size * 0.42)}px`,
        background: this.app ? '' : COLOURS[sum % COLOURS.length],
      }
    },
  },
  template: `
    <span class="avatar" :class="{ 'avatar-app': app }" :style="look" aria-hidden="true">
      <img v-if="picture" :src="picture" alt="" @error="broken = true" />
      <svg v-else-if="app" viewBox="0 0 24 24" class="avatar-mark"><path d="M6 8.500h12l-1 11H7zM9 8.500V7a3 3 0 0 1 6 0v1.500M9.500 14l1.800 1.800 3.400-3.600" /></svg>
      <template v-else>{{ letter }}</template>
    </span>`,
}

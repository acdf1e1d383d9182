const PATHS = {
  chat: 'M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-4.6 4v-4A2.4 2.4 0 0 1 4 13.5z',
  people:
    'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm0 2c-3.6 0-6.5 1.8-6.5 4.2V19h13v-1.3c0-2.4-2.9-4.2-6.5-4.2Zm7-2.2a3 3 0 1 0-1.2-5.8m2.4 8.2c2.5.4 4.3 1.9 4.3 3.9V19h-2.8',
  bench: 'M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.8-1.7L20 20',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  reload: 'M19 8a7.5 7.5 0 1 0 .6 6.5M19.5 4v4.5H15',
  minimise: 'M6 12h12',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  right: 'M9.5 6l6 6-6 6',
  down: 'M6 9.5l6 6 6-6',
  left: 'M14.5 6l-6 6 6 6',
  outside: 'M13 5h6v6M19 5l-8.5 8.5M9 6H6a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1v-3',
  clock: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.5V12l3 2',
  tag: 'M4 5v6l8.5 8.5 6.5-6.5L10.500 4.500H4.500zM8 8.500h.01',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  task: 'M6 4h12v16H6zM9 9h6M9 13h6M9 17h3',
  gear: 'M12 15.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Zm0-12v2.500m0 12v2.500M3.500 12H6m12 0h2.500M6 6l1.800 1.800m8.400 8.400L18 18M18 6l-1.800 1.800M7.800 16.200L6 18',
  alert: 'M12 4L3 19.500h18zM12 10v4.500m0 2.500h.01',
}

/** A line icon of our own; decorative, so hidden from screen readers. */
export const Icon = {
  props: { name: { type: String, required: true }, size: { type: Number, default: 20 } },
  computed: {
    path() {
      return PATHS[this.name] ?? ''
    },
  },
  template: `<svg class="icon" :width="size" :height="size" viewBox="0 0 24 24" aria-hidden="true"><path :d="path" /></svg>`,
}

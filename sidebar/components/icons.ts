/** Our icons, drawn on a 24 grid with a 1.8 line; they take the colour and size of the text around them. */
export const PATHS = {
  alert: 'M12 8v5m0 3.5v.01M12 3 2.5 20h19L12 3Z',
  cake: 'M4 21h16M5 21v-8h14v8M8 13v-3m4 3v-3m4 3v-3M8 6.5v.01M12 6.5v.01M16 6.5v.01',
  chat: 'M4 5h16v11H9l-5 4V5Z',
  chart: 'M4 20V4m0 16h16M8.5 16v-5m4.5 5V8m4.5 8v-7',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  chevron: 'm9 6 6 6-6 6',
  clipboard: 'M9 4h6v3H9zM9 5.5H5V21h14V5.5h-4M8.5 12h7m-7 4h5',
  clock: 'M12 7v5l3.5 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  crown: 'M4 18h16l1-10-5 4-4-7-4 7-5-4 1 10Z',
  download: 'M12 4v11m-4.5-4L12 15.5 16.5 11M5 20h14',
  lantern: 'M12 3v3m0 12v3M8 6h8m-8 12h8M8 6c-5 3-5 9 0 12m8-12c5 3 5 9 0 12',
  lock: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21c.6-4 3.8-6 8-6s7.4 2 8 6',
  plus: 'M12 5v14M5 12h14',
  repeat: 'M4 11a8 8 0 0 1 14-4.5L20 9m0-5v5h-5m5 4a8 8 0 0 1-14 4.5L4 15m0 5v-5h5',
  rise: 'M12 20V5m-6 6 6-6 6 6',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5',
  shield: 'M12 3 5 6v5c0 4.5 3 8.3 7 10 4-1.7 7-5.5 7-10V6l-7-3Z',
  smile: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 14c1.8 2.4 5.2 2.4 7 0M9 9.5v.01M15 9.5v.01',
  star: 'm12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8L12 3.5Z',
  ticket: 'M4 7h16v3.5a1.5 1.5 0 0 0 0 3V17H4v-3.5a1.5 1.5 0 0 0 0-3V7Zm9 0v10',
} as const

export type IconName = keyof typeof PATHS

/** Small choices kept in this browser; a browser that refuses storage just forgets them. */
export function recall(key) {
  try {
    return localStorage.getItem(`sandbox.${key}`)
  } catch {
    return null
  }
}

export function keep(key, value) {
  try {
    localStorage.setItem(`sandbox.${key}`, value)
  } catch {
    // private mode: nothing to keep it in
  }
}

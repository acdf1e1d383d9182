/**
 * Where a link of the assistant leads. A card may hold the page itself or WeCom's OAuth page with
 * the page in `redirect_uri`; `/sandbox/ui/open` signs the person in and needs only the path.
 * `assistantPath('http://127.0.0.1:7300/desk?a=1#/x', 'http://127.0.0.1:7300')` → `/desk?a=1#/x`;
 * null when it is somebody else's address.
 */
export function assistantPath(address, assistantOrigin) {
  if (address.startsWith('/') && !address.startsWith('//')) return address
  if (!URL.canParse(address)) return null
  const url = new URL(address)
  const redirect = url.searchParams.get('redirect_uri')
  if (redirect !== null && URL.canParse(redirect)) return assistantPath(redirect, assistantOrigin)
  return url.origin === assistantOrigin ? `${url.pathname}${url.search}${url.hash}` : null
}

/** The address of an iframe that shows a page of the assistant, signed in as `as`. */
export function openAddress(as, to) {
  return `/sandbox/ui/open?${new URLSearchParams({ as, to })}`
}

/**
 * Decides to which hosts Vigil may connect for a push message or a webhook. A person's browser gives the address of its
 * push service, so the address comes from outside. Without this rule, a person could make Vigil send requests to any
 * host of the hospital (SSRF). The dashboard checks an address before it stores the address, and the delivery process
 * checks it before each connection. Pure.
 */

/** The push services of Chrome and Edge on Android, Firefox, Safari, and Edge on Windows. */
export const knownPushHosts = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  'web.push.apple.com',
  '*.notify.windows.com',
] as const;

/**
 * Maximum number of entries of one person in the topic `reach` (ours): a phone, a tablet, a pager, and some old
 * entries that nobody removed.
 */
export const entriesOfPersonMax = 5;

/** Longest address that is stored, in UTF-16 units. */
export const addressLengthMax = 1_000;

/**
 * The form of an allowed host in the settings: `push.example`, `push.example:8443`, `*.push.example`,
 * `[2001:db8::1]:8443`.
 */
export const allowedHostPattern =
  /^(?:(?:\*\.)?[A-Za-z\d](?:[A-Za-z\d.-]{0,251}[A-Za-z\d])?|\[[\dA-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * Returns an address in the form in which Vigil stores and uses it: scheme and host in lower case, without the default
 * port and without the fragment. HTTP never sends a fragment. Undefined if the text is no address.
 */
export function storedAddress(address: string): string | undefined {
  const url = URL.parse(address);
  return url === null || url.host === '' ? undefined : `${url.protocol}//${url.host}${url.pathname}${url.search}`;
}

/** An encoded letter, digit, `-`, `.`, `_` or `~` means the same as the character (RFC 3986, 6.2.2.2). */
const needlesslyEncoded = /%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/gi;

/**
 * Returns the same text for all spellings of one address, to compare addresses. A text that is no address is returned
 * unchanged.
 */
export function comparableAddress(address: string): string {
  const stored = storedAddress(address.replace(needlesslyEncoded, decodeURIComponent));
  return stored?.replace(/%[\da-f]{2}/gi, (code) => code.toUpperCase()) ?? address;
}

/**
 * Returns why Vigil must not connect to an address, as the end of a sentence; undefined if Vigil may connect.
 * @param hosts allowed hosts: `push.example`, `push.example:8443` for another port than 443, `*.push.example` for all
 * names that end with `.push.example`
 */
export function addressFault(address: string, hosts: readonly string[]): string | undefined {
  const stored = address.length <= addressLengthMax ? storedAddress(address) : undefined;
  if (stored === undefined || stored.length > addressLengthMax) return 'is not an address of the web';
  const url = new URL(address);
  if (url.protocol !== 'https:') return 'does not begin with https:';
  if (url.username !== '' || url.password !== '') return 'has a password';
  return hosts.some((allowed) => isHost(url, allowed.toLowerCase())) ? undefined : 'is of a host that is not allowed';
}

function isHost({ hostname, port }: URL, allowed: string): boolean {
  const [, name, allowedPort = ''] = /^(.*?)(?::(\d{1,5}))?$/.exec(allowed) ?? [];
  if (name === undefined || name === '' || port !== (allowedPort === '443' ? '' : allowedPort)) return false;
  if (!name.startsWith('*.')) return hostname === name;
  return hostname.length > name.length - 1 && hostname.endsWith(name.slice(1));
}

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

const urlLengthMax = 1_000;

/**
 * Returns why Vigil must not connect to an address, as the end of a sentence; undefined if Vigil may connect.
 * @param hosts allowed hosts: `push.example`, `push.example:8443` for another port than 443, `*.push.example` for all
 * names that end with `.push.example`
 */
export function addressFault(address: string, hosts: readonly string[]): string | undefined {
  const url = address.length <= urlLengthMax && URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) return 'is not an address of the web';
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

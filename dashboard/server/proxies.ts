/** Finds the address of the browser that sent a request, even if the request came through a proxy of the hospital. */
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** An IPv4 address in the IPv6 form that a socket for both families uses (RFC 4291, section 2.5.5.2). */
const mappedPattern = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Returns what is wrong with an entry of VIGIL_TRUSTED_PROXIES; undefined for an address or a network (10.1.0.0/16).
 */
export function proxyFault(entry: string): string | undefined {
  const [address = '', bits, ...more] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return `${entry} is neither an address nor a network such as 10.1.0.0/16`;
  if (bits === undefined) return undefined;
  const bitsMax = family === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > bitsMax)
    return `the network length of ${entry} must be from 1 to ${bitsMax}`;
  return Number(bits) === 0 ? `${entry} would trust every address` : undefined;
}

/** Returns an IPv4 address in its usual form; other addresses are returned unchanged. */
export const plainAddress = (address: string): string => mappedPattern.exec(address)?.[1] ?? address;

/**
 * Returns a function that says whether an address belongs to a trusted proxy.
 * @param entries the entries of VIGIL_TRUSTED_PROXIES, in which `proxyFault` found no fault
 */
export function proxyCheck(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [base = '', bits] = entry.split('/');
    const address = bits === undefined ? plainAddress(base) : base;
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * Returns the address of the browser. `X-Forwarded-For` is used only if a trusted proxy wrote it, and only if it has a
 * valid address.
 */
export function addressOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const address = isIP(ip) === 0 ? (socket.remoteAddress ?? 'unknown') : ip;
  return plainAddress(address);
}

/**
 * Returns the key by which limits for an address are counted: the address itself for IPv4, the /64 network for IPv6,
 * because one browser may use all addresses of a /64 network (RFC 4862).
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const tailGroups = tail === undefined || tail === '' ? [] : tail.split(':');
  const filled =
    tail === undefined
      ? groups
      : [...groups, ...new Array(8 - groups.length - tailGroups.length).fill('0'), ...tailGroups];
  return `${filled
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** Finds the address from which a request comes, if a proxy of the hospital stands in front. */
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** An IPv4 address that a socket for both families writes as IPv6 (RFC 4291, section 2.5.5.2). */
const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Returns what is wrong with an entry of VIGIL_TRUSTED_PROXIES: an address, or a network such as 10.1.0.0/16.
 * Undefined: nothing.
 */
export function proxyFault(entry: string): string | undefined {
  const [address = '', bits, ...more] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return `${entry} is no address and no network such as 10.1.0.0/16`;
  if (bits === undefined) return undefined;
  const bitsMax = family === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > bitsMax) return `${entry} has no network length of 1 to ${bitsMax}`;
  return Number(bits) === 0 ? `${entry} would trust every address` : undefined;
}

/** Returns an IPv4 address without the form that it has on a socket for both families. */
export const plainAddress = (address: string): string => mapped.exec(address)?.[1] ?? address;

/** Whether an address is one of the entries of VIGIL_TRUSTED_PROXIES. `proxyFault` has found nothing in the entries. */
export function proxyCheck(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [said = '', bits] = entry.split('/');
    const address = bits === undefined ? plainAddress(said) : said;
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * Returns the address of the browser. From `X-Forwarded-For` only the part that a trusted proxy wrote counts, and only
 * if it is an address.
 */
export function addressOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const address = isIP(ip) === 0 ? (socket.remoteAddress ?? 'unknown') : ip;
  return plainAddress(address);
}

/**
 * Returns the key by which shares are counted: of IPv6 the network, since one browser may have all addresses of a /64
 * (RFC 4862).
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const filled =
    tail === undefined ? groups : [...groups, ...new Array(8 - groups.length - behind.length).fill('0'), ...behind];
  return `${filled
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

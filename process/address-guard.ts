/**
 * Decides to which network addresses a channel may connect. Each connection is checked with the address that DNS has
 * just returned. So an attacker cannot pass the check by changing the address of a DNS name later (DNS rebinding).
 */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { VigilError } from '../contracts/errors.ts';

/** Networks that are not public (IANA's registries of special-purpose addresses, RFC 6890). */
const specialIpv4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
];
/** Public addresses of IPv6 are in 2000::/3. These parts of 2000::/3 are not public, or contain an IPv4 address. */
const specialIpv6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

export type AddressGuard = {
  /** Returns whether a channel may connect to an address of IPv4 or IPv6. */
  allows(address: string): boolean;
  /**
   * Resolves a name for `net.connect`, and fails with the code `EADDRNOTALLOWED` if none of its addresses is allowed.
   */
  readonly lookup: LookupFunction;
};

/**
 * @param privateNetworks networks that are not public but to which a channel may connect: `10.20.0.0/16` or `10.20.1.7`
 * @param resolve for tests: resolves names in the place of DNS
 * @throws VigilError `settings-invalid` if a network is not valid
 */
export function createAddressGuard(
  privateNetworks: readonly string[],
  resolve: typeof dnsLookup = dnsLookup,
): AddressGuard {
  const special = listOf(specialIpv4.concat(specialIpv6));
  const publicIpv6 = listOf(['2000::/3']);
  const allowed = listOf(privateNetworks);
  const allows = (address: string) => {
    const version = isIP(address);
    if (version === 0) return false;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (allowed.check(address, family)) return true;
    return (version === 4 || publicIpv6.check(address, 'ipv6')) && !special.check(address, family);
  };

  return {
    allows,
    lookup(hostname, options, callback) {
      resolve(hostname, { ...options, all: true }, (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => {
        const addresses = error ? [] : found.filter(({ address }) => allows(address));
        const [first] = addresses;
        if (error) callback(error, '');
        else if (!first) callback(notAllowed(), '');
        else if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      });
    },
  };
}

function notAllowed(): NodeJS.ErrnoException {
  return Object.assign(new Error('The address is not allowed.'), { code: 'EADDRNOTALLOWED' });
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', length, ...rest] = network.split('/');
    const version = isIP(address);
    const bits = version === 4 ? 32 : 128;
    const prefix = length === undefined ? bits : Number(length);
    if (version === 0 || rest.length > 0 || length === '' || !Number.isInteger(prefix) || prefix < 0 || prefix > bits)
      throw new VigilError('settings-invalid', `"${network}" in VIGIL_DELIVERY_PRIVATE_NETWORKS is not a network.`);
    list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

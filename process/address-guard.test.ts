import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { createAddressGuard } from './address-guard.ts';

describe('an address guard', () => {
  const guard = createAddressGuard([]);

  it.each(['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.0', '100.63.255.255', '2606:4700::1111', '2a00:1450::1'])(
    'an address guard allows the public address %s',
    (address) => {
      expect(guard.allows(address)).toBe(true);
    },
  );

  it.each([
    ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.255.255.255', '169.254.169.254', '172.16.0.1'],
    ...['172.31.255.255', '192.168.1.1', '192.0.2.1', '198.18.0.1', '203.0.113.7', '224.0.0.1', '255.255.255.255'],
    ...[
      '::',
      '::1',
      'fe80::1',
      'fd00::1',
      'fc00::1',
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:10.0.0.1',
      '64:ff9b::7f00:1',
    ],
    ...['2002:7f00:1::', '2001::1', '2001:db8::1', 'fec0::1', '', 'localhost', '127.1', '0x7f.1', '2130706433'],
  ])('an address guard refuses "%s"', (address) => {
    expect(guard.allows(address)).toBe(false);
  });

  it('an address guard allows exactly the private networks that the hospital lists', () => {
    const listed = createAddressGuard(['10.20.0.0/16', '192.168.1.7', 'fd00:1::/32']);
    const addresses = ['10.20.0.1', '10.20.255.255', '192.168.1.7', 'fd00:1::9'];
    for (const address of addresses) expect([address, listed.allows(address)]).toEqual([address, true]);
    for (const address of ['10.21.0.1', '192.168.1.8', 'fd00:2::9', '127.0.0.1', '169.254.169.254'])
      expect([address, listed.allows(address)]).toEqual([address, false]);
  });

  it.each([
    '',
    'a',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    'fd00::/129',
    '10.0.0.0/1.5',
  ])('an address guard refuses the network "%s" at the start', (network) => {
    expect(() => createAddressGuard([network])).toThrow(/VIGIL_DELIVERY_PRIVATE_NETWORKS/);
  });
});

describe('the look-up of a name', () => {
  const lookUp = (found: readonly string[], options: { readonly all?: boolean; readonly error?: string } = {}) => {
    const resolve = (_name: string, _options: object, callback: (...args: unknown[]) => void) => {
      const error = options.error === undefined ? null : Object.assign(new Error(), { code: options.error });
      callback(
        error,
        found.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
    const guard = createAddressGuard([], resolve as never);
    return new Promise((done) => {
      guard.lookup('push.example', { all: options.all ?? true }, (error, address, family) =>
        done(error ? error.code : { address, family }),
      );
    });
  };

  it('the look-up of a name returns only its allowed addresses', async () => {
    expect(await lookUp(['10.0.0.1', '8.8.8.8', '::1'])).toEqual({
      address: [{ address: '8.8.8.8', family: 4 }],
      family: undefined,
    });
    expect(await lookUp(['10.0.0.1', '8.8.8.8'], { all: false })).toEqual({ address: '8.8.8.8', family: 4 });
  });

  it.each([[['127.0.0.1']], [['169.254.169.254']], [['10.0.0.1', 'fd00::1']], [[]]])(
    'the look-up of a name fails if the name has only the addresses %j',
    async (found) => {
      expect(await lookUp(found)).toBe('EADDRNOTALLOWED');
      expect(await lookUp(found, { all: false })).toBe('EADDRNOTALLOWED');
    },
  );

  it('the look-up of a name returns the error of DNS', async () => {
    expect(await lookUp([], { error: 'ENOTFOUND' })).toBe('ENOTFOUND');
  });
});

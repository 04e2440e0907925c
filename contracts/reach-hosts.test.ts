import { describe, expect, it } from 'vitest';
import { addressFault, knownPushHosts } from './reach-hosts.ts';

const hosts = ['push.example', 'other.example:8443', '*.wild.example'];

describe('addressFault', () => {
  it.each([
    'https://push.example/send/abc',
    'https://PUSH.example/',
    'https://push.example:443/send',
    'https://other.example:8443/x?y=1',
    'https://a.wild.example/',
    'https://a.b.wild.example/',
  ])('accepts %s', (address) => {
    expect(addressFault(address, hosts)).toBeUndefined();
  });

  it.each([
    ['http://push.example/', 'https'],
    ['ftp://push.example/', 'https'],
    ['push.example', 'not an address'],
    ['', 'not an address'],
    ['https://', 'not an address'],
    [`https://push.example/${'a'.repeat(1_000)}`, 'not an address'],
    ['https://user@push.example/', 'password'],
    ['https://push.example@evil.example/', 'password'],
    ['https://evil.example/', 'not allowed'],
    ['https://evil.example/https://push.example/', 'not allowed'],
    ['https://push.example.evil.example/', 'not allowed'],
    ['https://xpush.example/', 'not allowed'],
    ['https://push.example./', 'not allowed'],
    ['https://push.example:8443/', 'not allowed'],
    ['https://other.example/', 'not allowed'],
    ['https://wild.example/', 'not allowed'],
    ['https://.wild.example/', 'not allowed'],
    ['https://xwild.example/', 'not allowed'],
    ['https://169.254.169.254/latest/meta-data', 'not allowed'],
    ['https://[::1]/', 'not allowed'],
    ['https://127.0.0.1/', 'not allowed'],
    ['https://2130706433/', 'not allowed'],
  ])('refuses %s: %s', (address, reason) => {
    expect(addressFault(address, hosts)).toContain(reason);
  });

  it('accepts the addresses that browsers get from the known push services', () => {
    for (const address of [
      'https://fcm.googleapis.com/fcm/send/abc:def',
      'https://updates.push.services.mozilla.com/wpush/v2/gAAAA',
      'https://web.push.apple.com/QABC',
      'https://wns2-par02p.notify.windows.com/w/?token=abc',
    ])
      expect(addressFault(address, knownPushHosts)).toBeUndefined();
  });

  it('refuses every address if no host is allowed', () => {
    expect(addressFault('https://push.example/', [])).toBeDefined();
    expect(addressFault('https://push.example/', [''])).toBeDefined();
    expect(addressFault('https://push.example/', [':443'])).toBeDefined();
  });
});

import { describe, expect, it } from 'vitest';
import { checkRecord } from './messages/check.ts';
import { contentTypes } from './messages/records.ts';
import { addressFault, allowedHostPattern, comparableAddress, knownPushHosts, storedAddress } from './reach-hosts.ts';

const hosts = ['push.example', 'other.example:8443', '*.wild.example'];

describe('addressFault', () => {
  it.each([
    'https://push.example/send/abc',
    'https://PUSH.example/',
    'https://push.example:443/send',
    'https://other.example:8443/x?y=1',
    'https://a.wild.example/',
    'https://a.b.wild.example/',
  ])('addressFault accepts %s', (address) => {
    expect(addressFault(address, hosts)).toBeUndefined();
  });

  it.each([
    ['http://push.example/', 'https'],
    ['ftp://push.example/', 'https'],
    ['push.example', 'not an address'],
    ['', 'not an address'],
    ['https://', 'not an address'],
    [`https://push.example/${'a'.repeat(1_000)}`, 'not an address'],
    [`https://push.example/${'ä'.repeat(500)}`, 'not an address'],
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
  ])('addressFault refuses %s: %s', (address, reason) => {
    expect(addressFault(address, hosts)).toContain(reason);
  });

  it('addressFault accepts the addresses that browsers get from the known push services', () => {
    for (const address of [
      'https://fcm.googleapis.com/fcm/send/abc:def',
      'https://updates.push.services.mozilla.com/wpush/v2/gAAAA',
      'https://web.push.apple.com/QABC',
      'https://wns2-par02p.notify.windows.com/w/?token=abc',
    ])
      expect(addressFault(address, knownPushHosts)).toBeUndefined();
  });

  it('addressFault refuses every address if no host is allowed', () => {
    expect(addressFault('https://push.example/', [])).toBeDefined();
    expect(addressFault('https://push.example/', [''])).toBeDefined();
    expect(addressFault('https://push.example/', [':443'])).toBeDefined();
  });
});

describe('storedAddress', () => {
  it.each([
    ['https://push.example/a?b=1', 'https://push.example/a?b=1'],
    ['HTTPS://PUSH.example:443/A#part', 'https://push.example/A'],
    ['https://other.example:8443', 'https://other.example:8443/'],
    [' https://push.example/%73 ', 'https://push.example/%73'],
    ['https:\\\\push.example\\x', 'https://push.example/x'],
    ['push.example', undefined],
    ['mailto:anna@hospital.example', undefined],
    ['', undefined],
  ])('storedAddress of %s is %s', (address, expected) => expect(storedAddress(address)).toBe(expected));

  it('storedAddress of an address without a fault has the form that the schema of the log accepts', () => {
    for (const address of ['HTTPS://push.example/x', 'hTTps:/push.example/x', '\thttps://push.example/\u00e4']) {
      expect(addressFault(address, hosts)).toBeUndefined();
      const entry = { channel: 'webhook', url: storedAddress(address), secret: `whsec_${'A'.repeat(32)}` };
      const of = { reachId: '00000000-0000-4000-8000-000000000001', userId: 'anna', name: 'Anna', label: 'Pager' };
      const body = JSON.stringify({ ...entry, ...of, addedAt: '2026-03-01T12:00:00.000Z' });
      expect(checkRecord(contentTypes.reach, Buffer.from(body))).toMatchObject({ ok: true });
    }
  });
});

describe('comparableAddress', () => {
  it('comparableAddress decodes characters that need no encoding, and does not change a text that is no address', () => {
    expect(comparableAddress('https://push.example/%73%2f')).toBe('https://push.example/s%2F');
    expect(comparableAddress('push')).toBe('push');
  });
});

describe('allowedHostPattern', () => {
  it.each(['push.example', 'push.example:8443', '*.push.example', '10.20.1.7:8443', '[2001:db8::1]:8443', 'a'])(
    'allowedHostPattern accepts %s',
    (host) => expect(host).toMatch(allowedHostPattern),
  );

  it.each([
    'https://push.example',
    'push.example/',
    '*push.example',
    '*',
    'push.example:',
    'a b',
    'höspital.example',
    '',
  ])('allowedHostPattern refuses %s', (host) => expect(host).not.toMatch(allowedHostPattern));
});

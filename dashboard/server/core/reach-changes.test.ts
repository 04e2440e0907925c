import { describe, expect, it } from 'vitest';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { entriesOfPersonMax } from '../../../contracts/reach-hosts.ts';
import type { ReachBody } from '../../protocol/delivery.ts';
import { pushEntry } from './delivery-board.testing.ts';
import { decideReach, reachText } from './reach-changes.ts';

const rules = { pushHosts: ['push.example', '*.notify.example'], mailDomains: ['hospital.example'] };
const push = (fields: Partial<Extract<ReachBody, { channel: 'push' }>> = {}): ReachBody => ({
  channel: 'push',
  label: 'Phone',
  endpoint: 'https://push.example/secret-1',
  p256dh: `B${'A'.repeat(86)}`,
  auth: 'A'.repeat(22),
  ...fields,
});
const mail = (address: string): ReachBody => ({ channel: 'mail', label: 'Mail', address });

/** Returns `ok`, or the code of the fault. */
function outcomeOf(body: ReachBody, entries: readonly ReachEntry[] = [], allowed = rules): string {
  const decision = decideReach(body, 'anna', entries, allowed);
  return decision.ok ? 'ok' : decision.fault.code;
}

describe('decideReach', () => {
  it.each<[string, ReachBody, string]>([
    ['an allowed push service', push(), 'ok'],
    ['a name below an allowed host', push({ endpoint: 'https://a.notify.example/x' }), 'ok'],
    ['keys with padding', push({ p256dh: `B${'A'.repeat(86)}=`, auth: `${'A'.repeat(22)}==` }), 'ok'],
    ['another host', push({ endpoint: 'https://push.example.evil/x' }), 'payload-schema'],
    ['an address of the loopback', push({ endpoint: 'https://127.0.0.1/x' }), 'payload-schema'],
    ['another port', push({ endpoint: 'https://push.example:9092/x' }), 'payload-schema'],
    ['a password in the address', push({ endpoint: 'https://a:b@push.example/x' }), 'payload-schema'],
    ['http', push({ endpoint: 'http://push.example/x' }), 'payload-schema'],
    ['no address', push({ endpoint: 'push' }), 'payload-schema'],
    ['a key of another length', push({ p256dh: `B${'A'.repeat(85)}` }), 'payload-schema'],
    ['a compressed key', push({ p256dh: `A${'A'.repeat(86)}` }), 'payload-schema'],
    ['a short secret', push({ auth: 'A'.repeat(21) }), 'payload-schema'],
    ['a mail address of the hospital', mail('anna@hospital.example'), 'ok'],
    ['a mail address of the hospital in capitals', mail('Anna@Hospital.Example'), 'ok'],
    ['a mail address of a subdomain', mail('anna@x.hospital.example'), 'payload-schema'],
    ['a mail address elsewhere', mail('anna@evil.example'), 'payload-schema'],
    ['a list of mail addresses', mail('a@evil.example,b@hospital.example'), 'payload-schema'],
    ['a mail address with a line break', mail('a@hospital.example\r\nBcc: x@evil.example'), 'payload-schema'],
  ])('decideReach allows or refuses, as the table says: %s', (_, body, expected) => {
    expect(outcomeOf(body)).toBe(expected);
  });

  it.each<[string, ReachBody, typeof rules]>([
    ['push', push(), { ...rules, pushHosts: [] }],
    ['mail', mail('anna@hospital.example'), { ...rules, mailDomains: [] }],
  ])('decideReach refuses an entry for %s if the hospital has not set this up', (_, body, allowed) => {
    expect(outcomeOf(body, [], allowed)).toBe('payload-schema');
  });

  it('a new entry replaces the person’s own entry with the same address; the address of another person’s browser is refused', () => {
    const own = { ...pushEntry(1, 'anna'), endpoint: 'https://push.example/secret-1' };
    expect(decideReach(push(), 'anna', [own], rules)).toEqual({ ok: true, body: push(), replaced: own });
    expect(outcomeOf(push(), [{ ...own, userId: 'ben' }])).toBe('conflict');
  });

  it.each([
    ['capitals in the host', 'https://PUSH.example/secret-1'],
    ['capitals in the scheme', 'HTTPS://push.example/secret-1'],
    ['the usual port', 'https://push.example:443/secret-1'],
    ['a fragment', 'https://push.example/secret-1#1'],
    ['an empty fragment', 'https://push.example/secret-1#'],
    ['an empty query', 'https://push.example/secret-1?'],
    ['a dot in the path', 'https://push.example/./secret-1'],
    ['an encoded dot in the path', 'https://push.example/%2E/secret-1'],
    ['two dots in the path', 'https://push.example/x/../secret-1'],
    ['backslashes', 'https:\\\\push.example\\secret-1'],
    ['a needlessly encoded letter', 'https://push.example/%73ecret-1'],
    ['a needlessly encoded hyphen', 'https://push.example/secret%2d1'],
    ['a space at its end', 'https://push.example/secret-1 '],
  ])('the address of another person’s browser is refused even if it is written with %s', (_, endpoint) => {
    const entry = { ...pushEntry(1, 'ben'), endpoint: 'https://push.example/secret-1' };
    expect(outcomeOf(push({ endpoint }), [entry])).toBe('conflict');
    expect(outcomeOf(push({ endpoint: entry.endpoint }), [{ ...entry, endpoint }])).toBe('conflict');
    expect(decideReach(push({ endpoint }), 'ben', [entry], rules)).toMatchObject({ ok: true, replaced: entry });
  });

  it('decideReach returns the normal form of an address, whichever way the browser writes it', () => {
    const endpoint = 'HTTPS://PUSH.example:443/secret-1#1';
    const stored = push({ endpoint: 'https://push.example/secret-1' });
    expect(decideReach(push({ endpoint }), 'anna', [], rules)).toMatchObject({ ok: true, body: stored });
  });

  it.each([
    ['capitals in the path', 'https://push.example/Secret-1'],
    ['a slash at the end', 'https://push.example/secret-1/'],
    ['an encoded slash', 'https://push.example/secret-1%2F'],
    ['a query', 'https://push.example/secret-1?token=1'],
  ])('an address that differs by %s counts as another address', (_, endpoint) => {
    const entry = { ...pushEntry(1, 'ben'), endpoint: 'https://push.example/secret-1' };
    expect(outcomeOf(push({ endpoint }), [entry])).toBe('ok');
  });

  it('two addresses with different queries count as different addresses', () => {
    const entry = { ...pushEntry(1, 'ben'), endpoint: 'https://push.example/w/?token=1' };
    expect(outcomeOf(push({ endpoint: 'https://push.example/w/?token=2' }), [entry])).toBe('ok');
    expect(outcomeOf(push({ endpoint: 'https://push.example/w/?token=1#' }), [entry])).toBe('conflict');
    expect(outcomeOf(push({ endpoint: 'https://push.example/w/?token=%31' }), [entry])).toBe('conflict');
  });

  it('two persons may have the same mail address, because a team may share an address', () => {
    const { channel: _, endpoint: _e, p256dh: _p, auth: _a, ...fields } = pushEntry(1, 'ben');
    const bens: ReachEntry = { ...fields, channel: 'mail', address: 'team@hospital.example' };
    expect(outcomeOf(mail('team@hospital.example'), [bens])).toBe('ok');
  });

  it.each([
    [entriesOfPersonMax - 1, 'anna', 'ok'],
    [entriesOfPersonMax, 'anna', 'conflict'],
    [entriesOfPersonMax, 'ben', 'ok'],
  ])('if there are %i entries of %s, the answer to a new entry of anna is %s', (count, userId, expected) => {
    const entries = Array.from({ length: count }, (_, n) => pushEntry(n + 10, userId));
    expect(outcomeOf(push(), entries)).toBe(expected);
  });

  it('a refusal contains no address, and the text for the audit trail contains no secret', () => {
    for (const body of [push({ endpoint: 'https://evil.example/secret' }), mail('anna@evil.example')])
      expect(JSON.stringify(decideReach(body, 'anna', [], rules))).not.toContain('evil');
    expect(reachText(pushEntry(1, 'anna'))).toMatch(/^push “Phone 1” at push\.example; entry /);
    expect(reachText(pushEntry(1, 'anna'))).not.toContain('secret');
  });
});

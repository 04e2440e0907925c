import { generateKeyPairSync } from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PushPayload } from '../../../contracts/messages/push-payload.ts';
import { createAddressGuard } from '../../../process/address-guard.ts';
import { hospitalCa, peerCertificate } from '../../../tests/delivery/authority.ts';
import { type HttpsPeer, startHttpsPeer } from '../../../tests/delivery/https-peer.ts';
import { decryptPush, newSubscription, testAlarm, testMessage } from '../../../tests/delivery/messages.ts';
import type { MessageDetails } from './core/message-text.ts';
import { createCourier } from './courier.ts';
import { createHttpsClient } from './https-client.ts';
import { callsPayload, createPushChannel } from './push.ts';
import { createSendCounts } from './send-counts.ts';
import { createVapid } from './vapid.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keyText = JSON.stringify(privateKey.export({ format: 'jwk' }));
const never = new AbortController().signal;
const now = Date.now;

let peer: HttpsPeer;
const opened: { close(): unknown }[] = [];
beforeEach(async () => {
  peer = await startHttpsPeer();
  opened.push(peer);
});
afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close();
});

type Options = {
  readonly details?: MessageDetails;
  readonly hosts?: readonly string[];
  readonly networks?: readonly string[];
  readonly resolve?: Parameters<typeof createAddressGuard>[1];
  readonly ca?: string;
};
function openPush({ details = 'bed', hosts = [peer.host], networks = ['127.0.0.0/8'], resolve, ca }: Options = {}) {
  const counts = createSendCounts();
  const courier = createCourier({ counts, now, monotonicMs: () => performance.now(), random: () => 0 });
  const guard = createAddressGuard(networks, resolve);
  const client = createHttpsClient({ hosts, guard, ca: [ca ?? hospitalCa.certificate], now });
  const vapid = createVapid(keyText, 'mailto:it@hospital.example', now);
  opened.push(courier);
  const channel = createPushChannel({ client, courier, vapid, details, now });
  opened.push(channel);
  return { channel, counts, vapid };
}

describe('a push message', () => {
  it('a push message can be decrypted by an independent library, and has ward and bed but no value and no name', async () => {
    const { channel } = openPush();
    const subscription = newSubscription(peer.url('/wpush/secret'));
    const message = testMessage();
    expect(await channel.send(subscription.entry, message, never)).toEqual({ kind: 'reached', stage: 'taken' });
    const [request] = peer.requests;
    const payload = decryptPush(subscription, request!.body);
    expect(Value.Check(PushPayload, payload)).toBe(true);
    expect(payload).toEqual({
      type: 'calls',
      messageId: message.messageId,
      title: 'ICU-3: High alarm',
      body: 'ICU-3: High alarm, since 14:01:03 UTC',
      priority: 'high',
      tag: 'alarm-0123456789abcdef',
      calls: [{ alarmId: 'alarm-0123456789abcdef', callId: 'alarm-0123456789abcdef/1/1' }],
    });
    expect(request!.body.toString('latin1')).not.toContain('ICU');
  });

  it('a push message is in the language of its entry, with the time of the ward', async () => {
    const { channel } = openPush();
    const subscription = newSubscription(peer.url());
    const message = testMessage({ alarms: [testAlarm({ zone: 'Europe/Berlin' })] });
    await channel.send({ ...subscription.entry, language: 'de' }, message, never);
    expect(decryptPush(subscription, peer.requests[0]!.body)).toMatchObject({
      title: 'ICU-3: Hoher Alarm',
      body: 'ICU-3: Hoher Alarm, seit 15:01:03 CET',
    });
  });

  it('a push message has a VAPID token that is valid only for this push service, signed with the key of the hospital', async () => {
    const { channel, vapid } = openPush();
    await channel.send(newSubscription(peer.url()).entry, testMessage(), never);
    const [, token, key] = /^vapid t=(\S+), k=(\S+)$/.exec(peer.requests[0]!.headers.authorization!)!;
    expect(key).toBe(vapid.publicKey);
    const { payload, protectedHeader } = await jwtVerify(
      token!,
      await importJWK(publicKey.export({ format: 'jwk' }), 'ES256'),
      { audience: `https://${peer.host}` },
    );
    expect(protectedHeader).toEqual({ typ: 'JWT', alg: 'ES256' });
    expect(payload.sub).toBe('mailto:it@hospital.example');
    expect(payload.exp! * 1_000 - now()).toBeGreaterThan(3_600_000);
    expect(payload.exp! * 1_000 - now()).toBeLessThanOrEqual(24 * 3_600_000);
  });

  it.each([
    ['high', 'high'],
    ['medium', 'high'],
    ['low', 'normal'],
  ] as const)(
    'a push message of priority %s has the urgency %s, and its TTL ends when the message becomes useless',
    async (priority, urgency) => {
      const { channel } = openPush();
      const message = testMessage({ alarms: [testAlarm({ priority })], uselessAfterMs: now() + 30_000 });
      await channel.send(newSubscription(peer.url()).entry, message, never);
      const { headers } = peer.requests[0]!;
      expect(headers.urgency).toBe(urgency);
      expect(Number(headers.ttl)).toBeGreaterThan(0);
      expect(Number(headers.ttl)).toBeLessThanOrEqual(30);
      expect(headers['content-encoding']).toBe('aes128gcm');
    },
  );

  it('a push message about one alarm replaces an older message about the same alarm, but no message about other alarms', async () => {
    const { channel } = openPush();
    const { entry } = newSubscription(peer.url());
    const other = testAlarm({ alarmId: 'alarm-fedcba9876543210' });
    const messages = [
      testMessage(),
      testMessage(),
      testMessage({ alarms: [other] }),
      testMessage({ alarms: [testAlarm(), other] }),
      testMessage({ onlyCounted: 3 }),
    ];
    for (const message of messages) await channel.send(entry, message, never);
    const topics = peer.requests.map(({ headers }) => headers.topic);
    expect(topics[0]).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(topics[1]).toBe(topics[0]);
    expect(topics[2]).not.toBe(topics[0]);
    expect(topics.slice(3)).toEqual([undefined, undefined]);
  });

  it('a push message about many alarms with long ids fits into the size that every push service accepts', () => {
    const alarms = Array.from({ length: 60 }, (_, index) =>
      testAlarm({
        alarmId: `${index}`.padStart(64, 'a'),
        callId: `${index}`.padStart(100, 'é'),
        text: '💔'.repeat(90),
      }),
    );
    const payload = callsPayload(testMessage({ alarms, onlyCounted: 440 }), 'values', undefined);
    expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThanOrEqual(3_993);
    expect(payload.calls[0]).toEqual({ alarmId: alarms[0]!.alarmId, callId: alarms[0]!.callId });
    expect(payload.body).toContain('490 more');
    expect(Value.Check(PushPayload, payload)).toBe(true);
  });

  it('a push message has no text if it is a canary', async () => {
    const { channel } = openPush();
    const subscription = newSubscription(peer.url());
    const checkId = '0b7f5c1e-3333-4444-8888-1234567890ab';
    const check = { checkId, userId: 'anna', name: 'Anna Berg' };
    expect(await channel.check(subscription.entry, check, never)).toEqual({ kind: 'reached', stage: 'taken' });
    expect(decryptPush(subscription, peer.requests[0]!.body)).toEqual({ type: 'check', checkId });
  });
});

describe('the answer of a push service', () => {
  it.each([
    [201, { kind: 'reached', stage: 'taken' }],
    [202, { kind: 'reached', stage: 'taken' }],
    [404, { kind: 'ended' }],
    [410, { kind: 'ended' }],
    [400, { kind: 'failed', class: 'permanent' }],
    [403, { kind: 'failed', class: 'permanent' }],
    [413, { kind: 'failed', class: 'permanent' }],
    [301, { kind: 'failed', class: 'permanent' }],
  ])('the answer %i of a push service means %j, after one request', async (status, result) => {
    const { channel } = openPush();
    peer.answers = [{ status }];
    expect(await channel.send(newSubscription(peer.url()).entry, testMessage(), never)).toMatchObject(result);
    expect(peer.requests).toHaveLength(1);
  });

  it.each([500, 503, 429] as const)(
    'after the answer %i, the message is sent again until the push service takes it',
    async (status) => {
      const { channel, counts } = openPush();
      peer.answers = [{ status }, { status }, { status: 201 }];
      const result = await channel.send(newSubscription(peer.url()).entry, testMessage(), never);
      expect(result).toEqual({ kind: 'reached', stage: 'taken' });
      expect(peer.requests).toHaveLength(3);
      expect(counts).toMatchObject({ tries: 3, retries: 2 });
    },
  );

  it('after a broken connection, the message is sent again', async () => {
    const { channel } = openPush();
    peer.answers = ['drop', { status: 201 }];
    const result = await channel.send(newSubscription(peer.url()).entry, testMessage(), never);
    expect(result).toEqual({ kind: 'reached', stage: 'taken' });
    expect(peer.requests).toHaveLength(2);
  });

  it('with Retry-After, the channel waits as long as asked; it gives up at once if the message would be useless by then', async () => {
    const { channel } = openPush();
    peer.answers = [{ status: 429, headers: { 'retry-after': '2' } }, { status: 201 }];
    await channel.send(newSubscription(peer.url()).entry, testMessage(), never);
    const [first, second] = peer.requests;
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(1_900);
    peer.answers = [{ status: 429, headers: { 'retry-after': '600' } }];
    const result = await channel.send(newSubscription(peer.url()).entry, testMessage(), never);
    expect(result).toMatchObject({
      kind: 'failed',
      class: 'transient',
      reason: 'The service asks to send less (429).',
    });
    expect(peer.requests).toHaveLength(3);
  });

  it('a service that asks canaries to wait still gets messages about alarms', async () => {
    const { channel } = openPush();
    const { entry } = newSubscription(peer.url());
    const check = { checkId: '00000000-0000-4000-8000-000000000001', userId: 'anna', name: 'Anna' };
    peer.answers = [{ status: 429, headers: { 'retry-after': '600' } }, { status: 201 }];
    expect(await channel.check(entry, check, never)).toMatchObject({ kind: 'failed', asksToWait: true });
    expect(await channel.send(entry, testMessage(), never)).toMatchObject({ kind: 'reached' });
    expect(await channel.check(entry, check, never)).toMatchObject({ kind: 'failed', asksToWait: true });
    expect(peer.requests).toHaveLength(2);
  });

  it('if a push service answers a message with a request to wait, the address gets no further message before the wait is over', async () => {
    const { channel } = openPush();
    const { entry } = newSubscription(peer.url());
    peer.answers = [{ status: 429, headers: { 'retry-after': '600' } }, { status: 201 }];
    await channel.send(entry, testMessage(), never);
    expect(await channel.send(entry, testMessage(), never)).toMatchObject({ kind: 'failed', class: 'transient' });
    expect(peer.requests).toHaveLength(1);
    expect(await channel.send(newSubscription(peer.url()).entry, testMessage(), never)).toMatchObject({
      kind: 'reached',
    });
  });

  it('an answer with a slow or huge body does not delay anything', async () => {
    const { channel } = openPush();
    for (const answer of ['slow-body', 'huge-body'] as const) {
      peer.answers = [answer];
      const result = await channel.send(newSubscription(peer.url()).entry, testMessage(), never);
      expect(result).toEqual({ kind: 'reached', stage: 'taken' });
    }
  });
});

describe('an address that is not allowed', () => {
  it('an address in a private network gets no connection', async () => {
    const { channel } = openPush({ networks: [] });
    const result = await channel.send(newSubscription(peer.url()).entry, testMessage(), never);
    expect(result).toMatchObject({ kind: 'failed', class: 'permanent', reason: expect.stringContaining('must not') });
    expect(peer.requests).toHaveLength(0);
  });

  it('a private address that DNS returns for the name of a public push service gets no connection', async () => {
    const resolve = (_name: string, _options: object, callback: (error: null, found: object[]) => void) =>
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    const { port } = new URL(peer.url());
    const hosts = [`push.example:${port}`];
    const { channel } = openPush({ networks: [], hosts, resolve: resolve as never });
    const { entry } = newSubscription(`https://push.example:${port}/1`);
    expect(await channel.send(entry, testMessage(), never)).toMatchObject({ class: 'permanent' });
    expect(peer.requests).toHaveLength(0);
  });

  it('an address that is written as a number gets no connection, even if the list of hosts has it', async () => {
    const { port } = new URL(peer.url());
    const { channel } = openPush({ networks: [], hosts: [`127.0.0.1:${port}`, `[::1]:${port}`] });
    for (const host of ['127.0.0.1', '[::1]', '0x7f000001', '2130706433']) {
      const { entry } = newSubscription(`https://${host}:${port}/1`);
      expect(await channel.send(entry, testMessage(), never)).toMatchObject({ class: 'permanent' });
    }
    expect(peer.requests).toHaveLength(0);
  });

  it.each(['http://localhost/1', 'https://evil.example/1', 'file:///etc/passwd', 'nothing'])(
    'the address %s gets no connection',
    async (endpoint) => {
      const { channel } = openPush();
      const result = await channel.send(newSubscription(endpoint).entry, testMessage(), never);
      expect(result).toMatchObject({ kind: 'failed', class: 'permanent' });
    },
  );

  it.each(['https://127.0.0.1/steal', 'https://169.254.169.254/latest/meta-data', 'http://localhost/'])(
    'a redirect to %s is not followed',
    async (location) => {
      const { channel } = openPush();
      peer.answers = [{ status: 307, headers: { location } }];
      const result = await channel.send(newSubscription(peer.url()).entry, testMessage(), never);
      expect(result).toMatchObject({ kind: 'failed', class: 'permanent' });
      expect(peer.requests).toHaveLength(1);
    },
  );

  it('a host with a certificate for another name, or of another authority, gets nothing', async () => {
    const wrongName = await startHttpsPeer(await peerCertificate(['other.example']));
    opened.push(wrongName);
    const { channel } = openPush({ hosts: [wrongName.host, peer.host] });
    const expected = { kind: 'failed', class: 'permanent', reason: 'The certificate of the host is not valid.' };
    expect(await channel.send(newSubscription(wrongName.url()).entry, testMessage(), never)).toEqual(expected);
    const { issueAuthority } = await import('../../../certs/issue.ts');
    const strange = openPush({ ca: (await issueAuthority('Strange', now())).certificate });
    expect(await strange.channel.send(newSubscription(peer.url()).entry, testMessage(), never)).toEqual(expected);
    expect([...wrongName.requests, ...peer.requests]).toEqual([]);
  });
});

describe('the text of a failure', () => {
  it('the text of a failure names neither the endpoint nor the keys of the subscription', async () => {
    const { channel } = openPush();
    const { entry } = newSubscription(peer.url('/send/very-secret'));
    const broken = { ...entry, p256dh: entry.p256dh.slice(4) };
    const results = [await channel.send(broken, testMessage(), never)];
    peer.answers = [{ status: 400 }];
    results.push(await channel.send(entry, testMessage(), never));
    const text = JSON.stringify(results);
    for (const secret of ['very-secret', entry.auth, entry.p256dh, 'localhost']) expect(text).not.toContain(secret);
    expect(results[0]).toMatchObject({ kind: 'failed', class: 'permanent' });
  });
});

import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAddressGuard } from '../../../process/address-guard.ts';
import { hospitalCa } from '../../../tests/delivery/authority.ts';
import { type HttpsPeer, startHttpsPeer } from '../../../tests/delivery/https-peer.ts';
import { testAlarm, testMessage, webhookEntry } from '../../../tests/delivery/messages.ts';
import type { MessageDetails } from './core/message-text.ts';
import { createCourier } from './courier.ts';
import { runningMax } from './host-gate.ts';
import { createHttpsClient, retryAfterOf } from './https-client.ts';
import { createSendCounts } from './send-counts.ts';
import { createWebhookChannel, signedHeaders } from './webhook.ts';

const never = new AbortController().signal;
const now = Date.now;
const opened: { close(): unknown }[] = [];
let peer: HttpsPeer;
beforeEach(async () => {
  peer = await startHttpsPeer();
  opened.push(peer);
});
afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close();
});

function openWebhooks(
  details: MessageDetails = 'bed',
  hosts: readonly string[] = [peer.host],
  networks = ['127.0.0.1'],
) {
  const courier = createCourier({
    counts: createSendCounts(),
    now,
    monotonicMs: () => performance.now(),
    random: () => 0,
  });
  const client = createHttpsClient({ hosts, guard: createAddressGuard(networks), ca: [hospitalCa.certificate], now });
  opened.push(courier);
  const channel = createWebhookChannel({ client, courier, details, now });
  opened.push(channel);
  return channel;
}

describe('a webhook', () => {
  it('a webhook passes the check of the Standard Webhooks library, and has the fields that docs/integrator.md names', async () => {
    const entry = webhookEntry(peer.url('/alarms'));
    const message = testMessage();
    expect(await openWebhooks().send(entry, message, never)).toEqual({ kind: 'reached', stage: 'taken' });
    const { headers, body, path } = peer.requests[0]!;
    const verified = new Webhook(entry.secret).verify(body, headers as Record<string, string>);
    expect(path).toBe('/alarms');
    expect(headers['webhook-id']).toBe(message.messageId);
    const [alarm] = message.alarms;
    expect(verified).toEqual({
      type: 'alarm.called',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: {
        messageId: message.messageId,
        person: { userId: 'anna', name: 'Anna Berg' },
        calls: [
          {
            alarmId: alarm!.alarmId,
            callId: alarm!.callId,
            priority: 'high',
            onsetAt: alarm!.onsetAt,
            answerBy: new Date(alarm!.dueAtMs).toISOString(),
            ward: 'ICU',
            bed: 'ICU-3',
          },
        ],
        onlyCounted: 0,
        uselessAfter: new Date(message.uselessAfterMs).toISOString(),
      },
    });
  });

  it.each([
    ['none', [undefined, undefined]],
    ['bed', ['ICU-3', undefined]],
    ['values', ['ICU-3', 'HR 134 > 120']],
  ] as const)('with the details `%s`, a webhook has the bed and the text %j', async (details, [bed, text]) => {
    await openWebhooks(details).send(webhookEntry(peer.url()), testMessage(), never);
    const { data } = JSON.parse(peer.requests[0]!.body.toString());
    expect([data.calls[0].bed, data.calls[0].text]).toEqual([bed, text]);
  });

  it('a webhook is refused by the library if its body, id, time or secret was changed', async () => {
    const entry = webhookEntry(peer.url());
    await openWebhooks().send(entry, testMessage(), never);
    const { headers, body } = peer.requests[0]!;
    const verify = (changed: Record<string, string>, text: Buffer | string = body, secret = entry.secret) =>
      new Webhook(secret).verify(text, { ...(headers as Record<string, string>), ...changed });
    expect(() => verify({})).not.toThrow();
    expect(() => verify({}, body.toString().replace('high', 'low '))).toThrow();
    expect(() => verify({ 'webhook-id': 'other' })).toThrow();
    expect(() => verify({ 'webhook-timestamp': String(Math.floor(now() / 1_000) - 60) })).toThrow();
    expect(() => verify({}, body, webhookEntry('').secret)).toThrow();
  });

  it('a webhook has the same id and body at a repeated try, and the time of this try', async () => {
    const entry = webhookEntry(peer.url());
    peer.answers = [{ status: 503, headers: { 'retry-after': '2' } }, { status: 204 }];
    await openWebhooks().send(entry, testMessage(), never);
    const [first, second] = peer.requests;
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(second!.body).toEqual(first!.body);
    expect(Number(second!.headers['webhook-timestamp'])).toBeGreaterThan(Number(first!.headers['webhook-timestamp']));
  });

  it('the signature of a webhook is the same as in the example of docs/integrator.md', () => {
    const headers = signedHeaders('whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 'msg_1', 1_700_000_000, Buffer.from('{}'));
    expect(headers['webhook-signature']).toBe('v1,V5A7hCtzs1KTtYSvRi7DZobR0xbcjWhCBMIKhQUk6k0=');
  });

  it.each([
    [200, { kind: 'reached', stage: 'taken' }],
    [204, { kind: 'reached', stage: 'taken' }],
    [410, { kind: 'ended' }],
    [404, { kind: 'failed', class: 'permanent' }],
    [401, { kind: 'failed', class: 'permanent' }],
    [302, { kind: 'failed', class: 'permanent' }],
  ])('the answer %i to a webhook means %j', async (status, result) => {
    peer.answers = [{ status, headers: { location: 'https://169.254.169.254/' } }];
    expect(await openWebhooks().send(webhookEntry(peer.url()), testMessage(), never)).toMatchObject(result);
    expect(peer.requests).toHaveLength(1);
  });

  it('a webhook goes to a private address only if the hospital lists the host and the network', async () => {
    const entry = webhookEntry(peer.url());
    for (const channel of [openWebhooks('bed', [peer.host], ['10.0.0.0/8']), openWebhooks('bed', ['other.example'])])
      expect(await channel.send(entry, testMessage(), never)).toMatchObject({ kind: 'failed', class: 'permanent' });
    expect(peer.requests).toHaveLength(0);
  });

  it('a webhook has its own type if it is a canary', async () => {
    const entry = webhookEntry(peer.url());
    const checkId = '0b7f5c1e-3333-4444-8888-1234567890ab';
    await openWebhooks().check(entry, { checkId, userId: 'anna', name: 'Anna Berg' }, never);
    const { headers, body } = peer.requests[0]!;
    expect(new Webhook(entry.secret).verify(body, headers as Record<string, string>)).toMatchObject({
      type: 'delivery.check',
      data: { checkId, person: { userId: 'anna' } },
    });
  });
});

describe('1,000 messages while another host hangs', () => {
  it('1,000 messages all arrive while another host hangs; the host that hangs has at most 8 requests at once', async () => {
    const hanging = await startHttpsPeer();
    opened.push(hanging);
    hanging.answers = ['hang'];
    const channel = openWebhooks('bed', [peer.host, hanging.host]);
    const stop = new AbortController();
    const late = webhookEntry(hanging.url());
    const stuck = Array.from({ length: 1_000 }, () => channel.send(late, testMessage(), stop.signal));
    const entry = webhookEntry(peer.url());
    const beganMs = performance.now();
    const results = await Promise.all(
      Array.from({ length: 1_000 }, () =>
        channel.send(entry, testMessage({ alarms: [testAlarm()], uselessAfterMs: now() + 600_000 }), never),
      ),
    );
    const tookMs = Math.round(performance.now() - beganMs);
    expect(results.every((result) => result.kind === 'reached')).toBe(true);
    expect(peer.requests).toHaveLength(1_000);
    expect(new Set(peer.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1_000);
    expect(hanging.openMax()).toBeGreaterThan(0);
    expect(hanging.openMax()).toBeLessThanOrEqual(runningMax);
    expect(peer.openMax()).toBeLessThanOrEqual(runningMax);
    stop.abort();
    expect((await Promise.all(stuck)).every((result) => result.kind === 'failed')).toBe(true);
    console.log(`1,000 webhooks beside a hanging host: ${tookMs} ms`);
  });
});

describe('retryAfterOf', () => {
  const nowMs = Date.parse('2026-11-29T14:00:00Z');
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['0', 0],
    ['7', 7_000],
    ['999999999', 3_600_000],
    ['Sun, 29 Nov 2026 14:00:30 GMT', 30_000],
    ['Sun, 29 Nov 2026 13:00:00 GMT', 0],
  ])('retryAfterOf of %j is %j ms', (header, ms) => {
    expect(retryAfterOf(header, nowMs)).toBe(ms);
  });
});

describe('a receiver that begins an answer and never ends it', () => {
  it.each([
    ['dribble-headers', { kind: 'failed', class: 'transient' }],
    ['dribble-body', { kind: 'reached', stage: 'taken' }],
  ] as const)(
    'if a receiver never ends its answer, the connection of a message is closed after the try (%s)',
    async (answer, result) => {
      peer.answers = [answer];
      const channel = openWebhooks();
      const message = testMessage({ uselessAfterMs: now() + 3_000 });
      expect(await channel.send(webhookEntry(peer.url()), message, never)).toMatchObject(result);
      expect(peer.requests).toHaveLength(1);
      await vi.waitFor(() => expect(peer.connectionCount()).toBe(0), { timeout: 30_000 });
    },
    60_000,
  );
});

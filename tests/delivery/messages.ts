/** Messages and addresses of persons for the tests of channels. */
import { createECDH, type ECDH, randomBytes, randomUUID } from 'node:crypto';
import httpEce from 'http_ece';
import type { PushPayload } from '../../contracts/messages/push-payload.ts';
import type { NamedAlarm, OutgoingMessage } from '../../processors/delivery/channels/channel.ts';
import type { MailEntry } from '../../processors/delivery/channels/mail.ts';
import type { PushEntry } from '../../processors/delivery/channels/push.ts';
import type { WebhookEntry } from '../../processors/delivery/channels/webhook.ts';

export function testAlarm(change: Partial<NamedAlarm> = {}): NamedAlarm {
  return {
    alarmId: 'alarm-0123456789abcdef',
    callId: 'alarm-0123456789abcdef/1/1',
    ward: 'ICU',
    bed: 'ICU-3',
    priority: 'high',
    text: 'HR 134 > 120',
    onsetAt: '2026-11-29T14:01:03.000Z',
    zone: undefined,
    dueAtMs: Date.now() + 60_000,
    ...change,
  };
}

export function testMessage(change: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    messageId: `anna/${randomUUID()}`,
    userId: 'anna',
    name: 'Anna Berg',
    alarms: [testAlarm()],
    onlyCounted: 0,
    uselessAfterMs: Date.now() + 60_000,
    ...change,
  };
}

const personOf = () => ({
  reachId: randomUUID(),
  userId: 'anna',
  name: 'Anna Berg',
  label: 'Phone',
  addedAt: new Date().toISOString(),
});

/** A browser's subscription, with the key that the browser keeps. */
export type Subscription = { readonly entry: PushEntry; readonly ecdh: ECDH };

export function newSubscription(endpoint: string): Subscription {
  const ecdh = createECDH('prime256v1');
  ecdh.generateKeys();
  const p256dh = ecdh.getPublicKey('base64url');
  const auth = randomBytes(16).toString('base64url');
  return { ecdh, entry: { channel: 'push', ...personOf(), endpoint, p256dh, auth } };
}

/** Decrypts the body of a push message as a browser does, with a library that Vigil does not use. */
export function decryptPush({ ecdh, entry }: Subscription, body: Buffer): PushPayload {
  const plain = httpEce.decrypt(body, { version: 'aes128gcm', privateKey: ecdh, authSecret: entry.auth });
  return JSON.parse(plain.toString()) as PushPayload;
}

export function mailEntry(address = 'anna@hospital.example'): MailEntry {
  return { channel: 'mail', ...personOf(), address };
}

export function webhookEntry(url: string): WebhookEntry {
  return { channel: 'webhook', ...personOf(), url, secret: `whsec_${randomBytes(32).toString('base64')}` };
}

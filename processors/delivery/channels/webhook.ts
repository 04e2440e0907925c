/**
 * The channel `webhook`: sends signed requests (the Standard Webhooks specification) to another system, which passes
 * the alarms on.
 */
import { createHmac } from 'node:crypto';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import type { Channel, CheckMessage, OutgoingMessage } from './channel.ts';
import { checkMsMax } from './check-time.ts';
import { hostSignOf, httpResult } from './core/http-result.ts';
import type { MessageDetails } from './core/message-text.ts';
import { type Courier, failed, type TryResult } from './courier.ts';
import type { HttpsClient } from './https-client.ts';

export type WebhookEntry = Extract<ReachEntry, { channel: 'webhook' }>;

export type WebhookOptions = {
  readonly client: HttpsClient;
  readonly courier: Courier;
  readonly details: MessageDetails;
  readonly now: () => number;
};

export function createWebhookChannel({ client, courier, details, now }: WebhookOptions): Channel<WebhookEntry> {
  const post = (
    entry: WebhookEntry,
    { id, body, isCheck }: { readonly id: string; readonly body: Buffer; readonly isCheck: boolean },
    uselessAfterMs: number,
    signal: AbortSignal,
  ) =>
    courier.send({
      to: entry.reachId,
      isCheck,
      host: hostOf(entry),
      uselessAfterMs,
      signal,
      attempt: async (trySignal) => {
        const headers = {
          'content-type': 'application/json',
          // The time of this try lets the receiver refuse a request that a thief repeats later.
          ...signedHeaders(entry.secret, id, Math.floor(now() / 1_000), body),
        };
        return webhookResult(await client.post(entry.url, headers, body, trySignal));
      },
    });

  return {
    name: 'webhook',
    confirms: 'taken',
    send: (entry, message, signal) =>
      post(
        entry,
        { id: message.messageId, body: callsBody(message, details, now()), isCheck: false },
        message.uselessAfterMs,
        signal,
      ),
    check: (entry, check, signal) =>
      post(entry, { id: check.checkId, body: checkBody(check, now()), isCheck: true }, now() + checkMsMax, signal),
    isDown: (entry) => courier.isDown(hostOf(entry), entry.reachId),
    close: async () => client.close(),
  };
}

function hostOf({ url }: WebhookEntry): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

/**
 * Returns the headers of the specification: id, time, and the signature `v1`. The signature covers id, time and body.
 * @param secret `whsec_` and base64
 */
export function signedHeaders(
  secret: string,
  id: string,
  timestampS: number,
  body: Buffer,
): Readonly<Record<string, string>> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestampS}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestampS), 'webhook-signature': `v1,${signature}` };
}

/** Returns the body of a request (docs/integrator.md, "Webhooks"). */
function callsBody(message: OutgoingMessage, details: MessageDetails, nowMs: number): Buffer {
  const calls = message.alarms.map(({ alarmId, callId, ward, bed, priority, text, onsetAt, dueAtMs }) => ({
    alarmId,
    callId,
    priority,
    onsetAt,
    answerBy: new Date(dueAtMs).toISOString(),
    ...(details === 'none' ? {} : { ward, bed }),
    ...(details === 'values' ? { text } : {}),
  }));
  return jsonBody('alarm.called', nowMs, {
    messageId: message.messageId,
    person: { userId: message.userId, name: message.name },
    calls,
    onlyCounted: message.onlyCounted,
    uselessAfter: new Date(message.uselessAfterMs).toISOString(),
  });
}

function checkBody({ checkId, userId, name }: CheckMessage, nowMs: number): Buffer {
  return jsonBody('delivery.check', nowMs, { checkId, person: { userId, name } });
}

function jsonBody(type: string, nowMs: number, data: object): Buffer {
  return Buffer.from(JSON.stringify({ type, timestamp: new Date(nowMs).toISOString(), data }));
}

function webhookResult(answer: Awaited<ReturnType<HttpsClient['post']>>): TryResult {
  if (answer.kind === 'failed') return failed(answer.class, answer.reason, answer.isHostFault ? 'fails' : 'unknown');
  const { status, retryAfterMs } = answer;
  // In the specification, 410 means that the endpoint wants no more messages.
  const result = httpResult(status, [410]);
  return {
    result: result.kind === 'taken' ? { kind: 'reached', stage: 'taken' } : result,
    host: hostSignOf(status),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

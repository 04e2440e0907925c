/** The channel `push`: Web Push (RFC 8030) with VAPID (RFC 8292) to the browser on a person's own phone. */
import { createHash } from 'node:crypto';
import type { Priority } from '../../../contracts/messages/alarms.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import type { PushCalls, PushPayload } from '../../../contracts/messages/push-payload.ts';
import type { Channel, OutgoingMessage } from './channel.ts';
import { checkMsMax } from './check-time.ts';
import { hostSignOf, httpResult } from './core/http-result.ts';
import { type MessageDetails, messageText } from './core/message-text.ts';
import { type Courier, failed, type TryResult } from './courier.ts';
import type { HttpsClient } from './https-client.ts';
import { encryptPush, plainBytesMax } from './push-encryption.ts';
import type { Vapid } from './vapid.ts';

export type PushEntry = Extract<ReachEntry, { channel: 'push' }>;

export type PushOptions = {
  readonly client: HttpsClient;
  readonly courier: Courier;
  readonly vapid: Vapid;
  readonly details: MessageDetails;
  readonly now: () => number;
};

/** Urgency of RFC 8030, 5.3. A phone that saves energy gets a message of urgency `high` at once. */
const urgencies: Readonly<Record<Priority, string>> = { high: 'high', medium: 'high', low: 'normal' };
/** Maximum number of calls in a push message. The page gets all calls from the server. */
const callsMax = 20;
/** Longest TTL, s. A push service would shorten a longer TTL to its own maximum. */
const ttlSecondsMax = 24 * 3_600;

export function createPushChannel(options: PushOptions): Channel<PushEntry> {
  const { courier, client, now } = options;
  const post = (
    entry: PushEntry,
    payload: PushPayload,
    headers: Readonly<Record<string, string>>,
    uselessAfterMs: number,
    signal: AbortSignal,
  ) =>
    courier.send({
      to: entry.reachId,
      isCheck: payload.type === 'check',
      host: hostOf(entry),
      uselessAfterMs,
      signal,
      attempt: (trySignal) => tryOnce(entry, payload, { ...headers, ...ttlHeader(uselessAfterMs - now()) }, trySignal),
    });

  const tryOnce = async (
    entry: PushEntry,
    payload: PushPayload,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<TryResult> => {
    let body: Buffer;
    let authorization: string;
    try {
      body = encryptPush(Buffer.from(JSON.stringify(payload)), entry);
      authorization = await options.vapid.authorization(new URL(entry.endpoint).origin);
    } catch {
      return failed('permanent', 'The keys of the subscription are not valid.', 'unknown');
    }
    const answer = await client.post(
      entry.endpoint,
      {
        ...headers,
        authorization,
        'content-encoding': 'aes128gcm',
        'content-type': 'application/octet-stream',
      },
      body,
      signal,
    );
    return pushResult(answer);
  };

  return {
    name: 'push',
    confirms: 'on-device',
    send: (entry, message, signal) => {
      const payload = callsPayload(message, options.details, entry.language);
      const headers = { urgency: urgencies[payload.priority], ...topicHeader(message) };
      return post(entry, payload, headers, message.uselessAfterMs, signal);
    },
    check: (entry, { checkId }, signal) =>
      post(entry, { type: 'check', checkId }, { urgency: 'normal', topic: 'check' }, now() + checkMsMax, signal),
    isDown: (entry) => courier.isDown(hostOf(entry), entry.reachId),
    close: async () => client.close(),
  };
}

/**
 * Returns the host and port of a push service; empty if the endpoint is not an address. A try to such an endpoint fails
 * for good.
 */
function hostOf({ endpoint }: PushEntry): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : '';
}

/**
 * Returns the header TTL: the time for which the push service keeps a message for a phone that is off. If the phone got
 * the message later, an old alarm would look new.
 */
function ttlHeader(leftMs: number): Readonly<Record<string, string>> {
  return { ttl: String(Math.min(Math.max(Math.floor(leftMs / 1_000), 0), ttlSecondsMax)) };
}

/**
 * Returns the header `topic`. A newer message with the same topic replaces an older message that the phone does not
 * have yet (RFC 8030, 5.4). Only messages about a single alarm have a topic, so that no message removes a message about
 * another alarm.
 */
function topicHeader({ alarms, onlyCounted }: OutgoingMessage): Readonly<Record<string, string>> {
  const [first, second] = alarms;
  if (!first || second || onlyCounted > 0) return {};
  return { topic: createHash('sha256').update(`alarm ${first.alarmId}`).digest('base64url').slice(0, 32) };
}

/**
 * Returns the content of a push message, which the service worker gets.
 * @param details what the notification may show
 * @param language the language of the person; undefined: English
 */
export function callsPayload(
  message: OutgoingMessage,
  details: MessageDetails,
  language: PushEntry['language'],
): PushCalls {
  const { title, lines } = messageText(message, details, language);
  const [first] = message.alarms;
  const payload = (calls: PushCalls['calls'], bodyLines: readonly string[]): PushCalls => ({
    type: 'calls',
    messageId: message.messageId,
    title,
    body: bodyLines.join('\n').slice(0, 1_000),
    priority: first?.priority ?? 'high',
    tag: first && message.alarms.length + message.onlyCounted === 1 ? first.alarmId : 'alarms',
    calls,
  });
  const calls = message.alarms.slice(0, callsMax).map(({ alarmId, callId }) => ({ alarmId, callId }));
  const isTooLong = () => Buffer.byteLength(JSON.stringify(payload(calls, lines))) > plainBytesMax;
  while (calls.length > 1 && isTooLong()) calls.pop();
  return payload(calls, lines);
}

function pushResult(answer: Awaited<ReturnType<HttpsClient['post']>>): TryResult {
  if (answer.kind === 'failed') return failed(answer.class, answer.reason, answer.isHostFault ? 'fails' : 'unknown');
  const { status, retryAfterMs } = answer;
  const host = hostSignOf(status);
  // The subscription has expired. RFC 8030, 7.3, requires 404. Some push services answer 410 instead.
  const result = httpResult(status, [404, 410]);
  return {
    result: result.kind === 'taken' ? { kind: 'reached', stage: 'taken' } : result,
    host,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

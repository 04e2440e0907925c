/**
 * Sends the committed messages through the channels. The sender compares the messages that it is sending with the
 * unsent messages of the book. So after a kill, a message without confirmation is sent again with the same id. The
 * sender stops a message that nobody needs any more.
 *
 * The sender sends nothing while this process does not decide. Another process may deliver then, and this process does
 * not know the answers that the other process got.
 *
 * Guarantees: no message is sent before its `message` event is committed, because `sync` gets only a book with
 * committed events. A slow message does not delay messages to other persons: messages are sent at the same time, with a
 * maximum for each person.
 */
import type { Logger } from 'pino';
import type { ReachEntry } from '../../contracts/messages/delivery-commands.ts';
import type { DeliveryChannel } from '../../contracts/messages/delivery-policy.ts';
import { thrownAtText } from '../../process/thrown-at.ts';
import { attempt, runAfter, runEvery } from '../../process/timer-tasks.ts';
import type { Channel, OutgoingMessage } from './channels/channel.ts';
import { sendToPerson } from './channels/send-to-person.ts';
import { type Book, wantedCalls } from './core/book.ts';
import type { MessageDecision } from './core/events.ts';
import type { Place } from './core/inputs.ts';
import { namedMax } from './core/messages.ts';
import type { Report } from './core/take.ts';

/** Maximum number of messages that are being sent at once (ours). */
export const sendsMax = 200;
/** Maximum number of messages to one person that are being sent at once through a channel (ours). */
export const sendsPerPersonMax = 4;
/** A message that a person cannot answer is useful for this time, ms (ours). */
const informingMs = 5 * 60_000;
/** Pause before a message is tried again after the channel gave up, ms. The pause doubles each time. */
const retryMsMin = 2_000;
const retryMsMax = 30_000;
/** How often this code checks whether the process still decides, ms (ours). */
const lookEveryMs = 500;

export type Channels = ReadonlyMap<DeliveryChannel, Channel>;

type Sending = {
  readonly message: MessageDecision;
  controller: AbortController;
  state: 'waiting' | 'sending' | 'reported';
  tries: number;
  retryAtMs: number;
};

export type Sender = {
  /** Starts to send each unsent message of the book, and stops each message that the book does not have any more. */
  sync(book: Book): void;
  /** Returns the number of messages that wait, and the number of messages that are being sent. */
  counts(): { readonly waiting: number; readonly sending: number };
  /** Stops all sends at once. Nothing leaves after that. */
  close(): void;
};

export type SenderOptions = {
  readonly channels: Channels;
  readonly entriesOf: (userId: string, channel: DeliveryChannel) => readonly ReachEntry[];
  readonly placeOf: (associationId: string) => Place;
  /** Returns the time zone of a ward; undefined if it is not known. */
  readonly zoneOf: (ward: string | null) => string | undefined;
  readonly report: (message: MessageDecision, report: Report) => void;
  /** Called if a service reports that an entry of `reach` does not exist any more. */
  readonly onEnded: (entry: ReachEntry, reason: string) => void;
  /** Returns whether the process decides. While the process does not decide, nothing leaves. */
  readonly isDeciding: () => boolean;
  readonly now: () => number;
  readonly log: Pick<Logger, 'error'>;
};

export function createSender(options: SenderOptions): Sender {
  const { report, now } = options;
  const all = new Map<string, Sending>();
  let current: Book | undefined;
  let timer: NodeJS.Timeout | undefined;
  let watch: NodeJS.Timeout | undefined;
  let isClosed = false;

  /** Checks regularly as long as there is something to send. */
  function watchDeciding(): void {
    if (isClosed || all.size === 0) {
      clearInterval(watch);
      watch = undefined;
    } else watch ??= runEvery('sender', lookEveryMs, () => (options.isDeciding() ? startWaiting() : stopForNow()));
  }

  function stopForNow(): void {
    clearTimeout(timer);
    interrupt(all.values());
  }

  function sync(book: Book): void {
    current = book;
    for (const [id, sending] of all) {
      if (book.unsent.has(id)) continue;
      sending.controller.abort();
      all.delete(id);
    }
    for (const [id, message] of book.unsent)
      if (!all.has(id))
        all.set(id, { message, controller: new AbortController(), state: 'waiting', tries: 0, retryAtMs: 0 });
    watchDeciding();
    startWaiting();
  }

  function startWaiting(): void {
    clearTimeout(timer);
    if (isClosed || !options.isDeciding()) return;
    const { ready, nextRetryMs } = readyOf([...all.values()], now());
    for (const sending of ready) {
      sending.state = 'sending';
      attempt('sender', () => send(sending));
    }
    if (Number.isFinite(nextRetryMs)) timer = runAfter('sender', Math.max(0, nextRetryMs - now()), startWaiting);
  }

  async function send(sending: Sending): Promise<void> {
    const { message, controller } = sending;
    const result = await sendToAll(options, current, message, controller.signal).catch((error: unknown): Report => {
      // An error that is not caught would end this process, and each next process, because each process sends this
      // message again.
      const reason = `The code failed${thrownAtText(error)}.`;
      options.log.error({ messageId: message.messageId, reason }, 'a fault of Vigil: a message could not be sent');
      return fault;
    });
    if (controller.signal.aborted || isClosed) return startWaiting();
    try {
      take(sending, result);
    } finally {
      startWaiting();
    }
  }

  /** Reports a result, and notes when a failed message is sent again. */
  function take(sending: Sending, result: Report): void {
    const { message, tries } = sending;
    const isTransient = result.kind === 'failed' && result.class === 'transient';
    sending.state = isTransient ? 'waiting' : 'reported';
    sending.retryAtMs = now() + Math.min(retryMsMin * 2 ** tries, retryMsMax);
    sending.tries += 1;
    if (!isTransient || tries === 0) report(message, result);
  }

  return {
    sync,
    counts: () => ({
      waiting: [...all.values()].filter(({ state }) => state === 'waiting').length,
      sending: [...all.values()].filter(({ state }) => state === 'sending').length,
    }),
    close() {
      isClosed = true;
      clearTimeout(timer);
      watchDeciding();
      for (const { controller } of all.values()) controller.abort();
    },
  };
}

/** Aborts the messages that are being sent. They are sent again later, with the same ids. */
function interrupt(all: Iterable<Sending>): void {
  for (const sending of all) {
    if (sending.state !== 'sending') continue;
    sending.controller.abort();
    sending.controller = new AbortController();
    sending.state = 'waiting';
  }
}

/** Returns the messages that may be sent now, and the time at which the next message may be tried again. */
function readyOf(all: readonly Sending[], nowMs: number): { readonly ready: Sending[]; readonly nextRetryMs: number } {
  const running = all.filter(({ state }) => state === 'sending');
  let free = sendsMax - running.length;
  const ofPerson = new Map<string, number>();
  for (const { message } of running) ofPerson.set(slotOf(message), (ofPerson.get(slotOf(message)) ?? 0) + 1);
  let nextRetryMs = Number.POSITIVE_INFINITY;
  const ready = all.filter((sending) => {
    if (sending.state !== 'waiting' || isUseless(sending.message, nowMs)) return false;
    if (sending.retryAtMs > nowMs) nextRetryMs = Math.min(nextRetryMs, sending.retryAtMs);
    const count = ofPerson.get(slotOf(sending.message)) ?? 0;
    if (sending.retryAtMs > nowMs || free < 1 || count >= sendsPerPersonMax) return false;
    free -= 1;
    ofPerson.set(slotOf(sending.message), count + 1);
    return true;
  });
  return { ready, nextRetryMs };
}

/**
 * Sends to all addresses that the person has for the channel. Returns the furthest stage that the message reached at
 * any address.
 */
async function sendToAll(
  { channels, entriesOf, placeOf, zoneOf, onEnded }: SenderOptions,
  book: Book | undefined,
  message: MessageDecision,
  signal: AbortSignal,
): Promise<Report> {
  const channel = channels.get(message.channel);
  const entries = entriesOf(message.userId, message.channel);
  if (!channel || entries.length === 0 || !book) return noAddress;
  const outgoing = outgoingOf(book, message, placeOf, zoneOf);
  return sendToPerson(entries, (entry) => channel.send(entry, outgoing, signal), onEnded);
}

const fault: Report = {
  kind: 'failed',
  class: 'permanent',
  reason: 'A fault in Vigil: it could not make the message.',
};
const noAddress: Report = { kind: 'failed', class: 'permanent', reason: 'The person has no address for this channel.' };
const slotOf = ({ userId, channel }: MessageDecision) => `${channel} ${userId}`;

/**
 * Returns whether a message is too old. If the code throws an error, the message is tried, and the error is reported.
 */
function isUseless(message: MessageDecision, nowMs: number): boolean {
  try {
    return uselessAfterMs(message) <= nowMs;
  } catch {
    return false;
  }
}

function uselessAfterMs({ calls, atMs }: MessageDecision): number {
  return Math.max(...calls.map(({ dueAtMs }) => (dueAtMs > atMs ? dueAtMs : atMs + informingMs)));
}

/** Returns the message as it leaves, without the alarms that were answered or have ended meanwhile. */
function outgoingOf(
  book: Book,
  message: MessageDecision,
  placeOf: SenderOptions['placeOf'],
  zoneOf: SenderOptions['zoneOf'],
): OutgoingMessage {
  const { messageId, userId, name } = message;
  const wanted = wantedCalls(book.state, message);
  const named = wanted.slice(0, namedMax).flatMap(({ alarmId, callId, dueAtMs }) => {
    const alarm = book.state.alarms.get(alarmId);
    if (!alarm) return [];
    const onset = new Date(alarm.freshAtMs).toISOString();
    const texts = book.texts.get(alarmId) ?? { text: 'Alarm', onsetAt: onset };
    const place = placeOf(alarm.associationId);
    const { priority } = alarm;
    return [{ alarmId, callId, ...place, zone: zoneOf(place.ward), priority, ...texts, dueAtMs }];
  });
  return {
    ...{ messageId, userId, name, alarms: named },
    onlyCounted: wanted.length - named.length,
    uselessAfterMs: uselessAfterMs(message),
  };
}

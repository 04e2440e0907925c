/**
 * The book: all that a delivery process remembers. The book contains the state of the rules, how far each message came,
 * and the messages that must still be sent. The book is computed from the records of the topic `deliveries`. So a
 * process that takes over has the same book as the former process. One exception: the newest text of an alarm comes
 * from its event (take.ts), and is in the log only after the next decision about the alarm. Pure.
 */
import type { DeliveryRecord, ReceiptSeen, ReceiptStage } from '../../../contracts/messages/deliveries.ts';
import { receiptStages } from '../../../contracts/messages/deliveries.ts';
import type { DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import type { AlarmDecision, MessageDecision } from './events.ts';
import { evolve } from './evolve.ts';
import { type Call, callsMax, initialState, type State } from './state.ts';
import { wantedCall } from './wanted.ts';

/** How far a call came through one channel, and since when, ms. */
export type Way = { readonly channel: DeliveryChannel; readonly stage: ReceiptStage; readonly atMs: number };
export type CallTrack = { readonly calledAtMs: number; readonly ways: readonly Way[] };
/** What a message shows about an alarm. */
export type AlarmText = { readonly text: string; readonly onsetAt: string; readonly onsetValue?: string };

export type Book = {
  readonly state: State;
  /** By alarm, then by call. */
  readonly tracks: ReadonlyMap<string, ReadonlyMap<string, CallTrack>>;
  readonly texts: ReadonlyMap<string, AlarmText>;
  /**
   * By id: the messages that a channel must still send. Messages of the channel `screen` are not in this map, because
   * pages read them from the log.
   */
  readonly unsent: ReadonlyMap<string, MessageDecision>;
  /** Ids of the last commands that were answered. A repeated command gets no second answer. */
  readonly answered: readonly string[];
  /** Ids of the entries of `reach` that do not exist any more; only the last ids are remembered. */
  readonly endedReach: readonly string[];
};

export const emptyBook: Book = {
  state: initialState,
  tracks: new Map(),
  texts: new Map(),
  unsent: new Map(),
  answered: [],
  endedReach: [],
};

const answeredMax = 1_000;
const endedMax = 10_000;

/** Returns the book after a record of `deliveries`. A repeated record has no effect. */
export function evolveBook(book: Book, record: DeliveryRecord): Book {
  const { event } = record;
  switch (event.type) {
    case 'message':
      return withMessage(book, event);
    case 'receipt': {
      const { alarmId, callId, channel, stage, atMs } = event;
      const unsent = unsentAfter(book.unsent, event);
      if (stage === undefined) return { ...book, unsent };
      return { ...book, unsent, tracks: withWay(book.tracks, alarmId, callId, { channel, stage, atMs }) };
    }
    case 'answer-seen':
      return { ...book, answered: newest(book.answered, event.commandId, answeredMax) };
    case 'reach-ended':
      return { ...book, endedReach: newest(book.endedReach, event.reachId, endedMax) };
    case 'reach-seen':
    case 'not-written':
      return book;
    default:
      return withDecision(book, event, 'after' in record ? record.after : undefined);
  }
}

/**
 * Returns the book after a record, also if the code throws an error for one part of the book. Then the state of the
 * rules moves on and a message is still sent, because the other alarms depend on them. The part that failed stays as it
 * was.
 */
export function evolveBookSafely(
  book: Book,
  record: DeliveryRecord,
): { readonly book: Book; readonly error?: unknown } {
  try {
    return { book: evolveBook(book, record) };
  } catch (error) {
    return { book: withPlainEvent(book, record), error };
  }
}

function withPlainEvent(book: Book, { event }: DeliveryRecord): Book {
  switch (event.type) {
    case 'receipt':
      // A message that has left must not be sent again by the next process.
      return { ...book, unsent: unsentAfter(book.unsent, event) };
    case 'answer-seen':
    case 'reach-seen':
    case 'reach-ended':
    case 'not-written':
      return book;
    case 'message': {
      const unsent = event.channel === 'screen' ? book.unsent : new Map(book.unsent).set(event.messageId, event);
      return { ...book, state: stateAfter(book.state, event), unsent };
    }
    default:
      return { ...book, state: stateAfter(book.state, event) };
  }
}

function stateAfter(state: State, event: AlarmDecision | MessageDecision): State {
  try {
    return evolve(state, event);
  } catch {
    return state;
  }
}

/** Returns the unsent messages after a report. The message has left, or can never leave. */
function unsentAfter(unsent: Book['unsent'], { messageId, stage, failure }: ReceiptSeen): Book['unsent'] {
  const isDone = stage !== undefined || failure?.class === 'permanent';
  return messageId !== undefined && isDone ? without(unsent, messageId) : unsent;
}

function withDecision(book: Book, event: AlarmDecision, after: Partial<AlarmText> | null | undefined): Book {
  const { alarmId } = event;
  const state = evolve(book.state, event);
  const { text, onsetAt, onsetValue } = after ?? {};
  const isOver = !state.alarms.has(alarmId);
  let { texts, tracks } = book;
  if (isOver) texts = without(texts, alarmId);
  else if (text !== undefined && onsetAt !== undefined)
    texts = new Map(texts).set(alarmId, { text, onsetAt, ...(onsetValue !== undefined && { onsetValue }) });
  if (event.type === 'round-started') tracks = without(tracks, alarmId);
  // If an alarm that is over begins again, its round may go on. So until the alarm is forgotten, the book keeps how far
  // the calls came.
  if (event.type === 'alarm-cleared')
    tracks = new Map([...tracks].filter(([id]) => state.alarms.has(id) || state.over.has(id)));
  if (event.type === 'called') tracks = withTrack(tracks, event, state.alarms.get(alarmId)?.round?.calls ?? []);
  return { ...book, state, texts, tracks, unsent: wantedOf(state, book.unsent) };
}

/** Adds a new call, and removes the calls that the round has dropped. */
function withTrack(
  tracks: Book['tracks'],
  { alarmId, call: { callId }, atMs }: Extract<AlarmDecision, { type: 'called' }>,
  calls: readonly Call[],
): Book['tracks'] {
  const ofAlarm = tracks.get(alarmId) ?? new Map<string, CallTrack>();
  if (ofAlarm.has(callId)) return tracks;
  const after = new Map(ofAlarm).set(callId, { calledAtMs: atMs, ways: [] });
  const ids = new Set(calls.map((call) => call.callId));
  if (after.size > callsMax) for (const id of after.keys()) if (!ids.has(id)) after.delete(id);
  return new Map(tracks).set(alarmId, after);
}

function withMessage(book: Book, event: MessageDecision): Book {
  const { calls, channel, atMs, messageId } = event;
  const tracks = calls.reduce(
    (all, { alarmId, callId }) => withWay(all, alarmId, callId, { channel, stage: 'sent', atMs }),
    book.tracks,
  );
  const state = evolve(book.state, event);
  const isNew = !book.unsent.has(messageId) && channel !== 'screen' && wantedCalls(state, event).length > 0;
  const unsent = isNew ? new Map(book.unsent).set(messageId, event) : book.unsent;
  return { ...book, state, tracks, unsent };
}

/** Returns those calls of a message that the person must still get. */
export function wantedCalls(state: State, { calls, channel }: MessageDecision): MessageDecision['calls'] {
  return calls.filter((call) => wantedCall(state, call, channel) !== undefined);
}

function wantedOf(state: State, unsent: Book['unsent']): Book['unsent'] {
  const isWanted = (message: MessageDecision) => {
    try {
      return wantedCalls(state, message).length > 0;
    } catch {
      // An error about one message must not change what the other persons get. The sender reports this message.
      return true;
    }
  };
  const wanted = [...unsent].filter(([, message]) => isWanted(message));
  return wanted.length === unsent.size ? unsent : new Map(wanted);
}

const rankOf = (stage: ReceiptStage): number => receiptStages.indexOf(stage);

/**
 * Returns how far a call is known to have come through a channel; undefined if nothing was sent through this channel.
 */
export function wayOf(book: Book, alarmId: string, callId: string, channel: DeliveryChannel): Way | undefined {
  return book.tracks
    .get(alarmId)
    ?.get(callId)
    ?.ways.find((way) => way.channel === channel);
}

/** Returns whether the first stage is further than the second stage. */
export const isFurther = (stage: ReceiptStage, than: ReceiptStage): boolean => rankOf(stage) > rankOf(than);

function withWay(tracks: Book['tracks'], alarmId: string, callId: string, way: Way): Book['tracks'] {
  const ofAlarm = tracks.get(alarmId);
  const track = ofAlarm?.get(callId);
  if (!ofAlarm || !track) return tracks;
  const before = track.ways.find(({ channel }) => channel === way.channel);
  if (before && !isFurther(way.stage, before.stage)) return tracks;
  const ways = [...track.ways.filter(({ channel }) => channel !== way.channel), way];
  return new Map(tracks).set(alarmId, new Map(ofAlarm).set(callId, { ...track, ways }));
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

function newest(ids: readonly string[], id: string, max: number): readonly string[] {
  return ids.includes(id) ? ids : [...ids, id].slice(-max);
}

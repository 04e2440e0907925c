/**
 * The delivery board: what the server knows about the delivery of alarms to persons, from the topics `deliveries` and
 * `reach`. The fold functions change the board in place and have no other effect. Every map has a maximum; above the
 * maximum, the entry that was set longest ago is removed.
 */
import type { DeliveryRecord, DeliveryView, ReachSeen, ReceiptStage } from '../../../contracts/messages/deliveries.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import type { CallChain, DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import type { AskedPage } from '../../../contracts/messages/delivery-progress.ts';
import { visibleText } from '../../../contracts/text.ts';

/** Maximum number of alarms whose delivery is remembered: as many as the screens can have (state.ts). */
export const deliveriesMax = 20_000;
/** Maximum number of remembered answers of the delivery process. A request waits 5 s for its answer. */
export const answersMax = 1_000;
/** Maximum number of persons for which the board remembers whether Vigil can reach them. */
export const reachedPersonsMax = 5_000;
/** Maximum number of channels and entries of one person that the board remembers. */
const reachOfPersonMax = 32;
/** Maximum number of entries of the topic `reach`, and of entries that a service has ended. */
export const entriesMax = 20_000;
/** Maximum number of called persons that the board remembers for one alarm. A chain has at most 8 steps. */
const calledMax = 256;

type EventOf<Type extends DeliveryRecord['event']['type']> = Extract<DeliveryRecord['event'], { type: Type }>;
export type AnswerSeen = EventOf<'answer-seen'>;

export type AlarmDelivery = {
  readonly view: DeliveryView;
  /** Number of the last change of this delivery. */
  readonly changeNo: number;
  /** The chain of the present round; undefined if the server started to read after the round had started. */
  readonly chain: CallChain | undefined;
  /** Every person that the alarm has called, in this round or an earlier round. */
  readonly calledUserIds: ReadonlySet<string>;
};

/** Whether a person can be reached through one channel, or through one entry of the topic `reach`. */
export type ChannelReach = {
  readonly channel: DeliveryChannel;
  /** The entry; undefined for the channel `screen`, and for a receipt that names no entry. */
  readonly reachId: string | undefined;
  /** The newest result: the person was reached up to a stage, or could not be reached. */
  readonly result:
    | { readonly state: 'reached'; readonly stage: ReceiptStage; readonly atMs: number }
    | { readonly state: 'down'; readonly reason: string | undefined; readonly atMs: number }
    | undefined;
  /**
   * The newest canary that was sent after the newest result. The person may have confirmed this canary, because an
   * unchanged result is not written again.
   */
  readonly asked: { readonly checkId: string; readonly atMs: number } | undefined;
};

export type DeliveryBoard = {
  /** Number of the last change of a delivery. */
  changeNo: number;
  readonly deliveries: Map<string, AlarmDelivery>;
  readonly answers: Map<string, AnswerSeen>;
  /** By user id, then by channel and entry. */
  readonly reach: Map<string, Map<string, ChannelReach>>;
  /** The entries of the topic `reach`, by `reachId`. They contain secrets, which must never leave the server. */
  readonly entries: Map<string, ReachEntry>;
  /** The entries that a service has ended, with the reason. */
  readonly ended: Map<string, EventOf<'reach-ended'>>;
  /** False until everything that was in the topics at the start has been read. */
  isRead: boolean;
};

export function emptyDeliveryBoard(): DeliveryBoard {
  return {
    changeNo: 0,
    deliveries: new Map(),
    answers: new Map(),
    reach: new Map(),
    entries: new Map(),
    ended: new Map(),
    isRead: false,
  };
}

/** Folds a record of the topic `deliveries` into the board. */
export function foldDelivery(board: DeliveryBoard, record: DeliveryRecord): void {
  const { event } = record;
  switch (event.type) {
    case 'message':
    case 'not-written':
      return;
    case 'answer-seen':
      remember(board.answers, event.commandId, event, answersMax);
      return;
    case 'reach-seen':
      noteReachSeen(board, event);
      return;
    case 'reach-ended':
      remember(board.ended, event.reachId, event, entriesMax);
      return;
    case 'receipt':
      noteReceipt(board, event);
      if ('after' in record && record.after) noteView(board, record.after, event);
      return;
    default:
      if (!('after' in record)) return;
      if (record.after) noteView(board, record.after, event);
      else if (board.deliveries.delete(event.alarmId)) board.changeNo += 1;
  }
}

function noteView(board: DeliveryBoard, after: DeliveryView, event: DeliveryRecord['event']): void {
  const former = board.deliveries.get(after.alarmId);
  const called = new Set(former?.calledUserIds);
  for (const { userId } of after.calls) if (called.size < calledMax) called.add(userId);
  board.changeNo += 1;
  remember(
    board.deliveries,
    after.alarmId,
    {
      view: visibleView(after),
      changeNo: board.changeNo,
      chain: event.type === 'round-started' ? event.chain : former?.chain,
      calledUserIds: called,
    },
    deliveriesMax,
  );
}

/** Returns the view with names, places and text in which misleading characters are visible. */
function visibleView(view: DeliveryView): DeliveryView {
  const named = <T extends { readonly name: string }>(person: T): T => ({ ...person, name: visibleText(person.name) });
  return {
    ...view,
    ward: view.ward === null ? null : visibleText(view.ward),
    bed: view.bed === null ? null : visibleText(view.bed),
    ...(view.text !== undefined && { text: visibleText(view.text) }),
    acceptedBy: view.acceptedBy.map(named),
    calls: view.calls.map(named),
  };
}

function noteReachSeen(board: DeliveryBoard, event: ReachSeen): void {
  const { userId, channel, reachId, checkId, atMs, state, stage = 'sent', reason } = event;
  const former = reachOf(board, userId, channel, reachId);
  if (state === 'asked') setReach(board, userId, { ...former, asked: { checkId, atMs } });
  else {
    const result = state === 'reached' ? ({ state, stage, atMs } as const) : ({ state, reason, atMs } as const);
    setReach(board, userId, { ...former, result, asked: undefined });
  }
}

/**
 * Notes the canaries that pages must answer. The delivery process repeats each canary every few seconds until a page
 * answers.
 * @returns whether a canary is new
 */
export function noteAskedPages(board: DeliveryBoard, asked: readonly AskedPage[]): boolean {
  const added = asked.filter(({ userId, atMs }) => {
    const { asked: former, result } = reachOf(board, userId, 'screen', undefined);
    return atMs > (former?.atMs ?? 0) && atMs > (result?.atMs ?? 0);
  });
  for (const { userId, checkId, atMs } of added)
    setReach(board, userId, { ...reachOf(board, userId, 'screen', undefined), asked: { checkId, atMs } });
  return added.length > 0;
}

/** Notes that a message reached the person. A failed message does not prove that the person cannot be reached. */
function noteReceipt(board: DeliveryBoard, { userId, channel, stage, atMs }: EventOf<'receipt'>): void {
  if (stage === undefined || stage === 'sent') return;
  const former = reachOf(board, userId, channel, undefined);
  setReach(board, userId, { ...former, result: { state: 'reached', stage, atMs } });
}

const reachKey = (channel: DeliveryChannel, reachId: string | undefined) => `${channel} ${reachId ?? ''}`;

/** Returns what is known about a channel or an entry of a person. */
export function reachOf(
  board: Pick<DeliveryBoard, 'reach'>,
  userId: string,
  channel: DeliveryChannel,
  reachId: string | undefined,
): ChannelReach {
  const reach = board.reach.get(userId)?.get(reachKey(channel, reachId));
  return reach ?? { channel, reachId, result: undefined, asked: undefined };
}

function setReach(board: DeliveryBoard, userId: string, reach: ChannelReach): void {
  const ofPerson = board.reach.get(userId) ?? new Map<string, ChannelReach>();
  remember(ofPerson, reachKey(reach.channel, reach.reachId), reach, reachOfPersonMax);
  remember(board.reach, userId, ofPerson, reachedPersonsMax);
}

/** Folds a record of the topic `reach` into the board; `entry` is null for a tombstone. */
export function foldReachEntry(board: DeliveryBoard, reachId: string, entry: ReachEntry | null): void {
  if (entry === null) board.entries.delete(reachId);
  else remember(board.entries, reachId, entry, entriesMax);
}

/** Sets the newest value of a key. Above the maximum, removes the value that was set longest ago. */
function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, max: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > max) map.delete(map.keys().next().value as Key);
}

/**
 * Makes the story of each call about an alarm from the records of the delivery process: when the person was called,
 * which messages left, what the channels confirmed, and how the call ended.
 */
import type { Duty } from '../messages/assignments.ts';
import type { DeliveryRecord, ReceiptStage } from '../messages/deliveries.ts';
import type { DeliveryChannel } from '../messages/delivery-policy.ts';
import { type ReachState, reachBefore } from './reach.ts';
import type { AlarmRecords, Logged } from './records.ts';

export type DeliveryEvent = DeliveryRecord['event'];
export type EventOf<Type extends DeliveryEvent['type']> = Extract<DeliveryEvent, { readonly type: Type }>;

export type SeenStage = { readonly stage: ReceiptStage; readonly atMs: number };
export type ChannelFailure = {
  readonly class: 'transient' | 'permanent';
  readonly reason: string;
  readonly atMs: number;
};

/** What is known about a call in one channel. All times are ms since 1970. */
export type CallChannel = {
  readonly channel: DeliveryChannel;
  /** When the message left; undefined if the log has no such event. */
  readonly sentMs: number | undefined;
  /** The confirmed stages, each with its first time, in the order of the log. */
  readonly stages: readonly SeenStage[];
  readonly failures: readonly ChannelFailure[];
  /** The result of the last canary before the call. */
  readonly reach: ReachState;
};

/**
 * How a call ended. `stopped`: before an answer, the alarm was acknowledged or ended, or another alarm called instead.
 * `not-known`: no record shows the end.
 */
export type CallEnd =
  | EventOf<'call-ended'>['outcome']
  | 'accepted'
  | 'accepted-then-gone'
  | 'rejected'
  | 'informed'
  | 'stopped'
  | 'expired'
  | 'not-known';

export type CallStory = {
  readonly callId: string;
  readonly round: number;
  readonly userId: string;
  readonly name: string;
  readonly duty: Duty;
  readonly calledMs: number;
  /** How long Vigil waits for the answer, ms; 0 if the person cannot answer through these channels. */
  readonly waitMs: number;
  /** How often the person was called before in this round. */
  readonly repeat: number;
  readonly channels: readonly CallChannel[];
  /**
   * The channels of the policy that were not used, because they had already called the person, or could not reach the
   * person.
   */
  readonly leftOut: readonly { readonly channel: DeliveryChannel; readonly reach: ReachState }[];
  readonly end: CallEnd;
  readonly endMs: number | undefined;
};

/** Returns the events of one type about this alarm, in the order of the log. */
export function deliveryEventsOf<
  Type extends Exclude<DeliveryEvent['type'], 'message' | 'reach-seen' | 'reach-ended' | 'not-written'>,
>(
  { alarmId, deliveries }: Pick<AlarmRecords, 'alarmId' | 'deliveries'>,
  type: Type,
): (EventOf<Type> & { readonly appendedMs: number })[] {
  return deliveries.items.flatMap(({ body: { event }, appendedMs }) =>
    event.type === type && 'alarmId' in event && event.alarmId === alarmId
      ? [{ ...(event as EventOf<Type>), appendedMs }]
      : [],
  );
}

/** Returns the messages with a call of this alarm, without repeats. */
export function messagesOf({
  alarmId,
  deliveries,
}: Pick<AlarmRecords, 'alarmId' | 'deliveries'>): EventOf<'message'>[] {
  const messages = new Map<string, EventOf<'message'>>();
  for (const { body } of deliveries.items) {
    const { event } = body;
    if (event.type !== 'message' || messages.has(event.messageId)) continue;
    if (event.calls.some((call) => call.alarmId === alarmId)) messages.set(event.messageId, event);
  }
  return [...messages.values()];
}

/** Returns the calls of the alarm, the first call first. A repeated record has no effect. */
export function callsOf(records: AlarmRecords): CallStory[] {
  const stories = new Map<string, CallStory>();
  for (const [index, { body }] of records.deliveries.items.entries()) {
    const { event } = body;
    if (event.type !== 'called' || event.alarmId !== records.alarmId || stories.has(event.call.callId)) continue;
    stories.set(event.call.callId, storyOf(records, event, index));
  }
  return [...stories.values()];
}

function storyOf(records: AlarmRecords, { round, call, atMs }: EventOf<'called'>, index: number): CallStory {
  const { callId, userId, name, duty, waitMs, repeat } = call;
  const receipts = deliveryEventsOf(records, 'receipt').filter((receipt) => receipt.callId === callId);
  const messages = messagesOf(records).filter((message) => message.calls.some((entry) => entry.callId === callId));
  const items = records.deliveries.items;
  const started = deliveryEventsOf(records, 'round-started').find((event) => event.round === round);
  const ofPolicy = started?.chain.steps[call.step]?.channels ?? [];
  return {
    ...{ callId, round, userId, name, duty, calledMs: atMs, waitMs, repeat },
    channels: call.channels.map((channel) => ({
      channel,
      sentMs: messages.find((message) => message.channel === channel)?.atMs,
      stages: firstStages(receipts.filter((receipt) => receipt.channel === channel)),
      failures: receipts.flatMap(({ channel: of, failure, atMs: failedMs }) =>
        of === channel && failure !== undefined ? [{ ...failure, atMs: failedMs }] : [],
      ),
      reach: reachBefore(items.slice(0, index), userId, channel),
    })),
    leftOut: ofPolicy
      .filter((channel) => !call.channels.includes(channel))
      .map((channel) => ({ channel, reach: reachBefore(items.slice(0, index), userId, channel) })),
    ...endOf(items.slice(index + 1), records.alarmId, { callId, round, userId, waitMs }),
  };
}

function firstStages(receipts: readonly EventOf<'receipt'>[]): SeenStage[] {
  const stages = new Map<ReceiptStage, SeenStage>();
  for (const { stage, atMs } of receipts)
    if (stage !== undefined && !stages.has(stage)) stages.set(stage, { stage, atMs });
  return [...stages.values()];
}

/** Returns how a call ended, from the events after it. */
function endOf(
  later: readonly Logged<DeliveryRecord>[],
  alarmId: string,
  { callId, round, userId, waitMs }: Pick<CallStory, 'callId' | 'round' | 'userId' | 'waitMs'>,
): Pick<CallStory, 'end' | 'endMs'> {
  if (waitMs === 0) return { end: 'informed', endMs: undefined };
  for (const { body } of later) {
    const { event } = body;
    if (!('alarmId' in event) || event.alarmId !== alarmId) continue;
    const endMs = event.atMs;
    switch (event.type) {
      case 'call-ended':
        if (event.callId === callId) return { end: event.outcome, endMs };
        break;
      case 'accepted':
      case 'rejected':
        if (event.userId !== userId || event.round !== round) break;
        if (event.type === 'accepted' && isGoneLater(later, callId)) return { end: 'accepted-then-gone', endMs };
        return { end: event.type, endMs };
      case 'expired':
        return { end: 'expired', endMs };
      case 'stopped':
      case 'alarm-cleared':
        return { end: 'stopped', endMs };
      default:
        break;
    }
  }
  return { end: 'not-known', endMs: undefined };
}

/** Returns whether the person of a call left the duty. */
const isGoneLater = (later: readonly Logged<DeliveryRecord>[], callId: string) =>
  later.some(
    ({ body: { event } }) => event.type === 'call-ended' && event.callId === callId && event.outcome === 'gone',
  );

/** Returns whether a channel confirmed that the call reached the person's device or a page of the person. */
export function hadIt({ channels }: CallStory): boolean {
  return channels.some(({ stages }) => stages.some(({ stage }) => onDeviceStages.includes(stage)));
}
const onDeviceStages: readonly ReceiptStage[] = ['on-device', 'painted', 'answered'];

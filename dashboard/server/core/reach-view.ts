/**
 * Decides from the newest canaries and receipts whether persons can be reached now. The results never contain a secret
 * of an entry.
 */
import { canAnswer } from '../../../contracts/delivery-policy.ts';
import { minuteMs } from '../../../contracts/durations.ts';
import { absenceAt, dutiesNow } from '../../../contracts/duties.ts';
import { type DutyState, dutiesOf } from '../../../contracts/duty-state.ts';
import { type ReceiptStage, receiptStages } from '../../../contracts/messages/deliveries.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { type DeliveryChannel, deliveryChannels } from '../../../contracts/messages/delivery-policy.ts';
import { reachNotedEveryMs } from '../../../contracts/reach-pace.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { MyReach, ReachState, WardReach } from '../../protocol/delivery.ts';
import { type ChannelReach, type DeliveryBoard, reachOf } from './delivery-board.ts';

/**
 * A result that is older than this says nothing about the present (ours). If a result does not change, the delivery
 * process writes the result again only after `reachNotedEveryMs`, with the next canary. A canary is sent at least every
 * 10 min, and is answered within 1 min. So an unchanged result is written with every second canary, less than 20 min
 * after the result before it. If that canary is not answered or not sent, the result counts as old.
 */
export const reachFreshMs = reachNotedEveryMs + 11 * minuteMs;

type Board = Pick<DeliveryBoard, 'reach' | 'entries' | 'ended'>;

const noEntryTexts: Readonly<Record<DeliveryChannel, string>> = {
  screen: 'No page of Vigil has answered.',
  push: 'No device is registered for messages.',
  mail: 'No mail address is registered.',
  webhook: 'No other system is registered.',
};

/** Returns the entries of a person, the oldest first. */
export function entriesOf(board: Pick<DeliveryBoard, 'entries'>, userId: string): ReachEntry[] {
  return [...board.entries.values()]
    .filter((entry) => entry.userId === userId)
    .sort((a, b) => a.addedAt.localeCompare(b.addedAt) || a.reachId.localeCompare(b.reachId));
}

/** Returns the state of one channel of a person: the best state of its entries. */
export function channelState(board: Board, userId: string, channel: DeliveryChannel, nowMs: number): ReachState {
  if (channel === 'screen') return stateOf(reachOf(board, userId, channel, undefined), nowMs);
  const entries = entriesOf(board, userId).filter((entry) => entry.channel === channel);
  if (entries.length === 0) return { channel, state: 'down', reason: noEntryTexts[channel] };
  const states = entries.map((entry) => entryState(board, entry, nowMs));
  const receipt = reachOf(board, userId, channel, undefined);
  // A receipt does not say which entry has confirmed the message. If an entry has a result of a later canary, that
  // result counts.
  const mayCount = entries.some((entry, index) => {
    const { result } = reachOf(board, userId, channel, entry.reachId);
    return states[index]!.state !== 'down' && (result?.atMs ?? 0) < (receipt.result?.atMs ?? 0);
  });
  if (mayCount) states.push(stateOf(receipt, nowMs));
  return states.reduce((best, other) => (standingOf(other) > standingOf(best) ? other : best));
}

/** Returns the state of one entry. */
export function entryState(board: Board, { userId, channel, reachId }: ReachEntry, nowMs: number): ReachState {
  const ended = board.ended.get(reachId);
  if (ended && ended.channel === channel)
    return { channel, state: 'down', at: formatInstant(ended.atMs), reason: visibleText(ended.reason) };
  return stateOf(reachOf(board, userId, channel, reachId), nowMs);
}

function stateOf({ channel, result, asked }: ChannelReach, nowMs: number): ReachState {
  if (result && nowMs - result.atMs <= reachFreshMs) {
    const at = formatInstant(result.atMs);
    if (result.state === 'reached') return { channel, state: 'reached', stage: result.stage, at };
    return { channel, state: 'down', at, reason: visibleText(result.reason ?? 'Nothing came back.') };
  }
  if (asked && nowMs - asked.atMs <= reachFreshMs) return { channel, state: 'asked', at: formatInstant(asked.atMs) };
  return { channel, state: 'unknown', ...(result && { at: formatInstant(result.atMs) }) };
}

/**
 * Returns the rank of a state. A later stage has a higher rank. An unknown state has a higher rank than a channel that
 * is down.
 */
function standingOf({ state, stage = 'sent' }: ReachState): number {
  switch (state) {
    case 'down':
      return 0;
    case 'unknown':
      return 1;
    case 'asked':
      return 2;
    case 'reached':
      return 3 + receiptStages.indexOf(stage);
  }
}

/** Stages that only the person's device can report. */
const deviceStages: readonly ReceiptStage[] = ['on-device', 'painted', 'answered'];

/**
 * Returns whether a person can be reached now: the person's device has confirmed a message or canary of a channel on
 * which the person can answer.
 */
export function isReached(channels: readonly ReachState[]): boolean {
  return channels.some(
    ({ channel, state, stage }) =>
      canAnswer(channel) && state === 'reached' && stage !== undefined && deviceStages.includes(stage),
  );
}

/** Returns a person's own entries and their states. */
export function myReach(board: Board, userId: string, offers: MyReach['offers'], nowMs: number): MyReach {
  return {
    entries: entriesOf(board, userId).map((entry) => ({
      reachId: entry.reachId,
      channel: entry.channel,
      label: visibleText(entry.label),
      addedAt: entry.addedAt,
      address: addressOf(entry),
      state: entryState(board, entry, nowMs),
    })),
    screen: channelState(board, userId, 'screen', nowMs),
    offers,
  };
}

/** Returns what people may see of an address: of a URL only its host, because the path is a secret. */
function addressOf(entry: ReachEntry): string {
  switch (entry.channel) {
    case 'push':
      return hostOf(entry.endpoint);
    case 'mail':
      return visibleText(entry.address);
    case 'webhook':
      return hostOf(entry.url);
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

/** Returns the persons who have a duty in a ward now and are not away, and how Vigil can reach each of them. */
export function wardReach(board: Board, duties: DutyState, ward: string, isRunning: boolean, nowMs: number): WardReach {
  const wardDuties = dutiesOf(duties, ward);
  const persons = new Map(wardDuties.assignments.map(({ assignment }) => [assignment.userId, assignment.name]));
  const people = [...persons].flatMap(([userId, name]) => {
    const duties = [...new Set(dutiesNow(wardDuties, userId, nowMs))];
    if (duties.length === 0 || absenceAt(wardDuties, userId, nowMs)) return [];
    const channels = deliveryChannels
      .filter((channel) => canAnswer(channel) || entriesOf(board, userId).some((entry) => entry.channel === channel))
      .map((channel) => channelState(board, userId, channel, nowMs));
    return [{ userId, name: visibleText(name), duties, isReached: isReached(channels), channels }];
  });
  people.sort((a, b) => a.name.localeCompare(b.name));
  return { at: formatInstant(nowMs), people, isRunning };
}

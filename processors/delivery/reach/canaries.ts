/**
 * Sends the canaries that are due, and writes their results. This code runs only in the process that delivers. After a
 * restart, this code knows only the entries that have ended, so it tries each channel again at once.
 */
import type { Logger } from 'pino';
import { secondMs } from '../../../contracts/durations.ts';
import type { DutyState } from '../../../contracts/duty-state.ts';
import type { ReceiptSeen } from '../../../contracts/messages/deliveries.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { type DeliveryChannel, deliveryChannels } from '../../../contracts/messages/delivery-policy.ts';
import { type AskedPage, askedPagesMax } from '../../../contracts/messages/delivery-progress.ts';
import { attempt, noteTaskFailure, runEvery } from '../../../process/timer-tasks.ts';
import type { Channel, SendResult } from '../channels/channel.ts';
import { isChannelDown as isServiceDown } from '../channels/send-to-person.ts';
import {
  asked,
  type CheckResult,
  checkEvent,
  dueChecks,
  evolveReach,
  initialReach,
  isChannelDown,
  type ReachCheckState,
  type ReachEvent,
  type ReachTarget,
  silentPages,
  targetKey,
  waitingPages,
  withinMax,
} from './core/canary.ts';
import { lessThanNoted, mustNote, type NotedReach, noteReach, noteReceipt, withoutReach } from './core/noted.ts';
import { targetsOf, tryFrom } from './core/on-duty.ts';

/** How often this code checks which canaries are due, ms (ours). */
const lookEveryMs = 5 * secondMs;
/** Maximum number of canaries that start in one check (ours). Further canaries start in the next checks. */
export const checksMax = 100;

export type CanaryOptions = {
  readonly channels: ReadonlyMap<DeliveryChannel, Channel>;
  readonly duties: () => DutyState;
  readonly entriesOf: (userId: string, channel: DeliveryChannel) => readonly ReachEntry[];
  /** All entries of all persons. */
  readonly allEntries: () => Iterable<ReachEntry>;
  /** Entries that had ended before this process started to deliver. */
  readonly ended: readonly string[];
  /** Writes an event into `deliveries`. */
  readonly emit: (event: ReachEvent) => void;
  /**
   * Asks open pages to answer, by a record that the dashboards read. Called again every 5 s, until the pages have
   * answered or 60 s have passed.
   */
  readonly askPages: (asked: readonly AskedPage[]) => void;
  readonly newId: () => string;
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn'>;
};

/** The answer of a page or a service worker to a canary. */
export type CheckAnswer = {
  readonly checkId: string;
  readonly userId: string;
  readonly stage: 'on-device' | 'painted';
};

const reachStates = ['reached', 'asked', 'down'] as const;
export type ReachCount = {
  readonly channel: DeliveryChannel;
  readonly state: (typeof reachStates)[number];
  readonly count: number;
};

export type Canaries = {
  answer(answer: CheckAnswer): void;
  /** Notes that an entry has ended: its service reported this when a message was sent to the entry. */
  noteEnded(event: Extract<ReachEvent, { type: 'reach-ended' }>): void;
  /**
   * Notes that a message about an alarm was confirmed, because the pages then show this confirmation instead of the
   * last canary.
   */
  noteReceipt(event: ReceiptSeen): void;
  isDown(userId: string, channel: DeliveryChannel): boolean;
  /**
   * Returns the number of targets, for each channel and state. A target that failed and is tried again counts as
   * `down`.
   */
  counts(): readonly ReachCount[];
  close(): void;
};

const channelNames: readonly DeliveryChannel[] = ['push', 'mail', 'webhook'];

export function startCanaries(options: CanaryOptions): Canaries {
  const { channels, entriesOf, newId, now } = options;
  const closing = new AbortController();
  let state: ReachCheckState = { ...initialReach, ended: new Set(options.ended) };
  let noted: NotedReach = new Map();
  let targets: readonly ReachTarget[] = [];
  const tried = createTriedEntries();

  const take = (event: ReachEvent | undefined) => {
    if (event === undefined || closing.signal.aborted) return;
    state = evolveReach(state, event);
    if (mustNote(noted, event)) note(event);
  };

  const note = (event: ReachEvent) => {
    noted = noteReach(noted, event);
    options.emit(event);
  };

  const look = () => {
    targets = targetsOf(options.duties(), (userId) => allEntriesOf(entriesOf, userId), options.allEntries(), now());
    for (const event of silentPages(state, now())) take(event);
    for (const event of lessThanNoted(state, noted, now())) note(event);
    for (const target of dueChecks(state, targets, spreadOf, isChanged, now()).slice(0, checksMax)) check(target);
    const waiting = waitingPages(state, now());
    if (waiting.length > 0) options.askPages(waiting.slice(-askedPagesMax));
  };

  const entryOf = ({ userId, channel, reachId }: ReachTarget) =>
    entriesOf(userId, channel).find((entry) => entry.reachId === reachId);

  const isChanged = (target: ReachTarget) => tried.isChanged(entryOf(target));

  const check = (target: ReachTarget) => {
    const checkId = newId();
    const { userId, name } = target;
    const takeResult = (result: CheckResult) => take(checkEvent(state, checkId, userId, result, now()));
    const entry = entryOf(target);
    // The former result is dropped, so that the new result is written even if the two results are equal.
    if (entry && isChanged(target)) noted = withoutReach(noted, entry.reachId);
    tried.note(entry);
    take(asked(target, checkId, now(), entry?.testedAt));
    // The function `look` asks the pages.
    if (target.channel === 'screen') return;
    const channel = channels.get(target.channel);
    if (!entry || !channel) return takeResult(notSetUp);
    // `Promise.try` also catches an error that the channel throws at once. This error would stop the canaries to the
    // other targets.
    void Promise.try(() => channel.check(entry, { checkId, userId, name }, closing.signal))
      .catch((error: unknown): SendResult => {
        options.log.warn({ err: error, channel: target.channel }, 'a canary failed unexpectedly');
        return { kind: 'failed', class: 'transient', reason: 'The channel failed unexpectedly.' };
      })
      .then((result) => {
        // A service that asks for fewer messages works, so this is no failure. A later canary shows how far messages
        // come.
        if (result.kind !== 'failed' || !result.asksToWait) takeResult(result);
      });
  };

  const timer = runEvery('reach-canaries', lookEveryMs, look);
  attempt('reach-canaries', look, lookEveryMs);

  return {
    answer: ({ checkId, userId, stage }) => take(checkEvent(state, checkId, userId, { kind: 'reached', stage }, now())),
    noteEnded(event) {
      state = evolveReach(state, event);
      noted = noteReach(noted, event);
    },
    noteReceipt(event) {
      noted = noteReceipt(noted, event);
    },
    isDown(userId, channel) {
      const entries = entriesOf(userId, channel);
      return isChannelDown(state, channel, entries, now()) || hasFailedHosts(channels.get(channel), entries);
    },
    counts: () => countsOf(targets, state),
    close() {
      closing.abort();
      clearInterval(timer);
    },
  };
}

/**
 * Returns the entries of a person in all channels; none if the code throws an error. Then the canaries of others go on.
 */
function allEntriesOf(entriesOf: CanaryOptions['entriesOf'], userId: string): readonly ReachEntry[] {
  try {
    return channelNames.flatMap((channel) => entriesOf(userId, channel));
  } catch (error) {
    noteTaskFailure('reach-canaries', error);
    return [];
  }
}

/** Returns whether the hosts of all these entries have failed. */
function hasFailedHosts(channel: Channel | undefined, entries: readonly ReachEntry[]): boolean {
  return channel !== undefined && isServiceDown(channel, entries);
}

const notSetUp: CheckResult = { kind: 'failed', reason: 'The hospital has not set up this channel.' };

/** Remembers which entries a canary has tried. A person or an operator writes an entry again to test the entry. */
function createTriedEntries() {
  /** When each tried entry was written, by the id of the entry. */
  const writtenAt = new Map<string, string>();
  return {
    isChanged: (entry: ReachEntry | undefined) =>
      entry !== undefined && writtenAt.get(entry.reachId) !== tryFrom(entry),
    note(entry: ReachEntry | undefined): void {
      if (entry) withinMax(writtenAt.set(entry.reachId, tryFrom(entry)));
    },
  };
}

function countsOf(targets: readonly ReachTarget[], state: ReachCheckState): ReachCount[] {
  const found = targets.map((target) => {
    const targetState = state.targets.get(targetKey(target));
    const isDown = targetState?.state === 'asked' && targetState.failures > 0;
    return `${target.channel} ${isDown ? 'down' : (targetState?.state ?? 'asked')}`;
  });
  const countOf = (name: string) => found.filter((foundName) => foundName === name).length;
  return deliveryChannels.flatMap((channel) =>
    reachStates.map((name) => ({ channel, state: name, count: countOf(`${channel} ${name}`) })),
  );
}

/**
 * Returns a number from 0 to 1 that is always the same for the same target. It spreads the canaries of different
 * persons over time.
 */
export function spreadOf(key: string): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 16_777_619);
  return (hash >>> 0) / 0xffffffff;
}

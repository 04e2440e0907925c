/**
 * The replay of one device: computes the messages of the device from the recording, the scenario and the elapsed time.
 * A message gets its boot, seq and event time when it is measured. It keeps all three if the device sends it late or
 * several times.
 */
import type { Observation, Status, TechnicalCondition, Waveform } from '../../contracts/messages/device.ts';
import type { DeviceAlerts } from '../../contracts/messages/device-alerts.ts';
import { formatInstant } from '../../contracts/time.ts';
import { type DeviceTopicKind, deviceTopic, forDeviceTopics } from '../../contracts/topics.ts';
import { applyToSamples, applyToValues } from './effects.ts';
import { type Garbage, garbageMessage } from './garbage.ts';
import { hasOwnAlarms, ownAlarmsAt, ownAlarmsRepeatMs } from './own-alarms.ts';
import { nextRandom, type RandomState } from './random.ts';
import { effectAt, type Scenario } from './scenario.ts';
import { type Item, itemsBetween, type Playback } from './timeline.ts';

export type Replay = Playback & {
  readonly deviceId: string;
  /** A random id for each start of the process, because seq begins at 1 again at each start. */
  readonly boot: string;
  readonly scenario: Scenario;
  /** Delay of the episodes on this device, compared with the scenario. */
  readonly episodeDelayMs: number;
  /** How far the device's clock is ahead of the true time. */
  readonly skewMs: number;
  /** The true time at elapsed time 0, ms since 1970. */
  readonly epochMs: number;
};

export type Message = {
  readonly kind: DeviceTopicKind;
  readonly topic: string;
  readonly payload: string;
  /** Whether a message with the same boot and seq was sent before. */
  readonly repeat: boolean;
};

export type ReplayState = {
  /** Elapsed time up to which all messages have been produced. */
  readonly atMs: number;
  readonly seq: Readonly<Record<DeviceTopicKind, number>>;
  readonly random: RandomState;
  readonly conditions: readonly TechnicalCondition[];
  /**
   * The last list of own alarms that the device sent, in JSON, and the elapsed time at which it was sent. Null before
   * the first list and after each connect.
   */
  readonly alarms: { readonly json: string; readonly atMs: number } | null;
  /** Messages that were measured in a backlog episode and not sent yet, oldest first. */
  readonly backlog: readonly Message[];
  /** The last messages, for late duplicates. */
  readonly recent: readonly Message[];
  readonly garbageSent: number;
  /**
   * Number of dropped messages. Messages are dropped if a backlog exceeds `backlogMax`, or if the process pauses for
   * longer than `catchUpMsMax`.
   */
  readonly dropped: number;
};

export type Output = { readonly messages: readonly Message[]; readonly garbage: readonly Garbage[] };

/** The version that simulated devices declare. */
const simulatorFirmware = 'replay 1';

/**
 * Maximum number of messages that a device stores in a backlog episode. If more messages come, the oldest messages are
 * dropped and counted.
 */
export const backlogMax = 5_000;
/**
 * If a process was stopped for longer than `catchUpMsMax`, only the messages of the last `catchUpMsMax` are produced.
 */
export const catchUpMsMax = 60_000;
const recentMessagesMax = 16;
const duplicateFraction = 0.25;

export function initialReplayState(random: RandomState): ReplayState {
  return {
    atMs: 0,
    seq: forDeviceTopics(() => 0),
    random,
    conditions: [],
    alarms: null,
    backlog: [],
    recent: [],
    garbageSent: 0,
    dropped: 0,
  };
}

/**
 * Returns the interval that the device declares. It is the interval of the recording at this speed, within the limits
 * of the contract.
 */
export function declaredIntervalMs(replay: Playback): number {
  const intervalMs = Math.round(replay.recording.intervalMs / replay.speed);
  return Math.min(86_400_000, Math.max(100, intervalMs));
}

/** Returns all messages that are due before `elapsedMs` and have not been produced yet. */
export function advance(replay: Replay, state: ReplayState, elapsedMs: number): { state: ReplayState; output: Output } {
  const fromMs = Math.max(state.atMs, elapsedMs - catchUpMsMax);
  const draft = draftOf(state);
  if (fromMs > state.atMs) draft.dropped += itemsBetween(replay, state.atMs, fromMs).length;
  for (const item of itemsBetween(replay, fromMs, elapsedMs)) sendItem(replay, draft, item);
  const sceneMs = elapsedMs - replay.episodeDelayMs;
  sendChangedConditions(replay, draft, elapsedMs);
  sendOwnAlarms(replay, draft, elapsedMs);
  if (draft.backlog.length > 0 && !effectAt(replay.scenario, 'backlog', sceneMs)) sendBacklog(draft);
  const garbageDue = replay.scenario.garbageEveryMs > 0 ? Math.floor(elapsedMs / replay.scenario.garbageEveryMs) : 0;
  const garbageMessages: Garbage[] = [];
  // After a pause only one garbage message is sent, even if several were due.
  if (garbageDue > draft.garbageSent) {
    garbageMessages.push(garbageMessage(garbageDue - 1, replay.deviceId, deviceInstant(replay, elapsedMs)));
    draft.garbageSent = garbageDue;
  }
  const { sent, ...nextState } = draft;
  return {
    state: { ...nextState, atMs: Math.max(state.atMs, elapsedMs) },
    output: { messages: sent, garbage: garbageMessages },
  };
}

/**
 * Returns the birth message, which a device sends first on each connection: its identity, its interval and all its
 * conditions. The next call of `advance` sends the device's own alarms.
 */
export function birthMessage(
  replay: Replay,
  state: ReplayState,
  elapsedMs: number,
): { state: ReplayState; message: Message } {
  const seq = state.seq.status + 1;
  const status: Status = {
    boot: replay.boot,
    seq,
    time: deviceInstant(replay, elapsedMs),
    online: true,
    intervalMs: declaredIntervalMs(replay),
    device: { manufacturer: 'Vigil', model: 'Recording replay', serial: replay.deviceId, firmware: simulatorFirmware },
    conditions: [...state.conditions],
  };
  const next = { ...state, alarms: null, seq: { ...state.seq, status: seq } };
  return { state: next, message: message(replay, 'status', status) };
}

/** Returns the payload of the will, which says that the device is offline. */
export function willPayload(): string {
  return JSON.stringify({ online: false } satisfies Status);
}

/** A writable copy of `ReplayState` for the duration of one call. */
type Draft = { -readonly [Name in keyof ReplayState]: ReplayState[Name] } & { sent: Message[]; backlog: Message[] };

function draftOf(state: ReplayState): Draft {
  return { ...state, backlog: [...state.backlog], sent: [] };
}

function sendItem(replay: Replay, draft: Draft, item: Item): void {
  sendChangedConditions(replay, draft, item.elapsedMs);
  sendOwnAlarms(replay, draft, item.elapsedMs);
  const sceneMs = item.elapsedMs - replay.episodeDelayMs;
  if (effectAt(replay.scenario, 'silence', sceneMs)) return;
  switch (item.kind) {
    case 'frame': {
      const reading: Observation = {
        boot: replay.boot,
        seq: nextSeq(draft, 'observations'),
        time: deviceInstant(replay, item.elapsedMs),
        intervalMs: declaredIntervalMs(replay),
        values: [...applyToValues(replay.scenario, item.frame.values, sceneMs)],
      };
      send(replay, draft, message(replay, 'observations', reading), item.elapsedMs);
      break;
    }
    case 'chunk': {
      const { code, scale, offset, rateHz } = item.track;
      const reading: Waveform = {
        boot: replay.boot,
        seq: nextSeq(draft, 'waveforms'),
        start: deviceInstant(replay, item.startMs),
        code,
        rateHz: rateHz * replay.speed,
        scale,
        offset,
        samples: encodeSamples(applyToSamples(replay.scenario, code, item.samples, sceneMs)),
      };
      send(replay, draft, message(replay, 'waveforms', reading), item.elapsedMs);
      break;
    }
  }
}

/**
 * Sends a status message when leads come off or are attached again. The message comes before the first reading after
 * this change.
 */
function sendChangedConditions(replay: Replay, draft: Draft, elapsedMs: number): void {
  const areLeadsOff = effectAt(replay.scenario, 'leads-off', elapsedMs - replay.episodeDelayMs) !== undefined;
  if (areLeadsOff === draft.conditions.some((c) => c.present)) return;
  draft.conditions = [{ condition: 'MDC_EVT_LEADS_OFF', code: 'MDC_ECG_HEART_RATE', present: areLeadsOff }];
  const status: Status = {
    boot: replay.boot,
    seq: nextSeq(draft, 'status'),
    time: deviceInstant(replay, elapsedMs),
    online: true,
    intervalMs: declaredIntervalMs(replay),
    conditions: [...draft.conditions],
  };
  send(replay, draft, message(replay, 'status', status), elapsedMs);
}

/**
 * Sends the whole list of the device's own alarms. Sends it after each connect, when the list changes, and every
 * `ownAlarmsRepeatMs`.
 */
function sendOwnAlarms(replay: Replay, draft: Draft, elapsedMs: number): void {
  if (!hasOwnAlarms(replay.scenario)) return;
  const { episodeDelayMs } = replay;
  const instantOf = (sceneMs: number) => deviceInstant(replay, sceneMs + episodeDelayMs);
  const ownAlarms = ownAlarmsAt(replay.scenario, elapsedMs - episodeDelayMs, instantOf);
  const json = JSON.stringify(ownAlarms);
  if (draft.alarms?.json === json && elapsedMs - draft.alarms.atMs < ownAlarmsRepeatMs) return;
  draft.alarms = { json, atMs: elapsedMs };
  const list: DeviceAlerts = {
    boot: replay.boot,
    seq: nextSeq(draft, 'alerts'),
    time: deviceInstant(replay, elapsedMs),
    ...ownAlarms,
  };
  send(replay, draft, message(replay, 'alerts', list), elapsedMs);
}

function send(replay: Replay, draft: Draft, newMessage: Message, elapsedMs: number): void {
  if (effectAt(replay.scenario, 'backlog', elapsedMs - replay.episodeDelayMs)) {
    draft.backlog.push(newMessage);
    if (draft.backlog.length > backlogMax) {
      draft.backlog.shift();
      draft.dropped += 1;
    }
    return;
  }
  sendBacklog(draft);
  draft.sent.push(newMessage);
  if (replay.scenario.duplicates) repeatSome(draft, newMessage);
}

function sendBacklog(draft: Draft): void {
  draft.sent.push(...draft.backlog.splice(0));
}

/**
 * Repeats a quarter of the messages. Half of the repeats come immediately. The other repeats come some messages later,
 * as if the connection of the device had broken before the PUBACK.
 */
function repeatSome(draft: Draft, newMessage: Message): void {
  const drawn = nextRandom(draft.random);
  draft.random = drawn.state;
  if (drawn.value < duplicateFraction) {
    const repeated = drawn.value < duplicateFraction / 2 ? newMessage : (draft.recent[0] ?? newMessage);
    draft.sent.push({ ...repeated, repeat: true });
  }
  draft.recent = [...draft.recent, newMessage].slice(-recentMessagesMax);
}

function nextSeq(draft: Draft, kind: DeviceTopicKind): number {
  const seq = draft.seq[kind] + 1;
  draft.seq = { ...draft.seq, [kind]: seq };
  return seq;
}

function message(
  replay: Replay,
  kind: DeviceTopicKind,
  payload: Observation | Waveform | Status | DeviceAlerts,
): Message {
  return { kind, topic: deviceTopic(replay.deviceId, kind), payload: JSON.stringify(payload), repeat: false };
}

/** Returns the time of the device's clock at an elapsed time. */
function deviceInstant(replay: Replay, elapsedMs: number): string {
  return formatInstant(replay.epochMs + elapsedMs + replay.skewMs);
}

function encodeSamples(samples: Int16Array): string {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < samples.length; i++) view.setInt16(i * 2, samples[i]!, true);
  return bytes.toBase64();
}

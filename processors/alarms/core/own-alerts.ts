/**
 * The detector of the alarms that a device raises itself (CLINICAL, "Alarm vocabulary"). Such alarms are neither judged
 * again nor delayed. The device sends lists of its alarms, and the newest list says which alarms are present. An alarm
 * ends only by a later list, or with the patient's time at the device. Without a patient, the acknowledgement of the
 * device's silence ends an acknowledged alarm too (commands.ts). Pure.
 */
import type { AlertCode } from '../../../contracts/alert-codes.ts';
import { moreAlarmsForm } from '../../../contracts/device-text.ts';
import type { Alarm, AlertKind, Priority } from '../../../contracts/messages/alarms.ts';
import { alertsMax, type DeviceAlert, type DeviceSound } from '../../../contracts/messages/device-alerts.ts';
import { parameters, technicalConditions } from '../../../contracts/parameters.ts';
import { priorityRank } from '../../../contracts/priorities.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { type Condition, type Episode, technicalCondition } from './condition.ts';
import type { AlertsInput } from './inputs.ts';
import { isLater, type List, listOrderOf } from './own-alert-lists.ts';
import { ownAlertText, shortened, withoutNumbers } from './own-alert-text.ts';
import { causeOf } from './rules.ts';

/** An alarm of the device's list, in the form for the screens. */
type OwnAlert = {
  readonly code: string;
  readonly kind: AlertKind;
  readonly priority: Priority;
  readonly text: string;
  readonly chain: string;
  readonly rank: number;
  readonly parameter?: string;
  readonly value?: number;
  readonly limit?: number;
  /** The value and the limit at the onset; absent if they are not known. */
  readonly atOnset?: { readonly value: number; readonly limit: number };
  /** The start of the alarm as the device gives it, or else the time of the first list that contained the alarm. */
  readonly onset: number;
  /** Time of the first list that contained the alarm. */
  readonly determined: number;
  /** Time of the last list that contained the alarm. */
  readonly valueAt: number;
  /** The last list that contained the alarm was late. */
  readonly late: boolean;
};

export type OwnAlertsPart = {
  /** The last lists, the newest list last; at most `listsMax`. */
  readonly lists: readonly List[];
  /** The present alarms, by key: at most `alertsMax`, and one alarm for the rest. */
  readonly alerts: Readonly<Record<string, OwnAlert>>;
  /** The state of the device's sound and its start; null if the sound is on. */
  readonly sound: { readonly state: Exclude<DeviceSound, 'on'>; readonly since: number } | null;
  /** The number of alarms that began since the time `since` (the gateway's clock); absent before the first list. */
  readonly begun?: { readonly since: number; readonly n: number };
};

const noConditions: readonly Condition[] = [];

export const initialOwnAlerts: OwnAlertsPart = { lists: [], alerts: {}, sound: null };

const listsMax = 16;
/**
 * Maximum number of alarms of a device that begin in a minute (ours): four full lists. Further alarms share one alarm.
 */
const alarmsPerMinuteMax = 4 * alertsMax;
const countingMs = 60_000;
/**
 * If a list comes this soon after the onset, its value is the value at the onset (ours). A later list has a later
 * value.
 */
const onsetValueMsMax = 2_000;
/** Vigil treats an onset that is longer ago than this as an error of the device (ours). */
const onsetAgeMsMax = 7 * 24 * 3_600_000;

/** What the detector needs besides its part of the state and the list. */
export type ListContext = {
  readonly codes: ReadonlyMap<string, AlertCode>;
  /** The list reached the gateway too long after its time. */
  readonly late: boolean;
  /** Keys of the device's alarms that have ended and wait for an acknowledgement. */
  readonly latched: readonly string[];
  /** The patient's time at this device has ended: the alarms of the list are recorded as ended. */
  readonly isEnded: boolean;
};

/** Returns the keys of the device's alarms that have ended and wait for an acknowledgement. */
export function latchedKeysOf(live: readonly (readonly [string, { readonly alarm: Alarm }])[]): string[] {
  return live.filter(([, { alarm }]) => alarm.origin === 'device' && !alarm.present).map(([key]) => key);
}

/** Returns the conditions of those episodes that the device itself reported. */
export const conditionsOfDevice = (episodes: readonly Episode[]): Condition[] =>
  episodes.map(({ condition }) => condition).filter(({ origin }) => origin === 'device');

/**
 * Handles a list of the device's alarms.
 * @returns `episodes`: alarms of an older list that have ended, and alarms from after the patient's time at the device
 */
export function takeAlertList(
  part: OwnAlertsPart,
  input: AlertsInput,
  context: ListContext,
): { readonly part: OwnAlertsPart; readonly episodes: readonly Episode[] } {
  const listOrder = listOrderOf(part.lists, input, context.late);
  if (listOrder === 'repeat') return { part, episodes: [] };
  const { boot, seq, time, receivedAt, sound } = input;
  const list = { boot, seq, time, receivedAt };
  const begun = beginCountAt(part, receivedAt);
  const listedAlerts = alertsByKey(input, context);
  // If it is unclear whether the list is newer, no alarm ends: the alarms of the list are added to the present alarms.
  const all = listOrder === 'unclear' ? new Map([...Object.entries(part.alerts), ...listedAlerts]) : listedAlerts;
  const limited = limitAlerts(all, { ...part, begun }, context.latched);
  const newAlertCount = [...limited.keys()].filter((key) => part.alerts[key] === undefined).length;
  const countedPart = { ...part, begun: { ...begun, n: begun.n + newAlertCount } };
  if (listOrder === 'older')
    return { part: withOlderList(countedPart, list), episodes: episodesOf(part, input, limited) };
  const alerts: Record<string, OwnAlert> = {};
  for (const [key, alert] of limited) {
    const before = part.alerts[key];
    const { onset, determined, atOnset } = before ?? alert;
    const { atOnset: _latest, ...latest } = alert;
    alerts[key] = { ...latest, onset, determined, ...(atOnset && { atOnset }) };
  }
  const isSame = part.sound?.state === sound;
  const nextSound = sound === 'on' ? null : isSame ? part.sound : { state: sound, since: time };
  const next =
    listOrder === 'unclear'
      ? { ...withOlderList(countedPart, { ...list, unclear: true }), alerts }
      : { ...countedPart, lists: [...part.lists, list].slice(-listsMax), alerts, sound: nextSound };
  if (!context.isEnded) return { part: next, episodes: [] };
  const episodes = Object.entries(alerts).map(([key, alert]) => ({
    condition: conditionOf(key, alert),
    endedAt: time,
  }));
  return { part: withoutAlerts(next), episodes };
}

/** Returns the part with an older list, before all newer lists. */
function withOlderList(part: OwnAlertsPart, list: List): OwnAlertsPart {
  const at = part.lists.findIndex((other) => isLater(other, list));
  const lists = [...part.lists.slice(0, at), list, ...part.lists.slice(at)].slice(-listsMax);
  return { ...part, lists };
}

/**
 * Returns the alarms of an older list that are not present now. Each such alarm ended at the time of the next newer
 * list.
 */
function episodesOf(
  part: OwnAlertsPart,
  input: AlertsInput,
  listedAlerts: ReadonlyMap<string, OwnAlert>,
): readonly Episode[] {
  const next = part.lists.find((list) => isLater(list, input));
  const endedAt = Math.max(input.time, next?.time ?? input.time);
  return [...listedAlerts]
    .filter(([key]) => part.alerts[key] === undefined)
    .map(([key, alert]) => ({ condition: { ...conditionOf(key, alert), late: true, outOfOrder: true }, endedAt }));
}

/**
 * Returns the alarms of a list by their keys. The texts of alarms with the same key are joined. Such a joined alarm has
 * no value at its onset, because the value would belong to only one of the alarms.
 */
function alertsByKey(input: AlertsInput, context: ListContext): ReadonlyMap<string, OwnAlert> {
  const alerts = new Map<string, OwnAlert>();
  for (const sent of input.alerts) {
    const { key, alert } = keyedAlert(sent, input.time, context);
    const other = alerts.get(key);
    const isSameText = other === undefined || other.text === alert.text;
    const { atOnset: _ofOne, ...joined } = alert;
    alerts.set(key, isSameText ? alert : { ...joined, text: shortened(`${other.text}; ${alert.text}`) });
  }
  return alerts;
}

/**
 * Returns an alarm with its key. The key contains the priority. So an alarm that the device makes more serious is a new
 * alarm and calls. If the table has no row for the code, the key also contains the text, because one unknown code may
 * stand for different alarms.
 */
function keyedAlert(sent: DeviceAlert, time: number, { codes, late }: ListContext) {
  const { code, priority, value, limit } = sent;
  const row = codes.get(code);
  // An arrest is physiological, even if the device calls it technical. So the alarm latches, and standby does not hide
  // it.
  const kind = row?.arrest ? 'physiological' : sent.kind;
  const parameter = parameters.get(sent.parameter ?? row?.parameter ?? '');
  const side = sent.side ?? row?.side ?? sideOf(sent);
  const parameterCode = sent.parameter ?? row?.parameter;
  const textKey = row === undefined ? [withoutNumbers(sent.text)] : [];
  const key = ['device', code, parameterCode ?? '', side ?? '', kind, priority, ...textKey].join('/');
  const since = sent.since === undefined ? time : (parseInstant(sent.since) ?? time);
  const onset = time - since > onsetAgeMsMax ? time : Math.min(since, time);
  const isValueAtOnset = value !== undefined && limit !== undefined && time - onset <= onsetValueMsMax;
  const isCause = kind === 'physiological' && parameter !== undefined && side !== undefined;
  const alert: OwnAlert = {
    code,
    kind,
    priority,
    text: ownAlertText(sent, row, parameter?.label),
    chain: isCause ? causeOf(parameter, side) : chainOf(sent, key),
    rank: row?.arrest ? 30 : priority === 'high' ? 20 : 10,
    ...(parameterCode !== undefined && { parameter: parameterCode }),
    ...(value !== undefined && { value }),
    ...(limit !== undefined && { limit }),
    ...(isValueAtOnset && { atOnset: { value, limit } }),
    onset,
    determined: time,
    valueAt: time,
    late,
  };
  return { key, alert };
}

/**
 * Returns the cause of an alarm. A technical condition that the device's status may also contain has the same cause as
 * in the status (device.ts). Any other code gets a cause of its own, because a code such as `silence` must not call
 * instead of Vigil's alarm of that name.
 */
function chainOf({ kind, code, parameter }: DeviceAlert, key: string): string {
  if (kind === 'physiological' || !Object.hasOwn(technicalConditions, code)) return key;
  return parameter === undefined ? code : `${code}/${parameter}`;
}

function sideOf({ value, limit }: DeviceAlert): 'low' | 'high' | undefined {
  if (value === undefined || limit === undefined || value === limit) return undefined;
  return value < limit ? 'low' : 'high';
}

const isLatching = ({ kind, priority }: OwnAlert) => kind === 'physiological' && priority === 'high';
const restKey = 'device/more';

/**
 * Returns the count of alarms that began. The count starts again at 0 a minute later by the gateway's clock, or if this
 * clock was set back by a minute.
 */
function beginCountAt({ begun }: OwnAlertsPart, receivedAt: number): NonNullable<OwnAlertsPart['begun']> {
  return begun !== undefined && Math.abs(receivedAt - begun.since) < countingMs ? begun : { since: receivedAt, n: 0 };
}

/**
 * Limits the number of alarms, because a device that sends new codes all the time must not fill the screens and the
 * log. If the list is too long, the alarms that are present already stay first, and then the most serious new alarms.
 * One alarm represents all others.
 */
function limitAlerts(
  listedAlerts: ReadonlyMap<string, OwnAlert>,
  { alerts, begun }: OwnAlertsPart & Required<Pick<OwnAlertsPart, 'begun'>>,
  latched: readonly string[],
): ReadonlyMap<string, OwnAlert> {
  const latching = Object.keys(alerts).filter((key) => isLatching(alerts[key]!));
  const latchedOutsideList = new Set([...latched, ...latching].filter((key) => !listedAlerts.has(key)));
  const isPresent = (key: string) => alerts[key] !== undefined;
  const presentCount = [...listedAlerts.keys()].filter(isPresent).length;
  const listableCount = Math.min(
    Math.max(0, alertsMax - latchedOutsideList.size),
    presentCount + Math.max(0, alarmsPerMinuteMax - begun.n),
  );
  if (listedAlerts.size <= listableCount) return listedAlerts;
  const inOrder = [...listedAlerts].sort(
    ([keyA, a], [keyB, b]) =>
      Number(isPresent(keyB)) - Number(isPresent(keyA)) || priorityRank[b.priority] - priorityRank[a.priority],
  );
  const [first, ...others] = inOrder.slice(listableCount).map(([, alert]) => alert);
  const mostSerious = others.reduce(
    (most, alert) => (priorityRank[alert.priority] > priorityRank[most.priority] ? alert : most),
    first!,
  );
  const { kind, priority, onset, determined, valueAt, late } = mostSerious;
  const rest: OwnAlert = {
    ...{ code: 'more', kind, priority, onset, determined, valueAt, late },
    text: shortened(moreAlarmsForm.replace('{alarm}', () => mostSerious.text)),
    chain: restKey,
    rank: 0,
  };
  return new Map([...inOrder.slice(0, listableCount), [`${restKey}/${kind}/${priority}`, rest]]);
}

/** Returns the part with only the alarms for which `isKept` returns true. */
export function withoutAlerts(part: OwnAlertsPart, isKept: (key: string) => boolean = () => false): OwnAlertsPart {
  const alerts = Object.fromEntries(Object.entries(part.alerts).filter(([key]) => isKept(key)));
  return { ...part, alerts, sound: null };
}

/** Returns the conditions of the device's present alarms and of its sound. */
export function ownAlertConditions({ alerts, sound }: OwnAlertsPart): readonly Condition[] {
  const keys = Object.keys(alerts);
  if (keys.length === 0 && sound === null) return noConditions;
  const conditions = keys.map((key) => conditionOf(key, alerts[key]!));
  if (sound !== null) conditions.push(soundCondition(sound));
  return conditions;
}

function conditionOf(key: string, alert: OwnAlert): Condition {
  const { code, parameter, value, limit, atOnset, ...shown } = alert;
  const unit = parameters.get(parameter ?? '')?.unit;
  return {
    ...shown,
    key,
    name: code,
    origin: 'device',
    ...(parameter !== undefined && { code: parameter }),
    ...(value !== undefined && { value, ...(unit !== undefined && { unit }) }),
    ...(limit !== undefined && { limit }),
    ...(atOnset && parameter !== undefined && unit !== undefined && { atOnset: { code: parameter, ...atOnset, unit } }),
    excess: value === undefined || limit === undefined ? 0 : Math.abs(value - limit),
    ...(alert.determined > alert.onset && { resumedAt: alert.determined }),
    outOfOrder: false,
  };
}

/**
 * Returns the condition of a device whose sound is off or paused. A sound that is off stays off until a person turns it
 * on, so this is a low alarm. A pause ends by itself, and a nurse at the bed began it, so a pause is shown without a
 * call.
 */
function soundCondition({ state, since }: NonNullable<OwnAlertsPart['sound']>): Condition {
  const text = state === 'off' ? 'Sound of the monitor is off' : 'Sound of the monitor is paused';
  return technicalCondition(`device-sound-${state}`, 'low', text, since, state === 'paused' ? { quiet: true } : {});
}

/**
 * The detector of the alarms that a device raises itself (CLINICAL, "Alarm vocabulary"). They are neither judged again nor delayed. The
 * device's newest list says what is present. Only a later list ends an alarm. Pure.
 */
import type { AlertCode } from '../../../contracts/alert-codes.ts';
import type { Alarm, AlertKind, Priority } from '../../../contracts/messages/alarms.ts';
import {
  alertsMax,
  alertTextMax,
  type DeviceAlert,
  type DeviceSound,
} from '../../../contracts/messages/device-alerts.ts';
import { parameters, technicalConditions } from '../../../contracts/parameters.ts';
import { visibleText } from '../../../contracts/text.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { gravity } from './alarm.ts';
import type { Condition, Episode } from './condition.ts';
import type { AlertsInput } from './inputs.ts';
import { causeOf } from './rules.ts';

/** An alarm of the list, in the form in which it is shown. */
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
  /** When it began: as the device says, else the time of the first list that contained it. */
  readonly onset: number;
  /** Time of the first list that contained it, and of the last. */
  readonly determined: number;
  readonly valueAt: number;
  /** The last list that contained it came late. */
  readonly late: boolean;
};

type List = {
  readonly boot: string;
  readonly seq: number;
  readonly time: number;
  readonly receivedAt: number;
  /** Nothing shows whether its start is the newest one. */
  readonly unclear?: true;
};

export type OwnAlertsPart = {
  /** The last lists, the newest last; at most `listsMax`. A list that is not newer changes no present alarm. */
  readonly lists: readonly List[];
  /** Present alarms, by key: at most `alertsMax`, and one for the rest. */
  readonly alerts: Readonly<Record<string, OwnAlert>>;
  /** The state of the device's own sound if it is not on, and since when. */
  readonly sound: { readonly state: Exclude<DeviceSound, 'on'>; readonly since: number } | null;
  /** How many alarms began since a list was received; absent before the first. */
  readonly begun?: { readonly since: number; readonly n: number };
};

const none: readonly Condition[] = [];

export const initialOwnAlerts: OwnAlertsPart = { lists: [], alerts: {}, sound: null };

const listsMax = 16;
/** At most this many alarms of a device begin singly in a minute (ours): four whole lists. The rest share one alarm. */
const begunMax = 4 * alertsMax;
const begunMs = 60_000;
/** Clocks of two gateways differ by less than this (ours). */
const gatewaysApartMsMax = 10_000;
/** If the onset is longer ago than this, the clock is taken to be wrong (ours). */
const sinceMsMax = 7 * 24 * 3_600_000;

/** What the detector gets besides its part and the list. */
export type Beside = {
  readonly codes: ReadonlyMap<string, AlertCode>;
  /** The list reached the gateway too long after its time. */
  readonly late: boolean;
  /** Keys of alarms of the device that have ended and wait for a person. */
  readonly latched: readonly string[];
  /** The period has ended: the alarms of a list are recorded, and none is present. */
  readonly over: boolean;
};

/** Returns the keys of the device's alarms that have ended and wait for a person. */
export function latchedOf(live: readonly (readonly [string, { readonly alarm: Alarm }])[]): string[] {
  return live.filter(([, { alarm }]) => alarm.origin === 'device' && !alarm.present).map(([key]) => key);
}

/** Returns the conditions of the device's own alarms among the episodes. */
export const ofDevice = (episodes: readonly Episode[]): Condition[] =>
  episodes.map(({ condition }) => condition).filter(({ origin }) => origin === 'device');

/** Takes a list. @returns also alarms that were present and have ended: by an older list, or in a period that has ended */
export function ownAlerts(
  part: OwnAlertsPart,
  input: AlertsInput,
  beside: Beside,
): { readonly part: OwnAlertsPart; readonly episodes: readonly Episode[] } {
  const place = placeOf(part.lists, input, beside.late);
  if (place === 'repeat') return { part, episodes: [] };
  const { boot, seq, time, receivedAt, sound } = input;
  const list = { boot, seq, time, receivedAt };
  const begun = begunAt(part, receivedAt);
  const listed = byKey(input, beside);
  // An unclear list ends nothing: its alarms are added to the present ones.
  const all = place === 'unclear' ? new Map([...Object.entries(part.alerts), ...listed]) : listed;
  const came = bounded(all, { ...part, begun }, beside.latched);
  const began = [...came.keys()].filter((key) => part.alerts[key] === undefined).length;
  const counted = { ...part, begun: { ...begun, n: begun.n + began } };
  if (place === 'older') return { part: noted(counted, list), episodes: episodesOf(part, input, came) };
  const alerts: Record<string, OwnAlert> = {};
  for (const [key, alert] of came) {
    const before = part.alerts[key];
    const { onset, determined } = before ?? alert;
    alerts[key] = { ...alert, onset, determined };
  }
  const isSame = part.sound?.state === sound;
  const next = sound === 'on' ? null : isSame ? part.sound : { state: sound, since: time };
  const taken =
    place === 'unclear'
      ? { ...noted(counted, { ...list, unclear: true }), alerts }
      : { ...counted, lists: [...part.lists, list].slice(-listsMax), alerts, sound: next };
  if (!beside.over) return { part: taken, episodes: [] };
  const found = Object.entries(alerts).map(([key, alert]) => ({ condition: conditionOf(key, alert), endedAt: time }));
  return { part: withoutAlerts(taken), episodes: found };
}

/**
 * Returns the place of a list. Within one start of the device the number decides. If a number comes again with another time, or is lower at
 * a later time, the device numbers anew. Another start is newer, unless it was heard before or was received much earlier. A late list with
 * an earlier time is unclear: it is a delayed list of an earlier start, or of a new start whose clock is behind. It stays unclear until a
 * current list of its start comes.
 */
function placeOf(
  lists: readonly List[],
  { boot, seq, time, receivedAt }: AlertsInput,
  late: boolean,
): 'newest' | 'older' | 'repeat' | 'unclear' {
  const last = lists.at(-1);
  if (last === undefined) return 'newest';
  const ofStart = lists.filter((list) => list.boot === boot);
  const same = ofStart.filter((list) => list.seq === seq);
  if (same.some((list) => list.time === time)) return 'repeat';
  if (last.boot === boot) return seq > last.seq || time > last.time || same.length > 0 ? 'newest' : 'older';
  if (ofStart.some(({ unclear }) => !unclear)) return time > last.time ? 'newest' : 'older';
  if (ofStart.some((list) => list.seq > seq)) return 'older';
  if (late && time <= last.time) return 'unclear';
  return receivedAt >= last.receivedAt - gatewaysApartMsMax ? 'newest' : 'older';
}

/** Inserts an older list before the newer ones. */
function noted(part: OwnAlertsPart, list: List): OwnAlertsPart {
  const at = part.lists.findIndex((other) => isLater(other, list));
  const lists = [...part.lists.slice(0, at), list, ...part.lists.slice(at)].slice(-listsMax);
  return { ...part, lists };
}

const isLater = (other: List, list: List) => (other.boot === list.boot ? other.seq > list.seq : other.time > list.time);

/** Returns the alarms that only an older list contained: they were present until the next list. */
function episodesOf(part: OwnAlertsPart, input: AlertsInput, came: ReadonlyMap<string, OwnAlert>): readonly Episode[] {
  const next = part.lists.find((list) => isLater(list, input));
  const endedAt = Math.max(input.time, next?.time ?? input.time);
  return [...came]
    .filter(([key]) => part.alerts[key] === undefined)
    .map(([key, alert]) => ({ condition: { ...conditionOf(key, alert), late: true, outOfOrder: true }, endedAt }));
}

/** Returns the alarms of a list by their keys. Texts that share one key are joined. */
function byKey(input: AlertsInput, beside: Beside): ReadonlyMap<string, OwnAlert> {
  const found = new Map<string, OwnAlert>();
  for (const sent of input.alerts) {
    const { key, alert } = shownAs(sent, input.time, beside);
    const other = found.get(key);
    const isTold = other === undefined || other.text === alert.text;
    found.set(key, isTold ? alert : { ...alert, text: shortened(`${other.text}; ${alert.text}`) });
  }
  return found;
}

/**
 * Returns an alarm with its key. The key contains condition, priority and kind: if the device makes an alarm graver, it is another alarm,
 * and it calls. A code without a row may mean anything, so the text belongs to the key.
 */
function shownAs(sent: DeviceAlert, time: number, { codes, late }: Beside) {
  const { code, priority, value, limit } = sent;
  const row = codes.get(code);
  // An arrest concerns the patient, even if the device calls it technical. It latches, and standby does not hide it.
  const kind = row?.arrest ? 'physiological' : sent.kind;
  const parameter = parameters.get(sent.parameter ?? row?.parameter ?? '');
  const side = sent.side ?? row?.side ?? sideOf(sent);
  const about = sent.parameter ?? row?.parameter;
  const words = row === undefined ? [wordsOf(sent.text)] : [];
  const key = ['device', code, about ?? '', side ?? '', kind, priority, ...words].join('/');
  const since = sent.since === undefined ? time : (parseInstant(sent.since) ?? time);
  const isCause = kind === 'physiological' && parameter !== undefined && side !== undefined;
  const alert: OwnAlert = {
    code,
    kind,
    priority,
    text: textOf(sent, row, parameter?.label),
    chain: isCause ? causeOf(parameter, side) : chainOf(sent, key),
    rank: row?.arrest ? 30 : priority === 'high' ? 20 : 10,
    ...(about !== undefined && { parameter: about }),
    ...(value !== undefined && { value }),
    ...(limit !== undefined && { limit }),
    onset: time - since > sinceMsMax ? time : Math.min(since, time),
    determined: time,
    valueAt: time,
    late,
  };
  return { key, alert };
}

/**
 * Returns the chain. A technical condition may also be in the device's status: both are one condition (device.ts). Any other code is the
 * device's own. It must not name a cause of Vigil's (`silence`, `clock-skew`) and so call instead of that alarm.
 */
function chainOf({ kind, code, parameter }: DeviceAlert, key: string): string {
  if (kind === 'physiological' || !Object.hasOwn(technicalConditions, code)) return key;
  return parameter === undefined ? code : `${code}/${parameter}`;
}

function sideOf({ value, limit }: DeviceAlert): 'low' | 'high' | undefined {
  if (value === undefined || limit === undefined || value === limit) return undefined;
  return value < limit ? 'low' : 'high';
}

/** Removes the numbers: they change while the condition lasts. */
const wordsOf = (text: string) => visibleText(text).replace(/[\d.,]+/g, '#');

/**
 * Returns the text. The table's text comes first, so that one condition reads the same at every monitor. The device's own text follows if
 * it adds something.
 */
function textOf({ text, code }: DeviceAlert, row: AlertCode | undefined, label: string | undefined): string {
  const own = visibleText(text);
  const isBlank = own.trim() === '';
  if (row === undefined) return shortened(isBlank ? code : own);
  const named = row.parameter === undefined && label !== undefined ? `${label}: ${row.text}` : row.text;
  return isBlank || named.toLowerCase().includes(own.toLowerCase()) ? named : shortened(`${named} (${own})`);
}

function shortened(text: string): string {
  if (text.length <= alertTextMax) return text;
  let kept = '';
  for (const char of text) {
    if (kept.length + char.length > alertTextMax - 1) break;
    kept += char;
  }
  return `${kept}…`;
}

const isLatching = ({ kind, priority }: OwnAlert) => kind === 'physiological' && priority === 'high';
const restKey = 'device/more';

/** Returns the count of begun alarms. It starts anew each minute by the gateway's clock, also if that clock was set back. */
function begunAt({ begun }: OwnAlertsPart, receivedAt: number): NonNullable<OwnAlertsPart['begun']> {
  return begun !== undefined && Math.abs(receivedAt - begun.since) < begunMs ? begun : { since: receivedAt, n: 0 };
}

/**
 * A device that keeps naming new codes, or keeps switching them on and off, must not fill the screens and the log. Beyond the maximum only
 * the gravest have their own row, and one alarm covers the rest.
 */
function bounded(
  came: ReadonlyMap<string, OwnAlert>,
  { alerts, begun }: OwnAlertsPart & Required<Pick<OwnAlertsPart, 'begun'>>,
  latched: readonly string[],
): ReadonlyMap<string, OwnAlert> {
  const latching = Object.keys(alerts).filter((key) => isLatching(alerts[key]!));
  const waiting = new Set([...latched, ...latching].filter((key) => !came.has(key)));
  const isKnown = (key: string) => Number(alerts[key] !== undefined);
  const known = [...came.keys()].filter(isKnown).length;
  const room = Math.min(Math.max(0, alertsMax - waiting.size), known + Math.max(0, begunMax - begun.n));
  if (came.size <= room) return came;
  const inOrder = [...came].sort(
    ([a, one], [b, other]) => isKnown(b) - isKnown(a) || gravity[other.priority] - gravity[one.priority],
  );
  const [first, ...others] = inOrder.slice(room).map(([, alert]) => alert);
  const gravest = others.reduce(
    (most, alert) => (gravity[alert.priority] > gravity[most.priority] ? alert : most),
    first!,
  );
  const { kind, priority, onset, determined, valueAt, late } = gravest;
  const rest: OwnAlert = {
    ...{ code: 'more', kind, priority, onset, determined, valueAt, late },
    text: shortened(`More alarms than can be listed: ${gravest.text}`),
    chain: restKey,
    rank: 0,
  };
  return new Map([...inOrder.slice(0, room), [`${restKey}/${kind}/${priority}`, rest]]);
}

/** Removes the alarms that `isKept` does not keep: the period has ended, or a person has seen the last alarms of a silent device. */
export function withoutAlerts(part: OwnAlertsPart, isKept: (key: string) => boolean = () => false): OwnAlertsPart {
  const alerts = Object.fromEntries(Object.entries(part.alerts).filter(([key]) => isKept(key)));
  return { ...part, alerts, sound: null };
}

/** Every reading asks for it, and the answer is nearly always empty. */
export function ownAlertConditions({ alerts, sound }: OwnAlertsPart): readonly Condition[] {
  const keys = Object.keys(alerts);
  if (keys.length === 0 && sound === null) return none;
  const found = keys.map((key) => conditionOf(key, alerts[key]!));
  if (sound !== null) found.push(soundCondition(sound));
  return found;
}

function conditionOf(key: string, alert: OwnAlert): Condition {
  const { code, parameter, value, limit, ...shown } = alert;
  const unit = parameters.get(parameter ?? '')?.unit;
  return {
    ...shown,
    key,
    name: code,
    origin: 'device',
    ...(parameter !== undefined && { code: parameter }),
    ...(value !== undefined && { value, ...(unit !== undefined && { unit }) }),
    ...(limit !== undefined && { limit }),
    excess: value === undefined || limit === undefined ? 0 : Math.abs(value - limit),
    ...(alert.determined > alert.onset && { resumedAt: alert.determined }),
    outOfOrder: false,
  };
}

/**
 * A sound that is off stays off until a person turns it on, so it is a low alarm. A pause ends by itself and a nurse at the bed began it,
 * so it is shown without a call.
 */
function soundCondition({ state, since }: NonNullable<OwnAlertsPart['sound']>): Condition {
  const name = `device-sound-${state}`;
  return {
    key: name,
    name,
    kind: 'technical',
    priority: 'low',
    chain: name,
    rank: 0,
    text: state === 'off' ? 'Sound of the monitor is off' : 'Sound of the monitor is paused',
    onset: since,
    determined: since,
    valueAt: since,
    excess: 0,
    ...(state === 'paused' && { quiet: true }),
    late: false,
    outOfOrder: false,
  };
}

/**
 * Computes the state of the screen from the server's messages: first a snapshot, then deltas.
 */
import type { Alarm, CommandAnswer } from '../../../contracts/messages/alarms.ts';
import type { DeliveryDown } from '../../protocol/delivery.ts';
import type { Delta, Health, Snapshot, UnconfirmedScreen } from '../../protocol/live.ts';
import type { Bed, Numeric } from '../../protocol/rest.ts';
import { listedAlarms } from './alarm-order.ts';

export type Screen = {
  /** Id of the server's stream of messages. Each server process has its own id. */
  readonly stream: string;
  /** Number of the last message that was applied. */
  readonly messageNo: number;
  /**
   * By association id. A bed that did not change stays the same object, so that the screen does not draw its tile
   * again.
   */
  readonly beds: ReadonlyMap<string, Bed>;
  readonly alarms: ReadonlyMap<string, Alarm>;
  /** By association id: the listed alarms of a bed, in order. A list that did not change stays the same object. */
  readonly alarmsOf: ReadonlyMap<string, readonly Alarm[]>;
  /** Outcomes of the last commands, by `commandId`. */
  readonly answers: ReadonlyMap<string, CommandAnswer>;
  readonly health: Health;
  /** Screens that have not confirmed some of the alarms on this screen. */
  readonly unconfirmed: readonly UnconfirmedScreen[];
  /** Present if nobody is called in some of the wards on the screen. */
  readonly deliveryDown?: DeliveryDown | undefined;
};

/** Maximum number of answers that are kept. A screen waits for an answer for some seconds only. */
const answersMax = 200;

export function screenOf(snapshot: Snapshot): Screen {
  const alarms = new Map(snapshot.alarms.map((alarm) => [alarm.alarmId, alarm]));
  return {
    stream: snapshot.stream,
    messageNo: snapshot.n,
    beds: new Map(snapshot.beds.map((bed) => [bed.associationId, bed])),
    alarms,
    alarmsOf: alarmsByBed(alarms.values()),
    answers: withAnswers(new Map(), snapshot.answers),
    health: snapshot.health,
    unconfirmed: [],
  };
}

/** Returns the screen after a delta; undefined if an earlier delta is missing. Then the screen must connect again. */
export function applyDelta(screen: Screen, delta: Delta): Screen | undefined {
  if (delta.prev !== screen.messageNo) return undefined;
  const beds = delta.beds.length + delta.gone.length > 0 ? applyBeds(screen.beds, delta) : screen.beds;
  const { alarms, touched } = applyAlarms(screen.alarms, delta);
  let alarmsOf = screen.alarmsOf;
  if (touched.size > 0) {
    const changedLists = new Map(alarmsOf);
    for (const associationId of touched) changedLists.delete(associationId);
    const touchedAlarms = [...alarms.values()].filter((alarm) => touched.has(alarm.associationId));
    for (const [associationId, list] of alarmsByBed(touchedAlarms)) changedLists.set(associationId, list);
    alarmsOf = changedLists;
  }
  return { ...screen, messageNo: delta.n, beds, alarms, alarmsOf, answers: withAnswers(screen.answers, delta.answers) };
}

function withAnswers(before: Screen['answers'], newAnswers: readonly CommandAnswer[]): Screen['answers'] {
  if (newAnswers.length === 0) return before;
  const allAnswers = [...before, ...newAnswers.map((answer) => [answer.commandId, answer] as const)];
  return new Map(allAnswers.slice(-answersMax));
}

function applyBeds(before: Screen['beds'], delta: Delta): Screen['beds'] {
  const beds = new Map(before);
  for (const change of delta.beds) {
    const bed = beds.get(change.associationId);
    // A change with `head` has all values of the bed. A change without `head` is ignored if the bed is unknown.
    if (change.head) beds.set(change.associationId, { ...change.head, values: change.values });
    else if (bed) beds.set(change.associationId, { ...bed, values: mergeValues(bed.values, change.values) });
  }
  for (const associationId of delta.gone) beds.delete(associationId);
  return beds;
}

function mergeValues(before: readonly Numeric[], changed: readonly Numeric[]): Numeric[] {
  const values = new Map(before.map((value) => [value.code, value]));
  for (const value of changed) values.set(value.code, value);
  return [...values.values()];
}

function applyAlarms(before: Screen['alarms'], delta: Delta): { alarms: Screen['alarms']; touched: Set<string> } {
  const touched = new Set<string>();
  if (delta.alarms.length + delta.cleared.length + delta.gone.length === 0) return { alarms: before, touched };
  const alarms = new Map(before);
  for (const alarm of delta.alarms) {
    const knownAlarm = alarms.get(alarm.alarmId);
    if (knownAlarm && knownAlarm.rev >= alarm.rev) continue;
    alarms.set(alarm.alarmId, alarm);
    touched.add(alarm.associationId);
  }
  const goneBedIds = new Set(delta.gone);
  const clearedAlarmIds = new Set(delta.cleared);
  for (const alarm of alarms.values()) {
    if (!goneBedIds.has(alarm.associationId) && !clearedAlarmIds.has(alarm.alarmId)) continue;
    alarms.delete(alarm.alarmId);
    touched.add(alarm.associationId);
  }
  return { alarms, touched };
}

function alarmsByBed(alarms: Iterable<Alarm>): Map<string, readonly Alarm[]> {
  const lists = new Map<string, Alarm[]>();
  for (const alarm of listedAlarms(alarms)) {
    const list = lists.get(alarm.associationId);
    if (list) list.push(alarm);
    else lists.set(alarm.associationId, [alarm]);
  }
  return lists;
}

/** Returns a copy without patients, for a locked screen. A bed without a patient stays the same object. */
export function withoutNames(screen: Screen | undefined): Screen | undefined {
  if (!screen || ![...screen.beds.values()].some(({ patient }) => patient !== null)) return screen;
  const beds = [...screen.beds].map(([id, bed]): [string, Bed] => [
    id,
    bed.patient === null ? bed : { ...bed, patient: null },
  ]);
  return { ...screen, beds: new Map(beds) };
}

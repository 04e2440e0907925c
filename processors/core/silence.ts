/**
 * Silence is an alarm (CLINICAL): no reading about now, a connection that ended, a parameter that no longer comes. Silence is
 * noticed by the wall clock, or by the gateway's between two readings, so that a log tells of the same silences as the moment did.
 */
import type { Priority } from '../../contracts/messages/alarms.ts';
import { type ParameterGroup, parameters, technicalConditions } from '../../contracts/parameters.ts';
import { count, type Draft } from './draft.ts';
import type { ConnectionInput, ObservationInput, StatusInput } from './inputs.ts';
import { silenceMs, usable } from './line.ts';
import { reconcile } from './reconcile.ts';
import type { Silence, Technical } from './state.ts';
import {
  firstReadingMs,
  gapIntervals,
  gapsMax,
  lostMs,
  parameterAbsentMs,
  parameterLostMsMin,
  technicalMax,
} from './tuning.ts';

export function setTechnical(d: Draft, key: string, technical: Technical): void {
  const before = d.s.technical[key];
  d.s.technical = { ...d.s.technical, [key]: before ? { ...technical, onset: before.onset } : technical };
}

export function dropTechnical(d: Draft, key: string): void {
  if (!(key in d.s.technical)) return;
  const { [key]: _gone, ...rest } = d.s.technical;
  d.s.technical = rest;
}

/** Nobody is at a device without a patient: its silence is told, but not pressed. */
function silencePriority(d: Draft): Priority {
  return d.s.association?.category === 'unassigned' ? 'low' : 'medium';
}

/** How long nothing may be heard. */
export function patienceMs({ awaiting, intervalMs }: Silence): number {
  return awaiting ? firstReadingMs : silenceMs(intervalMs);
}

/** A patient is at a device that has sent nothing yet. */
export function awaitFirst(d: Draft, from: number): void {
  const { silence } = d.s;
  if (silence.armed || silence.heardAt !== 0) return;
  d.s.silence = { ...silence, armed: true, awaiting: true, eventTime: from, receivedAt: d.now, heardAt: d.now };
}

function raiseNoData(d: Draft): void {
  const onset = d.s.silence.eventTime + patienceMs(d.s.silence);
  setTechnical(d, 'no-data', { condition: 'no-data', priority: silencePriority(d), text: 'No data', onset });
  d.s.silence = { ...d.s.silence, armed: false };
  reconcile(d, onset);
}

/** By the wall clock. */
export function noticeSilence(d: Draft): void {
  const { armed, heardAt } = d.s.silence;
  if (armed && d.now - heardAt >= patienceMs(d.s.silence)) raiseNoData(d);
}

/** A reading about now: silence before it, if there was, is put on record and over. */
export function heard(d: Draft, input: ObservationInput, intervalMs: number): void {
  const { silence } = d.s;
  if (silence.armed && input.receivedAt - silence.receivedAt >= patienceMs(silence)) raiseNoData(d);
  // What was received before the gateway noticed the end says nothing of the time after.
  if ('disconnected' in d.s.technical && input.receivedAt <= silence.connectionAt) return;
  dropTechnical(d, 'no-data');
  dropTechnical(d, 'disconnected');
  d.s.silence = {
    ...d.s.silence,
    armed: true,
    awaiting: false,
    eventTime: input.time,
    receivedAt: silence.awaiting ? input.receivedAt : Math.max(input.receivedAt, silence.receivedAt),
    heardAt: d.now,
    intervalMs: intervalOf(silence, input.receivedAt, intervalMs),
    readingAt: input.receivedAt,
  };
}

/**
 * A device may send its pressures by the hour and its rates by the second, each with its own interval. The longer one does not
 * say when the device is silent, while the shorter one goes on.
 */
function intervalOf({ readingAt, intervalMs }: Silence, receivedAt: number, declaredMs: number): number {
  const goesOn = readingAt !== 0 && receivedAt - readingAt < silenceMs(intervalMs);
  return goesOn ? Math.min(intervalMs, declaredMs) : declaredMs;
}

/**
 * The gateway's word that a connection came or ended. A connection taken over by the device's next one, or closed because a
 * gateway went out of service, is no end: silence will tell if the device does not come back.
 */
export function connection(d: Draft, input: ConnectionInput): void {
  const { claim, connectionAt } = d.s.silence;
  if (isOlder(input.claim, claim)) {
    count(d, 'statusesOld');
    return;
  }
  if (input.claim !== undefined) {
    // Another gateway's clock may be behind: of a newer connection its word counts all the same.
    const newer = claim !== undefined && input.claim > claim;
    const at = newer ? Math.min(connectionAt, input.receivedAt) : connectionAt;
    d.s.silence = { ...d.s.silence, claim: input.claim, connectionAt: at };
  }
  if (input.connected) connected(d, input.receivedAt);
  else if (input.reason !== 'taken-over' && input.reason !== 'drained' && input.reason !== 'refused')
    disconnected(d, input.receivedAt);
}

function connected(d: Draft, receivedAt: number): void {
  if (receivedAt < d.s.silence.connectionAt) {
    count(d, 'statusesOld');
    return;
  }
  dropTechnical(d, 'disconnected');
  // While readings come, a connection or a status says nothing more; before the first, silence counts from here.
  const begins = (!d.s.silence.armed || d.s.silence.awaiting) && !('no-data' in d.s.technical);
  d.s.silence = {
    ...d.s.silence,
    connectionAt: receivedAt,
    ...(begins && { armed: true, awaiting: false, eventTime: receivedAt, receivedAt, heardAt: d.now }),
  };
  reconcile(d, receivedAt);
}

function disconnected(d: Draft, receivedAt: number): void {
  if (receivedAt < d.s.silence.connectionAt) {
    count(d, 'statusesOld');
    return;
  }
  const told = { condition: 'disconnected', priority: silencePriority(d), text: 'Device disconnected' };
  setTechnical(d, 'disconnected', { ...told, onset: receivedAt });
  d.s.silence = { ...d.s.silence, connectionAt: receivedAt, armed: false };
  reconcile(d, receivedAt);
  dropTechnical(d, 'no-data');
  reconcile(d, receivedAt);
}

/** A word about a connection that is not the device's newest. */
function isOlder(claim: number | undefined, known: number | undefined): boolean {
  return claim !== undefined && known !== undefined && claim < known;
}

/** Of a connection that never was claimed, nothing is known but that it is none of those that were. */
function isOldWill({ will }: StatusInput, known: number | undefined): boolean {
  if (will === undefined) return false;
  return will.reason === 'taken-over' || (will.claim === undefined ? known !== undefined : isOlder(will.claim, known));
}

/** The device's word on itself. Its list of conditions is whole each time; an older list says nothing new. */
export function status(d: Draft, input: StatusInput): void {
  if (isOldWill(input, d.s.silence.claim)) {
    count(d, 'statusesOld');
    return;
  }
  if (!input.online) {
    disconnected(d, input.receivedAt);
    return;
  }
  const { silence } = d.s;
  const older = silence.status?.boot === input.boot && input.seq <= silence.status.seq;
  if (older || input.receivedAt < silence.statusAt) {
    count(d, 'statusesOld');
    return;
  }
  d.s.silence = {
    ...silence,
    statusAt: input.receivedAt,
    status: { boot: input.boot, seq: input.seq },
    ...(input.intervalMs !== undefined && { intervalMs: input.intervalMs }),
  };
  if (input.conditions !== undefined) {
    deviceConditions(d, input);
    reconcile(d, input.time ?? input.receivedAt);
  }
  connected(d, input.receivedAt);
}

function deviceConditions(d: Draft, input: StatusInput): void {
  const onset = input.time ?? input.receivedAt;
  const present = (input.conditions ?? []).filter((one) => one.present);
  count(d, 'technicalDropped', present.length - technicalMax);
  const told = new Map<string, Technical>();
  for (const { condition, code } of present.slice(0, technicalMax)) {
    const { text, priority } = technicalConditions[condition];
    const label = code === undefined ? undefined : parameters.get(code)?.label;
    told.set(code === undefined ? condition : `${condition}/${code}`, {
      condition,
      priority,
      text: label === undefined ? text : `${label}: ${text}`,
      ...(code !== undefined && { code }),
      onset,
    });
  }
  for (const key of Object.keys(d.s.technical)) if (isDevices(key) && !told.has(key)) dropTechnical(d, key);
  for (const [key, technical] of told) setTechnical(d, key, technical);
}

const isDevices = (key: string) => (key.split('/')[0] ?? '') in technicalConditions;

/** Readings that keep coming slower than declared: delays cannot be judged then, and somebody must know. */
export function watchGaps(d: Draft, input: ObservationInput, intervalMs: number, before: number | null): void {
  const apart = before !== null && input.time - before > gapIntervals * intervalMs;
  const gaps = Math.min(gapsMax, Math.max(0, d.s.silence.gaps + (apart ? 1 : -1)));
  if (gaps !== d.s.silence.gaps) d.s.silence = { ...d.s.silence, gaps };
  if (gaps === 0) dropTechnical(d, 'data-gaps');
  if (gaps === gapsMax)
    setTechnical(d, 'data-gaps', {
      condition: 'data-gaps',
      priority: 'low',
      text: 'Readings come slower than declared: delays cannot be judged',
      onset: input.time,
    });
}

/**
 * A parameter that other readings no longer hold: said to be missing for `parameterLostMsMin`, or just left out for
 * `parameterAbsentMs`. Once acknowledged and gone for `lostMs`, it counts as no longer measured.
 */
export function watchParameters(d: Draft, input: ObservationInput, intervalMs: number): void {
  const newest = new Map<ParameterGroup, { at: number; code: string }>();
  for (const [code, at] of Object.entries(d.s.main.values)) {
    const row = parameters.get(code)!;
    if (row.episodicMs === undefined && at >= (newest.get(row.group)?.at ?? 0)) newest.set(row.group, { at, code });
  }
  for (const [group, { at, code }] of newest) {
    const key = `${group}.no-data`;
    const said = input.values.some((v) => parameters.get(v.code)?.group === group && usable(v) === 'missing');
    const bound = Math.max(silenceMs(intervalMs), said ? parameterLostMsMin : parameterAbsentMs);
    const ageMs = input.time - at;
    if (ageMs === 0) dropTechnical(d, key);
    else if (ageMs > lostMs && d.s.live[key]?.acknowledged) forget(d, group, key);
    else if (ageMs > bound)
      setTechnical(d, key, {
        condition: key,
        priority: 'low',
        text: `${parameters.get(code)!.label}: no value`,
        code,
        onset: at + bound,
      });
  }
}

function forget(d: Draft, group: ParameterGroup, key: string): void {
  dropTechnical(d, key);
  const kept = Object.entries(d.s.main.values).filter(([code]) => parameters.get(code)?.group !== group);
  d.s.main = { ...d.s.main, values: Object.fromEntries(kept) };
}

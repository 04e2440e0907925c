/** Records of a made-up alarm for tests: HR 134 > 120 at a bed of the ICU, raised, acknowledged and ended. */
import type { Alarm, AlarmEvent, AlarmEventType, CommandAnswer, StandbyInForce } from '../messages/alarms.ts';
import type { Actor, AuditRecord } from '../messages/records.ts';
import type { AlarmRecords, Logged, LogPart } from './records.ts';

export const onsetMs = Date.parse('2026-11-29T13:00:00.000Z');
export const instantAt = (seconds: number) => new Date(onsetMs + seconds * 1000).toISOString();
export const msAt = (seconds: number) => onsetMs + seconds * 1000;

export const nurse: Actor = { userId: 'anna', name: 'Anna A.', role: 'nurse' };
export const alarmId = 'alarm-0123456789abcdef';
const associationId = 'association-1';
const code = 'MDC_ECG_HEART_RATE';

export const baseAlarm: Alarm = {
  ...{ alarmId, rev: 1, associationId, deviceId: 'bed-07', condition: 'HR.high', kind: 'physiological' },
  ...{ priority: 'medium', code, text: 'HR 134 > 120', value: 134, limit: 120, unit: '/min' },
  ...{ present: true, signal: 'on', onsets: 1, late: false, escalation: 0 },
  ...{ onsetAt: instantAt(0), determinedAt: instantAt(6), raisedAt: instantAt(6.4) },
};

/** Returns an event in the log. @param logDelaySeconds from the engine's time until the event is in the log */
export function event(
  rev: number,
  type: AlarmEventType,
  seconds: number,
  changes: Partial<Alarm> = {},
  logDelaySeconds = 0.1,
): Logged<AlarmEvent> {
  const body: AlarmEvent = { type, at: instantAt(seconds), alarm: { ...baseAlarm, rev, ...changes } };
  return { body, appendedMs: msAt(seconds + logDelaySeconds) };
}

export function reading(measuredSeconds: number, receivedSeconds: number, loggedSeconds: number) {
  const [measuredMs, receivedMs, appendedMs] = [measuredSeconds, receivedSeconds, loggedSeconds].map(msAt);
  return { measuredMs: measuredMs!, receivedMs: receivedMs!, appendedMs: appendedMs!, codes: [code] };
}

export function connection(seconds: number, connected: boolean) {
  const reason = connected ? {} : ({ reason: 'keep-alive' } as const);
  const body = { deviceId: 'bed-07', receivedAt: instantAt(seconds), connected, ...reason };
  return { body, appendedMs: msAt(seconds) };
}

export function standby(rev: number, seconds: number, untilSeconds: number | null): Logged<StandbyInForce> {
  const until = untilSeconds === null ? undefined : instantAt(untilSeconds);
  const begun = until === undefined ? null : { since: instantAt(seconds), until, reason: 'CT', by: nurse };
  return { body: { associationId, rev, at: instantAt(seconds), standby: begun }, appendedMs: msAt(seconds) };
}

let auditCount = 0;
/** Returns an audit record of a session of the nurse. */
export function audit(seconds: number, action: AuditRecord['action'], fields: Partial<AuditRecord> = {}): AuditRecord {
  auditCount += 1;
  return {
    ...{ at: instantAt(seconds), boot: 'boot', n: auditCount, actor: nurse, action, session: 'session-1' },
    ...{ prev: '', hash: '', writer: 'dashboard', key: 'key', sig: '' },
    ...fields,
  };
}

export const asked = (seconds: number, commandId: string) =>
  audit(seconds, 'alarm-acknowledged', {
    ward: 'ICU',
    associationId,
    alarmId,
    detail: `HR.high, revision 1; command ${commandId}`,
  });

export function answer(seconds: number, commandId: string, reason?: string): Logged<CommandAnswer> {
  const refusal = reason === undefined ? {} : { reason };
  const members = { commandId, associationId, type: 'acknowledge', at: instantAt(seconds - 0.2) } as const;
  return { body: { ...members, accepted: reason === undefined, ...refusal }, appendedMs: msAt(seconds) };
}

const acknowledged: Partial<Alarm> = { signal: 'acknowledged', acknowledgedBy: nurse, acknowledgedAt: instantAt(68) };

/**
 * An alarm without trouble. The alarm is raised. After a minute, a nurse with an open view of the ward acknowledges the
 * alarm. Then the alarm ends.
 */
export const calmEvents: readonly Logged<AlarmEvent>[] = [
  event(1, 'raised', 6.4),
  event(2, 'acknowledged', 68.2, acknowledged),
  event(3, 'resolved', 100, { ...acknowledged, present: false, signal: 'off' }),
  event(4, 'cleared', 100.1, { ...acknowledged, present: false, signal: 'off' }),
];

/** Events of an alarm that nobody acknowledged. */
export const lonelyEvents: readonly Logged<AlarmEvent>[] = [
  event(1, 'raised', 6.4),
  event(2, 'escalated', 66.4, { escalation: 1 }),
  event(3, 'resolved', 100, { escalation: 1, present: false, signal: 'off' }),
  event(4, 'cleared', 100.1, { escalation: 1, present: false, signal: 'off' }),
];

type Changes = {
  readonly [Part in LogPart]?: Partial<AlarmRecords[Part]>;
} & Partial<Pick<AlarmRecords, 'ward' | 'patientId' | 'readUntilMs'>>;

/** Returns the records of the alarm without trouble, with changes. */
export function recordsWith(changes: Changes = {}): AlarmRecords {
  const { alarms, commands, observations, deliveries, pages, assignments, audit: trail, ...others } = changes;
  return {
    ...{ alarmId, ward: 'ICU', bed: '3', patientId: 'patient-1', readUntilMs: msAt(3600), ...others },
    alarms: {
      isWhole: true,
      events: calmEvents,
      others: [],
      answers: [answer(68.2, 'command-1')],
      limits: [],
      standbys: [],
      ...alarms,
    },
    commands: { isWhole: true, items: [], ...commands },
    observations: {
      isWhole: true,
      readings: [reading(0, 0.2, 0.3), reading(6, 6.2, 6.3)],
      connections: [],
      ...observations,
    },
    // Tests of the delivery add their own records. By default, records of these parts may be missing, so these parts
    // prove nothing.
    deliveries: { isWhole: false, items: [], ...deliveries },
    pages: { isWhole: false, answers: [], shown: [], hasReportsAround: false, ...pages },
    assignments: { isWhole: false, events: [], ...assignments },
    audit: { isWhole: true, items: [audit(60, 'ward-viewed', { ward: 'ICU' }), asked(68, 'command-1')], ...trail },
  };
}

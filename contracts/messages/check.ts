/** Parses and validates the content of sealed records. */
import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { Fault } from '../errors.ts';
import { parameters } from '../parameters.ts';
import { AlarmEvent, AlarmState, Command, CommandAnswer, LimitsInForce, StandbyInForce } from './alarms.ts';
import { AlarmsShown } from './alarms-shown.ts';
import { AssignmentEvent } from './assignments.ts';
import { DeliveryRecord } from './deliveries.ts';
import { DeliveryCommand, ReachEntry } from './delivery-commands.ts';
import { AskedPages, DeliveryPositions, DeliverySign, DeliverySnapshot } from './delivery-progress.ts';
import type { NumericValue } from './device.ts';
import { AlertsRecord } from './device-alerts.ts';
import { DeviceEventRecord, RefusalsRecord } from './device-events.ts';
import { HandOverNoteEvent } from './hand-over-notes.ts';
import { PatientTaskEvent } from './patient-tasks.ts';
import { PresenceRecord } from './presence.ts';
import {
  AccountRecord,
  AuditRecord,
  CanaryRecord,
  CanarySightRecord,
  ClaimRecord,
  ConnectionRecord,
  type ContentType,
  contentTypes,
  DeviceAssociations,
  NoticeRecord,
  ObservationRecord,
  OlderAuditRecord,
  RejectedRecord,
  StatusRecord,
  WaveformRecord,
} from './records.ts';
import { Scores } from './scores.ts';
import { Strip } from './strips.ts';
import { usableObservation, usableStatus, usableWaveform } from './usable.ts';
import { usableAlerts } from './usable-alerts.ts';

const schemas = {
  [contentTypes.observation]: ObservationRecord,
  [contentTypes.waveform]: WaveformRecord,
  [contentTypes.status]: StatusRecord,
  [contentTypes.alerts]: AlertsRecord,
  [contentTypes.connection]: ConnectionRecord,
  [contentTypes.notice]: NoticeRecord,
  [contentTypes.canary]: CanaryRecord,
  [contentTypes.canarySight]: CanarySightRecord,
  [contentTypes.claim]: ClaimRecord,
  [contentTypes.rejected]: RejectedRecord,
  [contentTypes.deviceEvent]: DeviceEventRecord,
  [contentTypes.refusals]: RefusalsRecord,
  [contentTypes.associations]: DeviceAssociations,
  [contentTypes.command]: Command,
  [contentTypes.alarmEvent]: AlarmEvent,
  [contentTypes.alarmState]: AlarmState,
  [contentTypes.commandAnswer]: CommandAnswer,
  [contentTypes.limitsInForce]: LimitsInForce,
  [contentTypes.standby]: StandbyInForce,
  [contentTypes.scores]: Scores,
  [contentTypes.strip]: Strip,
  [contentTypes.presence]: PresenceRecord,
  [contentTypes.account]: AccountRecord,
  [contentTypes.assignment]: AssignmentEvent,
  [contentTypes.delivery]: DeliveryRecord,
  [contentTypes.deliveryPositions]: DeliveryPositions,
  [contentTypes.deliverySnapshot]: DeliverySnapshot,
  [contentTypes.deliveryCommand]: DeliveryCommand,
  [contentTypes.alarmsShown]: AlarmsShown,
  [contentTypes.deliverySign]: DeliverySign,
  [contentTypes.askedPages]: AskedPages,
  [contentTypes.reach]: ReachEntry,
  [contentTypes.handOverNote]: HandOverNoteEvent,
  [contentTypes.patientTask]: PatientTaskEvent,
  [contentTypes.olderAudit]: OlderAuditRecord,
  [contentTypes.audit]: AuditRecord,
} as const satisfies Record<ContentType, TSchema>;

export type RecordOf = { [C in ContentType]: { readonly contentType: C; readonly body: Static<(typeof schemas)[C]> } };
export type AnyRecord = RecordOf[ContentType];
export type CheckedRecord = ({ readonly ok: true } & AnyRecord) | { readonly ok: false; readonly fault: Fault };

const validators = new Map<string, Validator>(
  Object.entries(schemas).map(([name, schema]) => [name, Compile(schema as TSchema) as Validator]),
);

/**
 * Parses and validates the plaintext of a sealed record. An unknown type or version is a fault. If a reading does not
 * fit its schema, the result has only the usable part of the reading (usable.ts). Every reader of the log gets the same
 * part.
 */
export function checkRecord(contentType: string, plaintext: Uint8Array): CheckedRecord {
  const validator = validators.get(contentType);
  if (!validator) return fault(`holds ${contentType.slice(0, 80)}, which this version does not know`);
  let body: unknown;
  try {
    body = JSON.parse(Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength).toString('utf8'));
  } catch {
    return fault('does not hold JSON');
  }
  if (contentType === contentTypes.status || !validator.Check(body)) {
    // Runs rarely: for a status, or for a reading with an unusable member.
    const usable = usableRecord(contentType, body);
    if (usable !== undefined && validator.Check(usable))
      return { ok: true, contentType, body: usable } as CheckedRecord;
    const [firstError] = validator.Errors(body);
    return fault(`does not fit ${contentType} at ${firstError?.instancePath || 'its root'}`);
  }
  return { ok: true, contentType, body } as CheckedRecord;
}

/**
 * Returns why readers would leave a record out; undefined if readers accept the record. Writers call this function
 * before they write, because nobody can remove a record from the log again. The message has no content of the record.
 */
export function bodyFault(contentType: ContentType, body: unknown): Fault | undefined {
  const validator = validators.get(contentType)!;
  // Readers never get undefined members, because JSON leaves them out. So if the body does not fit, it is checked again
  // without these members.
  if (validator.Check(body) || validator.Check(JSON.parse(JSON.stringify(body) ?? 'null'))) return undefined;
  const [firstError] = validator.Errors(body);
  const place = (firstError?.instancePath || 'its root').slice(0, 100);
  return { code: 'payload-schema', message: `A record does not fit ${contentType} at ${place}.` };
}

/** Returns the record with only the usable part of its reading; undefined if no part is usable. */
function usableRecord(contentType: string, record: unknown): unknown {
  if (typeof record !== 'object' || record === null || !('reading' in record)) return undefined;
  const usable = usablePartFinders[contentType]?.(record.reading);
  return usable && { ...record, reading: usable.body };
}

const usablePartFinders: Readonly<Record<string, (sent: unknown) => { readonly body: unknown } | undefined>> = {
  [contentTypes.observation]: usableObservation,
  [contentTypes.waveform]: usableWaveform,
  [contentTypes.status]: usableStatus,
  [contentTypes.alerts]: usableAlerts,
};

function fault(what: string): CheckedRecord {
  return { ok: false, fault: { code: 'payload-schema', message: `A record ${what}.` } };
}

/**
 * Returns the number of a numeric, if rules and screens may use it. Undefined if the number is absent, `invalid`,
 * `calibrating`, outside the plausible range, or if its code or unit is unknown. A real 0 is returned. A `questionable`
 * number is also returned, because screens mark such a number.
 */
export function usableNumber(numeric: NumericValue): number | undefined {
  const parameter = parameters.get(numeric.code);
  const { value } = numeric;
  if (
    !parameter ||
    value === undefined ||
    numeric.validity === 'invalid' ||
    numeric.validity === 'calibrating' ||
    numeric.unit !== parameter.unit
  )
    return undefined;
  return value >= parameter.min && value <= parameter.max ? value : undefined;
}

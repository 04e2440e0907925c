/** The validators of all sealed messages, each compiled once. */
import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { Fault } from '../errors.ts';
import { parameters } from '../parameters.ts';
import { AlarmEvent, AlarmState, Command, CommandAnswer, LimitsInForce, StandbyInForce } from './alarms.ts';
import type { NumericValue } from './device.ts';
import { AlertsRecord } from './device-alerts.ts';
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
  PresenceRecord,
  RejectedRecord,
  StatusRecord,
  WaveformRecord,
} from './records.ts';
import { Scores } from './scores.ts';
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
  [contentTypes.associations]: DeviceAssociations,
  [contentTypes.command]: Command,
  [contentTypes.alarmEvent]: AlarmEvent,
  [contentTypes.alarmState]: AlarmState,
  [contentTypes.commandAnswer]: CommandAnswer,
  [contentTypes.limitsInForce]: LimitsInForce,
  [contentTypes.standby]: StandbyInForce,
  [contentTypes.scores]: Scores,
  [contentTypes.presence]: PresenceRecord,
  [contentTypes.account]: AccountRecord,
  [contentTypes.olderAudit]: OlderAuditRecord,
  [contentTypes.audit]: AuditRecord,
} as const satisfies Record<ContentType, TSchema>;

export type RecordOf = { [C in ContentType]: { readonly contentType: C; readonly body: Static<(typeof schemas)[C]> } };
export type AnyRecord = RecordOf[ContentType];
export type Checked = ({ readonly ok: true } & AnyRecord) | { readonly ok: false; readonly fault: Fault };

const validators = new Map<string, Validator>(
  Object.entries(schemas).map(([name, schema]) => [name, Compile(schema as TSchema) as Validator]),
);

/**
 * Parses and validates the content of an envelope. An unknown version is a fault; the record stays in the log. If a reading does not fit
 * its schema, the result holds the part that can be used (usable.ts). This part is the same for every reader.
 */
export function checkRecord(contentType: string, plaintext: Uint8Array): Checked {
  const validator = validators.get(contentType);
  if (!validator) return fault(`holds ${contentType.slice(0, 80)}, which this version does not know`);
  let body: unknown;
  try {
    body = JSON.parse(Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength).toString('utf8'));
  } catch {
    return fault('does not hold JSON');
  }
  if (contentType === contentTypes.status || !validator.Check(body)) {
    // Rare: a status, or a reading with a member that cannot be used.
    const usable = usableRecord(contentType, body);
    if (usable !== undefined && validator.Check(usable)) return { ok: true, contentType, body: usable } as Checked;
    const [first] = validator.Errors(body);
    return fault(`does not fit ${contentType} at ${first?.instancePath || 'its root'}`);
  }
  return { ok: true, contentType, body } as Checked;
}

/** Returns the record with the usable part of its reading; undefined if nothing can be used. */
function usableRecord(contentType: string, record: unknown): unknown {
  if (typeof record !== 'object' || record === null || !('reading' in record)) return undefined;
  const use = usableBy[contentType];
  const usable = use?.(record.reading);
  return usable && { ...record, reading: usable.body };
}

const usableBy: Readonly<Record<string, (sent: unknown) => { readonly body: unknown } | undefined>> = {
  [contentTypes.observation]: usableObservation,
  [contentTypes.waveform]: usableWaveform,
  [contentTypes.status]: usableStatus,
  [contentTypes.alerts]: usableAlerts,
};

function fault(what: string): Checked {
  return { ok: false, fault: { code: 'payload-schema', message: `A record ${what}.` } };
}

/**
 * Returns the number that a rule or a screen may use. Undefined if it is absent, marked as invalid, has an unknown code or unit, or is
 * outside what a body can yield. A real 0 is a number. A `questionable` number counts too (screens mark it). A `calibrating` one does not.
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

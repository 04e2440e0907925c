/** Turns opened records into the engine's inputs. */

import { type AnyRecord, checkRecord } from '../../contracts/messages/check.ts';
import { soundOf } from '../../contracts/messages/device-alerts.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { numericsByCode } from '../../contracts/numerics.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { RecordOrigin } from '../../log/envelope/header.ts';
import type { Input, StatusInput } from './core/inputs.ts';

export type IntakeResult =
  | { readonly ok: true; readonly input: Input; readonly receivedAt: number | undefined }
  | { readonly ok: false; readonly reason: string };

/** The identity of a message, from the envelope of its record. */
type MessageId = Pick<RecordOrigin, 'boot' | 'seq'>;

/**
 * Returns the engine's input for a record of `observations` or `commands`, or the reason why the engine cannot use the
 * record.
 */
export function inputOf(record: AnyRecord, id: MessageId): IntakeResult {
  const input = convert(record, id);
  return input
    ? { ok: true, input, receivedAt: 'receivedAt' in input ? input.receivedAt : undefined }
    : {
        ok: false,
        reason: 'The alarm engine does not use records of this type, or the time of the record is invalid.',
      };
}

/**
 * Returns the engine's input for the decrypted content of an envelope, or the reason why the engine cannot use the
 * content.
 */
export function inputOfText(contentType: string, plaintext: Uint8Array, id: MessageId): IntakeResult {
  const checked = checkRecord(contentType, plaintext);
  return checked.ok ? inputOf(checked, id) : { ok: false, reason: checked.fault.message };
}

/**
 * The `boot` and `seq` of an input are those of the envelope. If the device sends no `boot`, the gateway creates them.
 */
function convert(record: AnyRecord, { boot, seq }: MessageId): Input | undefined {
  switch (record.contentType) {
    case contentTypes.observation: {
      const { deviceId, reading } = record.body;
      const time = parseInstant(reading.time);
      const receivedAt = parseInstant(record.body.receivedAt);
      if (time === undefined || receivedAt === undefined) return undefined;
      const { values, repeatedParameters } = numericsByCode(reading.values);
      const { intervalMs, boot: deviceBoot } = reading;
      const declared = {
        ...(intervalMs !== undefined && { intervalMs }),
        ...(deviceBoot !== undefined && { start: deviceBoot }),
        ...(repeatedParameters.length > 0 && { doubled: repeatedParameters.map(({ code }) => code) }),
      };
      return { type: 'observation', deviceId, time, receivedAt, boot, seq, values, ...declared };
    }
    case contentTypes.status: {
      const { deviceId, reading, will } = record.body;
      const receivedAt = parseInstant(record.body.receivedAt);
      if (receivedAt === undefined) return undefined;
      const time = reading.time === undefined ? undefined : parseInstant(reading.time);
      const input: StatusInput = {
        type: 'status',
        deviceId,
        receivedAt,
        boot,
        seq,
        online: reading.online,
        ...(will !== undefined && { will }),
        ...(time !== undefined && { time }),
        ...(reading.intervalMs !== undefined && { intervalMs: reading.intervalMs }),
        ...(reading.conditions !== undefined && { conditions: reading.conditions }),
      };
      return input;
    }
    case contentTypes.alerts: {
      const { deviceId, reading } = record.body;
      const time = parseInstant(reading.time);
      const receivedAt = parseInstant(record.body.receivedAt);
      if (time === undefined || receivedAt === undefined) return undefined;
      return { type: 'alerts', deviceId, time, receivedAt, boot, seq, alerts: reading.alerts, sound: soundOf(reading) };
    }
    case contentTypes.connection: {
      const { deviceId, connected, reason, claim } = record.body;
      const receivedAt = parseInstant(record.body.receivedAt);
      if (receivedAt === undefined) return undefined;
      return {
        type: 'connection',
        deviceId,
        receivedAt,
        connected,
        ...(claim !== undefined && { claim }),
        ...(reason !== undefined && { reason }),
      };
    }
    case contentTypes.notice: {
      const { deviceId, notice, forMs } = record.body;
      const receivedAt = parseInstant(record.body.receivedAt);
      return receivedAt === undefined ? undefined : { type: 'notice', deviceId, receivedAt, notice, forMs };
    }
    case contentTypes.command:
      return parseInstant(record.body.at) === undefined ? undefined : { type: 'command', command: record.body };
    case contentTypes.waveform:
    case contentTypes.canary:
    case contentTypes.canarySight:
    case contentTypes.claim:
    case contentTypes.rejected:
    case contentTypes.associations:
    case contentTypes.alarmEvent:
    case contentTypes.alarmState:
    case contentTypes.commandAnswer:
    case contentTypes.limitsInForce:
    case contentTypes.standby:
    case contentTypes.presence:
    case contentTypes.audit:
      return undefined;
  }
}

/** Creates strips for the tests of printed pages. The arguments replace members. */
import { createHash } from 'node:crypto';
import { newAlarm } from '../../contracts/messages/alarms.testing.ts';
import { newLimits } from '../../contracts/messages/limits.testing.ts';
import type { Strip, StripChunk } from '../../contracts/messages/strips.ts';
import { stripBytes } from '../../contracts/strip-bytes.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { PrintedStrip } from './header.ts';

export const onsetMs = Date.parse('2026-03-01T10:00:00.000Z');
const onsetAt = formatInstant(onsetMs);

/** Returns one message of a second of a wave. @param second seconds after the onset */
export function newChunk(second: number, code: string, rateHz: number, valueAt: (s: number) => number): StripChunk {
  const samples = Array.from({ length: rateHz }, (_, at) => Math.round(1_000 * valueAt(second + at / rateHz)));
  return {
    ...{ code, start: formatInstant(onsetMs + second * 1_000), rateHz, scale: 0.001, offset: 0 },
    samples: Buffer.from(Int16Array.from(samples).buffer).toString('base64'),
    source: { partition: 0, offset: '1', boot: 'b1', seq: 20 + second, receivedAt: onsetAt },
  };
}

export const seconds = Array.from({ length: 20 }, (_, at) => at - 10);
/** A rectangle of 1 mV: 0 mV in even seconds, 1 mV in odd seconds. */
export const square = (s: number): number => Math.abs(Math.floor(s)) % 2;

export function newStrip(more: Partial<Strip> = {}): Strip {
  const alarm = newAlarm(onsetAt, {
    ...{ alarmId: 'alarm-0123456789abcdef', associationId: 'association-1', deviceId: 'bed-01' },
    ...{ condition: 'HR.extreme-high', text: 'HR 151 > 140', value: 151, limit: 140, unit: '/min', priority: 'high' },
  });
  const content: Omit<Strip, 'digest'> = {
    ...{ stripId: `${alarm.alarmId}.1`, rev: 1, associationId: alarm.associationId, deviceId: alarm.deviceId },
    ...{ alarmId: alarm.alarmId, onset: 1, onsetAt, onsetWallAt: onsetAt, writtenAt: onsetAt },
    ...{ content: 'waves', isComplete: true, alarm, limits: newLimits(alarm.associationId) },
    numerics: [{ code: 'MDC_ECG_HEART_RATE', value: 151, unit: '/min', at: onsetAt }],
    chunks: [
      ...seconds.map((second) => newChunk(second, 'MDC_ECG_ELEC_POTL_II', 100, square)),
      ...seconds.map((second) => newChunk(second, 'MDC_PULS_OXIM_PLETH', 50, (s) => Math.sin(s * 15))),
    ],
    ...more,
  };
  return { ...content, digest: createHash('sha256').update(stripBytes(content)).digest('base64url') };
}

export function newPrinted(more: Partial<PrintedStrip> = {}): PrintedStrip {
  return {
    strip: newStrip(),
    recordDigest: 'R'.repeat(43),
    subject: {
      patient: {
        ...{ patientId: 'P-1', familyName: 'Żółtańska-Őrsi', givenName: 'Жанна Zoë', birthDate: '1950-01-02' },
        sex: 'female',
      },
      ...{ patientId: 'P-1', ward: 'ICU', bed: '3' },
    },
    ...{ printedBy: 'Pia Jäger (pia)', printedMs: onsetMs + 3_600_000, instantText: formatInstant },
    ...more,
  };
}

/** Makes the readings that the devices of the fault tests publish. */
import type { DeviceTopicKind } from '../../contracts/topics.ts';

export type Kind = Exclude<DeviceTopicKind, 'status'>;

export type Reading = {
  readonly kind: Kind;
  /** Sequence number, counted from 1 for each kind. */
  readonly seq: number;
  readonly timeMs: number;
  readonly payload: Buffer;
};

/** Eight samples as little-endian int16, in base64. */
const samples = Buffer.from(Int16Array.from({ length: 8 }, (_, i) => 100 * i).buffer).toString('base64');

export function makeReading(kind: Kind, boot: string, seq: number, timeMs: number): Reading {
  const time = new Date(timeMs).toISOString();
  const body =
    kind === 'observations'
      ? {
          boot,
          seq,
          time,
          intervalMs: 1000,
          values: [
            { code: 'MDC_ECG_HEART_RATE', value: 60 + (seq % 40), unit: '/min' },
            { code: 'MDC_PULS_OXIM_SAT_O2', value: 90 + (seq % 10), unit: '%' },
          ],
        }
      : { boot, seq, start: time, code: 'MDC_PULS_OXIM_PLETH', rateHz: 100, scale: 0.001, offset: 0, samples };
  return { kind, seq, timeMs, payload: Buffer.from(JSON.stringify(body)) };
}

/** Records of a device for the tests of strips. */
import { newAlarm } from '../../../contracts/messages/alarms.testing.ts';
import type { Alarm, AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { WaveSource } from './strip.ts';

export const t0 = Date.parse('2026-03-01T10:00:00.000Z');

/**
 * Returns the event of an alarm. Its condition began at `t0`. The alarm was raised 5.2 s later, after a delay of 5 s.
 */
export function raised(alarm: Partial<Alarm> = {}, event: Partial<AlarmEvent> = {}): AlarmEvent {
  const raisedAt = formatInstant(t0 + 5_200);
  return {
    type: 'raised',
    at: raisedAt,
    ...event,
    alarm: newAlarm(raisedAt, {
      ...{ alarmId: 'alarm-0123456789abcdef', associationId: 'association-1', deviceId: 'bed-01' },
      ...{ onsetAt: formatInstant(t0), determinedAt: formatInstant(t0 + 5_000) },
      ...alarm,
    }),
  };
}

/** Returns base64 of little-endian int16. */
export function base64Of(samples: readonly number[]): string {
  return Buffer.from(Int16Array.from(samples).buffer).toString('base64');
}

/** Returns a message with one second of a wave, `second` seconds after `t0`. */
export function waveAt(second: number, more: { code?: string; rateHz?: number; seconds?: number } = {}): WaveSource {
  const { code = 'MDC_ECG_ELEC_POTL_II', rateHz = 100, seconds = 1 } = more;
  const samples = Array.from({ length: rateHz * seconds }, (_, at) => Math.round(1000 * Math.sin(at + second)));
  return {
    body: {
      deviceId: 'bed-01',
      receivedAt: formatInstant(t0 + second * 1_000 + 1_020),
      reading: {
        start: formatInstant(t0 + second * 1_000),
        code,
        rateHz,
        scale: 0.001,
        offset: 0,
        samples: base64Of(samples),
      },
    },
    ...{ partition: 3, offset: String(1_000 + second), boot: 'b1', seq: 1_000 + Math.round(second * 10) },
  };
}

/** Returns messages of each second from `from` until before `to`. */
export const wavesFrom = (from: number, to: number, more: Parameters<typeof waveAt>[1] = {}): WaveSource[] =>
  Array.from({ length: to - from }, (_, at) => waveAt(from + at, more));

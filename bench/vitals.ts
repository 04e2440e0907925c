/** Creates artificial vital signs: waves with a heart beat, and values that change a little. */
import type { Observation } from '../contracts/messages/device.ts';

export type MadeUpWave = {
  readonly code: string;
  readonly rateHz: number;
  readonly scale: number;
  readonly offset: number;
  /** Returns the value of the wave. @param phase the part of the beat that has passed, 0 ≤ phase < 1 */
  readonly shape: (phase: number) => number;
};

const bump = (phase: number, centre: number, width: number) => Math.exp(-(((phase - centre) / width) ** 2));

export const madeUpWaves: readonly MadeUpWave[] = [
  {
    ...{ code: 'MDC_ECG_ELEC_POTL_II', rateHz: 250, scale: 0.001, offset: 0 },
    shape: (phase) =>
      0.12 * bump(phase, 0.2, 0.03) +
      1.1 * bump(phase, 0.36, 0.012) -
      0.25 * bump(phase, 0.39, 0.012) +
      0.3 * bump(phase, 0.6, 0.05),
  },
  {
    ...{ code: 'MDC_PULS_OXIM_PLETH', rateHz: 125, scale: 0.0005, offset: 0.5 },
    shape: (phase) => 0.8 * bump(phase, 0.45, 0.12) + 0.25 * bump(phase, 0.7, 0.1),
  },
];

const beatMs = (bed: number) => 60_000 / (62 + ((bed * 7) % 40));

/** Returns the samples from `startMs` to `startMs + forMs` as a device sends them: base64 of little-endian int16. */
export function madeUpSamples(wave: MadeUpWave, bed: number, startMs: number, forMs: number): string {
  const count = Math.round((wave.rateHz * forMs) / 1000);
  const bytes = Buffer.alloc(count * 2);
  for (let i = 0; i < count; i += 1) {
    const phase = ((startMs + (i * 1000) / wave.rateHz) / beatMs(bed)) % 1;
    bytes.writeInt16LE(Math.round((wave.shape(phase) - wave.offset) / wave.scale), i * 2);
  }
  return bytes.toString('base64');
}

/** Returns the numerics of a five-parameter monitor at `nowMs`. */
export function madeUpValues(bed: number, nowMs: number): Observation['values'] {
  const drift = Math.round(3 * Math.sin(nowMs / 4_000 + bed));
  return [
    { code: 'MDC_ECG_HEART_RATE', value: 62 + ((bed * 7) % 40) + drift, unit: '/min' },
    { code: 'MDC_PULS_OXIM_SAT_O2', value: 96 + (drift > 0 ? 1 : 0), unit: '%' },
    { code: 'MDC_PULS_OXIM_PULS_RATE', value: 62 + ((bed * 7) % 40) + drift, unit: '/min' },
    { code: 'MDC_RESP_RATE', value: 15 + (drift > 1 ? 1 : 0), unit: '/min' },
    { code: 'MDC_PRESS_BLD_NONINV_SYS', value: 120 + drift, unit: 'mm[Hg]' },
    { code: 'MDC_PRESS_BLD_NONINV_DIA', value: 78, unit: 'mm[Hg]' },
    { code: 'MDC_PRESS_BLD_NONINV_MEAN', value: 92, unit: 'mm[Hg]' },
    { code: 'MDC_TEMP_BODY', value: 36.9, unit: 'Cel' },
  ];
}

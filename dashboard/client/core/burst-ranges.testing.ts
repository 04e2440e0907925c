/** The ranges in CLINICAL for the alarm sounds ("Signals on the screen and in the ear"). */
import { silenceMs } from './burst.ts';
import type { Burst, SoundLevel } from './sound-table.ts';

type Range = readonly [least: number, most: number];

type Ranges = { readonly pulses: Range; readonly pulseMs: Range; readonly repeatMs: Range };

const ranges: Readonly<Record<Exclude<SoundLevel, 'lost'>, Ranges>> = {
  high: { pulses: [10, 10], pulseMs: [75, 200], repeatMs: [2_500, 15_000] },
  medium: { pulses: [3, 3], pulseMs: [125, 250], repeatMs: [2_500, 30_000] },
  low: { pulses: [1, 2], pulseMs: [125, 250], repeatMs: [15_001, Number.POSITIVE_INFINITY] },
};
const spacingMs: Range = [50, 125];
/** The pause between the pulses 5 and 6 of a high alarm. */
const middleMs: Range = [350, 1_300];
const highSilenceMs: Range = [2_500, 15_000];
const edgeShare: Range = [0.1, 0.2];
const harmonicsLeast = 4;
const harmonicDb: Range = [-15, 15];

function outside(name: string, value: number, [least, most]: Range): string[] {
  return value >= least && value <= most ? [] : [`${name} is ${value}, not ${least} to ${most}`];
}

/** Compares a burst with the ranges in CLINICAL. Returns one text for each fault. */
export function burstFaults(level: SoundLevel, burst: Burst): string[] {
  const faults = [
    ...(burst.pausesMs.length === burst.pitchesHz.length - 1 ? [] : ['each pulse except the last needs a pause']),
    ...outside('edgeShare', burst.edgeShare, edgeShare),
    ...outside('number of harmonics', burst.harmonicsDb.length, [harmonicsLeast, Number.POSITIVE_INFINITY]),
    ...burst.harmonicsDb.flatMap((levelDb, k) => outside(`harmonic ${k + 2}`, levelDb, harmonicDb)),
    ...outside('loudness', burst.loudness, [0.1, 1]),
  ];
  if (level === 'lost') return [...faults, ...lostFaults(burst)];
  const range = ranges[level];
  faults.push(
    ...outside('number of pulses', burst.pitchesHz.length, range.pulses),
    ...outside('pulseMs', burst.pulseMs, range.pulseMs),
    ...outside('repeatMs', burst.repeatMs, range.repeatMs),
    ...(new Set(burst.pitchesHz).size === 1 ? [] : ['the pulses have different pitches']),
  );
  if (level === 'high') faults.push(...highFaults(burst));
  if (level === 'medium' && new Set(burst.pausesMs).size > 1) faults.push('the pauses are not equal');
  return faults;
}

function highFaults(burst: Burst): string[] {
  const [x = 0] = burst.pausesMs;
  const long = 2 * x + burst.pulseMs;
  return [
    ...burst.pausesMs.flatMap((pause, i) => {
      const name = `pause between the pulses ${i + 1} and ${i + 2}`;
      if (i === 4) return outside(name, pause, middleMs);
      if (i === 2 || i === 7) return outside(name, pause, [long, long]);
      return [...outside(name, pause, spacingMs), ...outside(name, pause, [x, x])];
    }),
    ...outside('silence between bursts', silenceMs(burst), highSilenceMs),
  ];
}

/** CLINICAL has no ranges for the sound `lost`. Nobody may confuse `lost` with the sound of a patient alarm. */
function lostFaults(burst: Burst): string[] {
  const { pulses, pulseMs } = { pulses: burst.pitchesHz.length, pulseMs: burst.pulseMs };
  return [
    ...(Object.values(ranges).some((range) => outside('', pulses, range.pulses).length === 0)
      ? [`a patient alarm has ${pulses} pulses too`]
      : []),
    ...(Object.values(ranges).some((range) => pulseMs <= range.pulseMs[1])
      ? [`a pulse of a patient alarm can also be ${pulseMs} ms long`]
      : []),
    ...(new Set(burst.pitchesHz).size > 1 ? [] : ['all pulses have the same pitch, as in a patient alarm']),
  ];
}

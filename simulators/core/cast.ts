/** Decides which recording each bed plays, and from which point. */
import { hourMs } from '../../contracts/durations.ts';
import { nextRandom, seedRandom } from './random.ts';

export type Role = {
  /** A name in the catalogue (recordings.ts). */
  readonly recording: string;
  /** Returns the point at which the bed starts in a recording that lasts `loopMs`. */
  readonly startAtMs: (loopMs: number) => number;
};

/**
 * The recordings of the demonstration ward, in the order of its beds. First breach of the default adult limits in each recording:
 *
 * - bidmc-25: HR 126 at 0 s
 * - bidmc-13: RR 4 at 0 s, apnoea from 123 s on
 * - bidmc-21: HR 121 at 35 s
 * - bidmc-22: SpO2 89 at 48 s
 * - bidmc-19: RR 7 at 49 s; SpO2 is missing for 102 s
 * - bidmc-05: RR 7 at 164 s, 4 at 167 s
 * - bidmc-14: RR 34 at 459 s
 * - bidmc-01 (the only one with waves) and bidmc-02: no breach
 */
export const ward: readonly string[] = [
  'bidmc-01',
  'bidmc-25',
  'bidmc-13',
  'bidmc-22',
  'bidmc-21',
  'bidmc-19',
  'bidmc-05',
  'bidmc-02',
  'bidmc-14',
];

/** Patients who become septic. `onsetHour` is the hour in the recording (from 0) at which the label of the data set changes to sepsis. */
export const septic: readonly { readonly recording: string; readonly onsetHour: number }[] = [
  { recording: 'p002029', onsetHour: 16 },
  { recording: 'p016395', onsetHour: 15 },
  { recording: 'p001352', onsetHour: 3 },
  { recording: 'p000028', onsetHour: 21 },
  { recording: 'p000009', onsetHour: 248 },
];

/** A bed with a septic patient starts this many hours before the onset. */
const leadHours = 4;

/**
 * Returns recording and start of a bed. The first beds, one for each recording of the cast, start at the usual point. Later beds play the
 * same recordings from a random point, so that their values differ from those of the first beds.
 * @param index number of the bed, from 0
 * @param chosen recordings from the command line; they replace the cast and start at their beginning
 */
export function roleOf(
  cast: 'ward' | 'sepsis',
  index: number,
  seed: number,
  deviceId: string,
  chosen: readonly string[],
): Role {
  if (chosen.length > 0) return { recording: chosen[index % chosen.length]!, startAtMs: () => 0 };
  const share = nextRandom(seedRandom(seed, deviceId)).value;
  switch (cast) {
    case 'ward': {
      const round = Math.floor(index / ward.length);
      const recording = ward[index % ward.length]!;
      return { recording, startAtMs: (loopMs) => (round === 0 ? 0 : wholeSeconds(share * loopMs)) };
    }
    case 'sepsis': {
      const { recording, onsetHour } = septic[index % septic.length]!;
      const hoursBefore = index < septic.length ? leadHours : leadHours + Math.floor(share * 8);
      return { recording, startAtMs: () => Math.max(0, onsetHour - hoursBefore) * hourMs };
    }
  }
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

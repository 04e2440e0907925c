/** Decides which recording each bed plays, and from which point. */
import { hourMs } from '../../contracts/durations.ts';
import { nextRandom, seedRandom } from './random.ts';

export type Role = {
  /** A name in the catalogue (recordings.ts). */
  readonly recording: string;
  /** Returns the point at which the bed starts in its recording. `loopMs` is the length of the recording. */
  readonly startAtMs: (loopMs: number) => number;
};

/**
 * The recordings of the demonstration ward, in the order of its beds. First breach of the default adult limits in each
 * recording:
 *
 * - bidmc-25: HR 126 at 0 s
 * - bidmc-13: RR 4 at 0 s, apnoea from 123 s on
 * - bidmc-21: HR 121 at 35 s
 * - bidmc-22: SpO2 89 at 48 s
 * - bidmc-19: RR 7 at 49 s; SpO2 is missing for 102 s
 * - bidmc-05: RR 7 at 164 s, 4 at 167 s
 * - bidmc-14: RR 34 at 459 s
 * - bidmc-01 (the only recording with waves) and bidmc-02: no breach
 */
export const wardRecordings: readonly string[] = [
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

/**
 * Patients who become septic. `onsetHour` is the hour in the recording (from 0) from which the data set labels the
 * patient as septic.
 */
export const septicPatients: readonly { readonly recording: string; readonly onsetHour: number }[] = [
  { recording: 'p002029', onsetHour: 16 },
  { recording: 'p016395', onsetHour: 15 },
  { recording: 'p001352', onsetHour: 3 },
  { recording: 'p000028', onsetHour: 21 },
  { recording: 'p000009', onsetHour: 248 },
];

/** A bed with a septic patient starts this many hours before the onset. */
const leadHours = 4;

/**
 * Returns the recording of a bed and the point at which the recording starts. The first beds get one recording of the
 * cast each, and start at the usual point. Further beds play these recordings again from a random point, so that their
 * values differ from the values of the first beds.
 * @param index number of the bed, from 0
 * @param chosenRecordings recordings from the command line; they replace the cast and start at their beginning
 */
export function roleOf(
  cast: 'ward' | 'sepsis',
  index: number,
  seed: number,
  deviceId: string,
  chosenRecordings: readonly string[],
): Role {
  if (chosenRecordings.length > 0)
    return { recording: chosenRecordings[index % chosenRecordings.length]!, startAtMs: () => 0 };
  const randomFraction = nextRandom(seedRandom(seed, deviceId)).value;
  switch (cast) {
    case 'ward': {
      const wardPass = Math.floor(index / wardRecordings.length);
      const recording = wardRecordings[index % wardRecordings.length]!;
      return { recording, startAtMs: (loopMs) => (wardPass === 0 ? 0 : wholeSeconds(randomFraction * loopMs)) };
    }
    case 'sepsis': {
      const { recording, onsetHour } = septicPatients[index % septicPatients.length]!;
      const hoursBefore = index < septicPatients.length ? leadHours : leadHours + Math.floor(randomFraction * 8);
      return { recording, startAtMs: () => Math.max(0, onsetHour - hoursBefore) * hourMs };
    }
  }
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

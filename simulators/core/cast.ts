/** Which bed plays which recording, and from which point. */
import { nextRandom, seedRandom } from './random.ts';

export type Role = {
  /** A name in the catalogue (recordings.ts). */
  readonly recording: string;
  /** Returns the start of the bed, for a recording that lasts `loopMs`. */
  readonly startAtMs: (loopMs: number) => number;
};

const hourMs = 3_600_000;

/**
 * The ward of the demonstration, in the order of beds. The recordings breach the default adult limits first at: 25 HR 126 at 0 s; 13 RR 4
 * at 0 s, apnoea from 123 s; 21 HR 121 at 35 s; 22 SpO2 89 at 48 s; 19 RR 7 at 49 s, SpO2 lost for 102 s; 05 RR 7 at 164 s and 4 at 167 s;
 * 14 RR 34 at 459 s. 01 (with waves) and 02 never breach them.
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

/** Patients who become septic, with the hour of their chart, from 0, at which the label changes. */
export const septic: readonly { readonly recording: string; readonly onsetHour: number }[] = [
  { recording: 'p002029', onsetHour: 16 },
  { recording: 'p016395', onsetHour: 15 },
  { recording: 'p001352', onsetHour: 3 },
  { recording: 'p000028', onsetHour: 21 },
  { recording: 'p000009', onsetHour: 248 },
];

/** Hours before the onset at which a septic bed starts. */
const leadHours = 4;

/**
 * Returns the part of a bed (`index` from 0). The first round of a cast starts at the beginning. Later beds play the same recordings from
 * another point, by seed and name, so that they do not move in step.
 * @param chosen recordings named on the command line; they replace the cast and start at the beginning
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
      const earlier = index < septic.length ? leadHours : leadHours + Math.floor(share * 8);
      return { recording, startAtMs: () => Math.max(0, onsetHour - earlier) * hourMs };
    }
  }
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

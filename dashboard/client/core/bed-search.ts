/** Finds beds by the name of the bed, the name of the patient, or the patient's id. */
import type { Bed } from '../../protocol/rest.ts';
import { compareBeds } from './numerics.ts';

/** Maximum number of beds that the search lists. The search also says how many further beds match. */
export const foundMax = 8;

export type Found = {
  readonly beds: readonly Bed[];
  /** Number of further beds that match. */
  readonly more: number;
};

/**
 * Returns the beds that match a text, the best match first. Each word of the text must be the beginning of the
 * patient's id, or the beginning of a word in the name of the bed, ward or patient. Case and accents do not matter.
 */
export function findBeds(beds: Iterable<Bed>, text: string): Found {
  const asked = wordsOf(text);
  if (asked.length === 0) return { beds: [], more: 0 };
  const matches = [...beds]
    .filter((bed) => bed.ward !== null && bed.bed !== null)
    .flatMap((bed) => {
      const rank = rankOf(bed, asked);
      return rank === undefined ? [] : [{ bed, rank }];
    })
    .sort((a, b) => a.rank - b.rank || compareBeds(placeOf(a.bed), placeOf(b.bed)));
  return { beds: matches.slice(0, foundMax).map(({ bed }) => bed), more: Math.max(0, matches.length - foundMax) };
}

const placeOf = (bed: Bed) => ({ ward: bed.ward ?? '', bed: bed.bed ?? '' });

/**
 * Returns how well a bed matches a text. 0: the text is the whole name of the bed. 1: the name of the bed matches. 2:
 * other data of the bed match. Undefined: nothing matches.
 */
function rankOf({ bed, ward, patient }: Bed, asked: readonly string[]): 0 | 1 | 2 | undefined {
  const bedWords = wordsOf(bed ?? '');
  const isIn = (words: readonly string[]) => asked.every((part) => words.some((word) => word.startsWith(part)));
  if (bedWords.join(' ') === asked.join(' ')) return 0;
  if (isIn(bedWords)) return 1;
  const others = patient ? [patient.familyName, patient.givenName, patient.patientId] : [];
  return isIn([...bedWords, ...wordsOf([ward ?? '', ...others].join(' '))]) ? 2 : undefined;
}

/** Returns the words of a text in small letters, without accents. */
function wordsOf(text: string): string[] {
  const plain = text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}

/** Creates scores for tests: the scores of a patient who scores 0. The arguments replace members. */
import type { Scores } from './scores.ts';

const at = '2026-01-01T09:59:00.000Z';
const by = { userId: 'nora', name: 'Nora Nurse', role: 'nurse' } as const;

export function newScores(
  associationId: string,
  news2: Partial<Scores['news2']> = {},
  more: Partial<Omit<Scores, 'news2'>> = {},
): Scores {
  return {
    associationId,
    at: '2026-01-01T10:00:00.000Z',
    validUntil: '2026-01-01T10:05:00.000Z',
    news2: {
      scale: 1,
      parts: [
        { parameter: 'RR', value: 16, at, points: 0 },
        { parameter: 'SpO2', value: 97, at, points: 0 },
        { parameter: 'oxygen', value: false, at, points: 0 },
        { parameter: 'BPsys', value: 130, at, points: 0 },
        { parameter: 'pulse', value: 70, at, points: 0 },
        { parameter: 'consciousness', value: 'A', at, points: 0 },
        { parameter: 'Temp', value: 37, at, points: 0 },
      ],
      missing: [],
      atLeast: 0,
      total: 0,
      risk: 'low',
      response: '12-hourly',
      ...news2,
    },
    shockIndex: 0.54,
    qsofa: { met: [], missing: [], total: 0 },
    assessment: { consciousness: { value: 'A', at, by }, oxygen: { value: false, at, by } },
    ...more,
  };
}

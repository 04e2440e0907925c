import { describe, expect, it } from 'vitest';
import { hour } from '../../../contracts/duties.testing.ts';
import type { Board } from '../../protocol/assignments.ts';
import { coverAskedText, coversText, waitingCoversText } from './cover-words.ts';
import { shortTime } from './times.ts';

const nowMs = hour(8);
const instant = (hours: number) => new Date(hour(hours)).toISOString();
const clock = (hours: number) => shortTime(instant(hours), nowMs);
const ben = { userId: 'ben', name: 'Ben' };
const away: Board['away'][number] = { userId: 'anna', name: 'Anna', awayId: 'a', until: instant(10), cover: ben };

describe('the texts about a cover', () => {
  it.each<[string, object, string | undefined, string]>([
    ['a cover who has not answered', { isUnseen: true }, 'Ben', 'Ben covers (not yet seen by Ben)'],
    ['a cover who has seen it', {}, 'Ben', 'Ben covers'],
    [
      'a cover whose duty ends before the absence',
      { nobodyFrom: instant(9) },
      'Ben',
      `Ben covers, and from ${clock(9)} nobody does`,
    ],
    ['a cover whose duty is over', { nobodyFrom: instant(7) }, 'Ben', 'Ben covers, but this person’s own duty is over'],
    ['a cover who cannot cover', { fault: 'cannot cover' }, undefined, 'nobody covers: Ben cannot cover'],
    ['no cover', { cover: undefined }, undefined, 'nobody covers'],
  ])('the board says who covers: %s', (_, fields, coveredBy, text) => {
    expect(coversText(coveredBy, { ...away, ...fields }, nowMs)).toBe(text);
  });

  it.each<[string, object, string]>([
    ['the beds and the time', {}, `You cover A-1, A-2 for Anna until ${clock(10)}`],
    [
      'that the cover does not cover',
      { isRejected: true },
      'You do not cover A-1, A-2 for Anna: you have said that you cannot',
    ],
    [
      'why the cover does not cover',
      { fault: 'has no duty now' },
      'You do not cover A-1, A-2 for Anna: Vigil says that the named cover has no duty now',
    ],
  ])('the cover can read %s', (_, fields, text) => {
    expect(coverAskedText({ ...away, ...fields }, ['A-1', 'A-2'], nowMs)).toBe(text);
  });

  it('the notice on the ward page names all persons that the reader covers', () => {
    const cover = { ward: 'icu', name: 'Anna', beds: ['A-1'], until: instant(10) };
    expect(waitingCoversText([], nowMs)).toBeUndefined();
    expect(waitingCoversText([cover, { ...cover, name: 'Cy', beds: [] }], nowMs)).toBe(
      `You cover A-1 for Anna until ${clock(10)}, and the ward for Cy until ${clock(10)}. Confirm it, or say that you cannot.`,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { builtInPolicy } from '../../../contracts/delivery-policy.ts';
import { accepted, assigned, assignmentOf, hour } from '../../../contracts/duties.testing.ts';
import { evolve, initialState } from '../../../contracts/duties.ts';
import type { DutyAccount } from './board-context.ts';
import { whoAnswer } from './who-view.ts';

const duties = [
  ...[assigned('chief', 6, assignmentOf(1, 'anna', [7, 15])), accepted('anna', 6.5, 1)],
  ...[assigned('chief', 6, assignmentOf(2, 'ben', [7, 15], ['ICU-1'], 'buddy')), accepted('ben', 6.5, 2)],
].reduce(evolve, initialState);
const account = (userId: string): DutyAccount => ({
  ...{ userId, name: userId, role: 'nurse', wards: ['icu'], disabled: userId === 'ben' },
});
const context = { policy: builtInPolicy, duties, accountOf: account };
const place = { ward: 'icu', bed: 'ICU-1', kind: 'physiological', priority: 'high' } as const;

describe('whoAnswer', () => {
  it('whoAnswer returns the calls with their times, and says which persons cannot act', () => {
    const { calls, empty, end } = whoAnswer(context, place, hour(8));
    expect(calls).toEqual([
      {
        ...{ afterMs: 0, duty: 'nurse', userId: 'anna', name: 'anna', standing: 'accepted' },
        ...{ channels: ['screen', 'push'], waitMs: 60_000 },
      },
      expect.objectContaining({ afterMs: 60_000, userId: 'ben', fault: 'has a disabled account' }),
    ]);
    expect(empty.map(({ duty }) => duty)).toEqual(['charge-nurse', 'physician']);
    expect(end).toContain('technical alarm after 120 s');
  });

  it.each([
    ['nobody has a duty at the bed', { ...place, bed: 'ICU-9' }, undefined],
    ['the policy sends nothing', { ...place, priority: 'low' as const }, /only on the screens/],
    ['the ward has no assignments', { ...place, ward: 'other' }, /no assignments/],
  ])('whoAnswer returns no call if %s', (_, wanted, notSent) => {
    const answer = whoAnswer(context, wanted, hour(8));
    expect(answer.calls).toEqual([]);
    if (notSent === undefined) expect(answer).not.toHaveProperty('notSent');
    else expect(answer.notSent).toMatch(notSent);
  });
});

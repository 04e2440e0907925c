import { describe, expect, it } from 'vitest';
import { accepted, assigned, assignmentOf, away, hour } from '../../../contracts/duties.testing.ts';
import { evolve, initialState } from '../../../contracts/duties.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import { accountForDuties, dutiesLeftBy, openCallsOf } from './account-duties.ts';
import type { DutyAccount } from './board-context.ts';
import { callTo, recordOf, viewOf } from './delivery-board.testing.ts';
import { emptyDeliveryBoard, foldDelivery } from './delivery-board.ts';

const nowMs = hour(8);
const account = (userId: string, more: Partial<DutyAccount> = {}): DutyAccount => ({
  ...{ userId, name: userId, role: 'nurse', wards: ['icu'], disabled: false },
  ...more,
});
const anna = assigned('anna', 7, assignmentOf(1, 'anna', [7, 15], ['1', '2']));
const cleo = assigned('cleo', 7, assignmentOf(3, 'cleo', [7, 14], ['2']));

function leftBy(after: DutyAccount, events: readonly AssignmentEvent[], disabled: readonly string[] = []) {
  const accountOf = (userId: string) => account(userId, { disabled: disabled.includes(userId) });
  return dutiesLeftBy(after, events.reduce(evolve, initialState), accountOf, nowMs);
}

it.each([
  ['disable', ['1', '2']],
  ['reset-password', ['1', '2']],
  ['end-sessions', undefined],
] as const)('the act %s takes these beds from a nurse on duty: %s', (type, beds) => {
  const after = accountForDuties({ type }, account('anna', { disabled: type === 'disable' }));
  expect(after && leftBy(after, [anna]).map(({ bed }) => bed)).toEqual(beds);
});

describe('dutiesLeftBy', () => {
  const disabledAnna = account('anna', { disabled: true });
  it('dutiesLeftBy names each bed of a person whose account is disabled, and the next responsible person', () => {
    expect(leftBy(disabledAnna, [anna, cleo])).toEqual([
      { ward: 'icu', duty: 'nurse', bed: '1' },
      { ward: 'icu', duty: 'nurse', bed: '2', next: 'cleo' },
    ]);
  });

  it('dutiesLeftBy does not name a person with a disabled account as the next responsible person', () => {
    expect(leftBy(disabledAnna, [anna, cleo], ['cleo'])).toEqual([
      { ward: 'icu', duty: 'nurse', bed: '1' },
      { ward: 'icu', duty: 'nurse', bed: '2' },
    ]);
  });

  it.each<[string, DutyAccount, number]>([
    ['a person without duties', account('dora', { disabled: true }), 0],
    ['a person who keeps the role and the ward', account('anna', { wards: ['icu', 'step'] }), 0],
    ['a person who loses the ward', account('anna', { wards: ['step'] }), 2],
    ['a nurse who becomes a physician', account('anna', { role: 'physician' }), 2],
    ['a nurse who becomes an administrator', account('anna', { role: 'administrator' }), 2],
  ])('dutiesLeftBy returns the expected number of beds for %s', (_name, after, count) => {
    expect(leftBy(after, [anna])).toHaveLength(count);
  });

  it('dutiesLeftBy names no bed if the account is already disabled', () => {
    expect(leftBy(disabledAnna, [anna], ['anna'])).toEqual([]);
  });

  it('dutiesLeftBy names a bed that the person covers for somebody who is away', () => {
    const events = [anna, cleo, away('cleo', 5, [7.5, 9], 'anna')];
    expect(leftBy(disabledAnna, events)).toEqual([
      { ward: 'icu', duty: 'nurse', bed: '1' },
      { ward: 'icu', duty: 'nurse', bed: '2' },
    ]);
  });

  it('dutiesLeftBy names an assignment that has not begun, with its start', () => {
    const late = assigned('anna', 7, assignmentOf(4, 'anna', [20, 22], ['5']));
    expect(leftBy(disabledAnna, [late, accepted('anna', 7.5, 4)])).toEqual([
      { ward: 'icu', duty: 'nurse', bed: '5', from: new Date(hour(20)).toISOString() },
    ]);
  });
});

it('openCallsOf counts the alarms to which a person is called or goes, and no others', () => {
  const board = emptyDeliveryBoard();
  expect(openCallsOf(board, 'anna')).toBe(0);
  const views = [
    viewOf(1, [callTo('anna')]),
    viewOf(2, [callTo('anna', { outcome: 'rejected' })]),
    viewOf(3, [callTo('ben')]),
    viewOf(4, [callTo('anna', { outcome: 'accepted' })], {
      phase: 'accepted',
      acceptedBy: [{ userId: 'anna', name: 'anna' }],
    }),
    viewOf(5, [callTo('anna')], { phase: 'stopped' }),
  ];
  for (const view of views) foldDelivery(board, recordOf(view));
  expect(openCallsOf(board, 'anna')).toBe(2);
});

import { expect, it } from 'vitest';
import type { CallPlan } from '../../contracts/call-order.ts';
import type { WhoRequest } from './arguments.ts';
import { jsonOf, linesOf } from './plan-text.ts';

const request: WhoRequest = {
  ward: 'ICU',
  bed: 'ICU-3',
  atMs: Date.UTC(2026, 2, 1, 3),
  priority: 'high',
  kind: 'physiological',
  isJson: false,
};
const person = { userId: 'a1', name: 'Anna', assignmentId: 'x', standing: 'overdue' } as const;
const plan: CallPlan = {
  calls: [
    { step: 0, duty: 'nurse', person, channels: ['screen', 'push'], waitMs: 60_000, afterMs: 0 },
    {
      step: 2,
      duty: 'physician',
      person: { ...person, userId: 'p', name: 'Paul\u202e', standing: 'accepted' },
      channels: ['mail'],
      waitMs: 0,
      afterMs: 60_000,
    },
  ],
  empty: [
    { step: 1, duty: 'buddy', away: [] },
    { step: 3, duty: 'charge-nurse', away: ['Cleo'] },
  ],
  nobodyAfterMs: 60_000,
  repeatMs: 60_000,
  ageMsMax: 900_000,
  end: 'If nobody answers, the ward has a technical alarm.',
};

it('linesOf prints a table of the calls, the steps that call nobody, and what happens if nobody answers', () => {
  expect(linesOf(request, 'built-in-1', plan)).toEqual([
    'A physiological alarm of high priority at ICU-3 (ICU) at 2026-03-01T03:00:00.000Z, policy built-in-1:',
    'after  person                                       account  duty       channels              waits',
    '0 s    Anna (shift is over, nobody has taken over)  a1       nurse      screen, push          60 s',
    '60 s   Paul\\u{202e}                                 p        physician  mail (cannot answer)  -',
    'Step 2 calls nobody: the bed has no buddy, or an earlier step calls this person.',
    'Step 4 calls nobody: Cleo (charge-nurse) is away.',
    'If nobody answers, the ward has a technical alarm.',
    expect.stringMatching(/^Accounts are not checked: a person whose account was disabled/),
  ]);
});

it('linesOf prints no table if nobody is called', () => {
  expect(linesOf(request, '1', { ...plan, calls: [], empty: [] })).toHaveLength(2);
  expect(linesOf(request, '1', { notSent: 'Quiet hours.' })[1]).toBe('Nobody is called. Quiet hours.');
});

it('jsonOf returns the plan as JSON', () => {
  expect(JSON.parse(jsonOf(request, 'built-in-1', plan))).toEqual({
    alarm: { ward: 'ICU', bed: 'ICU-3', priority: 'high', kind: 'physiological', at: '2026-03-01T03:00:00.000Z' },
    policyVersion: 'built-in-1',
    accountsChecked: false,
    ...plan,
  });
});

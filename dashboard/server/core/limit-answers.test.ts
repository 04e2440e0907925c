import { expect, it } from 'vitest';
import type { CommandAnswer } from '../../../contracts/messages/alarms.ts';
import { commandOfDetail, foldLimitAnswer, type LimitAnswers, limitAnswersMax } from './limit-answers.ts';

const answer = (commandId: string, fields: Partial<CommandAnswer> = {}): CommandAnswer => ({
  ...{
    commandId,
    associationId: 'assoc-01',
    type: 'set-limits',
    at: '2026-01-06T07:00:00Z',
    accepted: true,
    ...fields,
  },
});

it('the first answer to a change of limits counts, and answers to other commands are left out', () => {
  const answers: LimitAnswers = new Map();
  foldLimitAnswer(answers, answer('command-1', { accepted: false, reason: 'The limits cross.' }));
  foldLimitAnswer(answers, answer('command-1'));
  foldLimitAnswer(answers, answer('command-2', { type: 'acknowledge' }));
  expect([...answers]).toEqual([['command-1', { accepted: false, reason: 'The limits cross.' }]]);
});

it('the answer that came first is forgotten if there are more than the maximum', () => {
  const answers: LimitAnswers = new Map();
  for (let index = 0; index <= limitAnswersMax; index += 1) foldLimitAnswer(answers, answer(`command-${index}`));
  expect(answers.size).toBe(limitAnswersMax);
  expect(answers.has('command-0')).toBe(false);
});

it.each([
  ['HR {"high":130}; command 019b8f0e-7a1c-7000-8000-000000000001', '019b8f0e-7a1c-7000-8000-000000000001'],
  [
    'HR back to the limits of the ward; command 019b8f0e-7a1c-7000-8000-000000000001',
    '019b8f0e-7a1c-7000-8000-000000000001',
  ],
  ['HR {"high":130}', undefined],
  ['HR {"off":{"reason":"; command 019b8f0e"}}', undefined],
  [undefined, undefined],
])('commandOfDetail finds the id of the command at the end of %s', (detail, commandId) => {
  expect(commandOfDetail(detail)).toBe(commandId);
});

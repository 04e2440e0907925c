import { expect, it } from 'vitest';
import { createAnswerOrder } from './answer-order.ts';

it('answers that come in the order of their questions are all shown', () => {
  const { ask } = createAnswerOrder();
  const [first, second] = [ask(), ask()];
  expect([first(), second()]).toEqual([true, true]);
});

it('an answer is not shown if the answer to a later question was shown before', () => {
  const { ask } = createAnswerOrder();
  const [first, second] = [ask(), ask()];
  expect([second(), first()]).toEqual([true, false]);
});

it('after the person chose another time, only answers to new questions are shown', () => {
  const { ask, dropAll } = createAnswerOrder();
  const former = [ask(), ask()];
  dropAll();
  const present = ask();
  expect([...former, present].map((mayShow) => mayShow())).toEqual([false, false, true]);
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Answer } from './answer.ts';
import { createRefresher } from './refresher.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Starts a refresher. The test answers each question by its number. */
function start() {
  const questions: { answer(data: string): void; fail(): void }[] = [];
  const shown: (string | undefined)[] = [];
  const refresher = createRefresher<string>({
    ask: () =>
      new Promise<Answer<string>>((resolve, reject) => {
        questions.push({ answer: (data) => resolve({ ok: true, data }), fail: () => reject(new Error('broken')) });
      }),
    everyMs: () => 1_000,
    onAnswer: (answer) => shown.push(answer.ok ? answer.data : answer.code),
  });
  return {
    questions,
    shown,
    load: refresher.load,
    stop: refresher.start(),
    pass: () => vi.advanceTimersByTimeAsync(1_000),
  };
}

it('an answer is not shown if the answer to a later question came first', async () => {
  const { questions, shown, load, stop, pass } = start();
  // A person saves a change, and the page asks again at once.
  void load();
  questions[1]!.answer('after the change');
  await pass();
  questions[0]!.answer('before the change');
  await pass();
  expect(shown).toEqual(['after the change']);
  stop();
});

it('a question that fails unexpectedly does not end the questions', async () => {
  const { questions, shown, stop, pass } = start();
  questions[0]!.fail();
  await pass();
  questions[1]!.answer('second');
  await pass();
  expect(shown).toEqual(['no-answer', 'second']);
  stop();
  questions[2]!.answer('third');
  await pass();
  expect(questions).toHaveLength(3);
});

import { expect, it } from 'vitest';
import { createReadFailures, failedMs } from './read-failures.ts';

it('after a failure, the association is refused for 20 s, and no other association is refused', () => {
  const failures = createReadFailures();
  failures.noteFailed('a', 0);
  expect(['a', 'b'].map((id) => failures.isRefused(id, failedMs - 1))).toEqual([true, false]);
  expect(failures.isRefused('a', failedMs)).toBe(false);
});

it('after two associations fail one after the other, every association is refused for 20 s, because Kafka is away', () => {
  const failures = createReadFailures();
  failures.noteFailed('a', 0);
  failures.noteFailed('a', 1);
  expect(failures.isRefused('c', 1)).toBe(false);
  failures.noteFailed('b', 10);
  expect(failures.isRefused('c', failedMs)).toBe(true);
  expect(failures.isRefused('c', failedMs + 1)).toBe(false);
});

it('an association that is read between two failures shows that Kafka is not away', () => {
  const failures = createReadFailures();
  failures.noteFailed('a', 0);
  failures.noteRead('b');
  failures.noteFailed('c', 10);
  expect(['a', 'b', 'c', 'd'].map((id) => failures.isRefused(id, 10))).toEqual([true, false, true, false]);
});

it('if two associations fail again and again, the other associations are refused at most once', () => {
  const failures = createReadFailures();
  failures.noteFailed('a', 0);
  failures.noteFailed('b', 10);
  expect(failures.isRefused('c', 10)).toBe(true);
  failures.noteRead('c');
  for (let atMs = failedMs + 10; atMs < 10 * failedMs; atMs += failedMs) {
    expect(['a', 'b'].map((id) => failures.isRefused(id, atMs))).toEqual([false, false]);
    failures.noteFailed('a', atMs);
    failures.noteFailed('b', atMs);
    expect(['a', 'b', 'c'].map((id) => failures.isRefused(id, atMs))).toEqual([true, true, false]);
  }
  // Kafka goes away: other associations fail, too.
  failures.noteFailed('c', 10 * failedMs);
  failures.noteFailed('d', 10 * failedMs);
  expect(failures.isRefused('e', 10 * failedMs)).toBe(true);
});

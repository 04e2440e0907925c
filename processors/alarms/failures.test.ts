import { expect, it } from 'vitest';
import { createFailures } from './failures.ts';

it('each failure counts, the log has one line for each task and patient in 10 min, and no content of the error', () => {
  const lines: object[] = [];
  let nowMs = 0;
  const failures = createFailures({ error: (line: object) => lines.push(line) } as never, () => nowMs);
  const error = new RangeError('HR 134 of Ann');
  const fail = (associationId: string, task: 'tick' | 'scores') =>
    failures.note({ associationId, deviceId: 'bed-01', task, error });
  for (; nowMs < 599_000; nowMs += 500) fail('a', 'tick');
  fail('b', 'tick');
  fail('b', 'scores');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatchObject({ association: 'a', deviceId: 'bed-01', task: 'tick' });
  expect(JSON.stringify(lines)).toContain('RangeError at ');
  expect(JSON.stringify(lines)).not.toContain('134');
  nowMs = 600_000;
  fail('a', 'tick');
  expect(lines).toHaveLength(4);
  expect([...failures.counts()]).toEqual([
    ['tick', 1_200],
    ['scores', 1],
  ]);
});

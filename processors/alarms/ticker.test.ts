import { beforeEach, expect, it } from 'vitest';
import { partitionOf } from '../../log/kafka/connect.ts';
import { forgetTimerFailures, timerFailures } from '../../process/timer-tasks.ts';
import { createTicks } from './ticker.ts';

beforeEach(forgetTimerFailures);

const fault = () => {
  throw new RangeError('Invalid time value');
};

/** Two partitions that note their ticks and engines. A test replaces functions of `code` to make them throw. */
function openTicks() {
  const noted: string[] = [];
  const code = {
    mayJudge: () => true,
    currentIds: (): Iterable<string> => ['a', 'b', 'c'],
    ensureEngine: (_id: string) => {},
  };
  const partitions = [0, 1].map((number) => ({
    tick: () => noted.push(`tick ${number}`),
    ensureEngine(id: string) {
      code.ensureEngine(id);
      noted.push(`engine ${id}`);
    },
  }));
  const numbers = [partitionOf('observations', 'a'), partitionOf('observations', 'a') + 1];
  const outbox = { waitingSince: () => undefined };
  const owners = new Map(numbers.map((number, index) => [number, { partition: partitions[index]!, outbox }]));
  const ticks = createTicks({
    owners: () => owners as never,
    mayJudge: () => code.mayJudge(),
    currentIds: () => code.currentIds(),
    onSkipped: () => noted.push('skipped'),
    now: () => 0,
    log: { error: () => {} } as never,
  });
  return { ticks, code, noted, failed: () => partitions.map((partition) => ticks.hasFailed(partition as never)) };
}

it('if no engine can be made for one patient, its partition is still ticked, and the other patients get their engines', () => {
  const { ticks, code, noted, failed } = openTicks();
  code.currentIds = () => ['a', 'a'];
  let calls = 0;
  code.ensureEngine = () => (calls++ === 0 ? fault() : undefined);
  ticks.run();
  expect(noted).toEqual(['engine a', 'tick 0', 'tick 1']);
  expect(failed()).toEqual([false, false]);
  expect(timerFailures().get('patients')).toBe(1);
});

it('if the list of patients cannot be made, the ticks go on', () => {
  const { ticks, code, noted, failed } = openTicks();
  code.currentIds = fault;
  expect(ticks.run).not.toThrow();
  expect(noted).toEqual(['tick 0', 'tick 1']);
  expect(failed()).toEqual([false, false]);
  expect(timerFailures().get('patients')).toBe(1);
});

it('if no tick can run, the process goes on, and no partition counts as judged until a tick succeeds', () => {
  const { ticks, code, noted, failed } = openTicks();
  code.mayJudge = fault;
  expect(ticks.run).not.toThrow();
  expect(noted).toEqual([]);
  expect(failed()).toEqual([true, true]);
  expect(timerFailures().get('ticker')).toBe(1);
  code.mayJudge = () => true;
  ticks.run();
  expect(noted).toContain('tick 1');
  expect(failed()).toEqual([false, false]);
});

import { beforeEach, expect, it } from 'vitest';
import { t0 } from '../bed.testing.ts';
import { bad, good, open, resetWorld, second } from './engine-failure.testing.ts';

beforeEach(resetWorld);

it('a snapshot that cannot be written for 5 min raises one low alarm, which ends 2 min after a snapshot was written', () => {
  const bench = open();
  /** Runs both patients. If `canSave` is false, the snapshot of one patient is too large. */
  const run = (from: number, to: number, canSave: (s: number) => boolean) => {
    for (let s = from; s < to; s += 1) {
      for (const key of [bad, good]) bench.add(key, s);
      bench.tick(s, s + 1);
      const { snapshots, noteUnsaved } = bench.partition.flush(t0 + s * second, 0, 0n);
      if (!canSave(s) && snapshots.some(({ associationId }) => associationId === bad)) noteUnsaved(bad);
    }
  };
  // While nothing is saved, the newest events are published again. Screens ignore a revision that they have.
  const revisions = () => new Map(bench.events.map((event) => [`${event.alarm.alarmId} ${event.alarm.rev}`, event]));
  const alarmEvents = () =>
    [...revisions().values()].map(({ type, alarm }) => `${type} ${alarm.condition} ${alarm.associationId}`);
  run(0, 10, () => true);
  run(10, 309, () => false);
  expect([alarmEvents(), bench.partition.notSavedCount(t0 + 308 * second)]).toEqual([[], 0]);
  run(309, 900, () => false);
  expect(alarmEvents()).toEqual([`raised not-saved ${bad}`]);
  expect(bench.events[0]!.alarm).toMatchObject({ priority: 'low', kind: 'technical' });
  expect(bench.partition.notSavedCount(t0 + 899 * second)).toBe(1);
  run(900, 1_100, () => true);
  expect(alarmEvents()).toEqual(['raised', 'resolved', 'cleared'].map((type) => `${type} not-saved ${bad}`));
  expect(bench.partition.notSavedCount(t0 + 1_100 * second)).toBe(0);
});

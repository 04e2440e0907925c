import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { openTables } from './tables.ts';

/**
 * Opens tables, and returns the counts for the metric, and the log.
 * @param unreadable offsets of the records of the topic `assignments` that cannot be read
 */
async function countsWith(unreadable: string[], assignmentsCheckedUntil: number) {
  const lines: string[] = [];
  const followTable = async (topics: readonly KafkaTopic[]) => ({
    ready: Promise.resolve(),
    reachEnd: async () => new Map(),
    leftOut: () =>
      topics.includes('assignments')
        ? new Map([['assignments', unreadable.length] as const])
        : new Map([['associations', 2] as const, ['reach', 0] as const]),
    leftOutOffsets: () => unreadable,
    close: async () => {},
  });
  const tables = await openTables({
    sealedLog: { followTable } as never,
    pseudonymKey: 'made-up-key-of-at-least-32-bytes-for-tests',
    onChange: () => {},
    now: () => 0,
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
    assignmentsCheckedUntil,
  });
  const counts = () => Object.fromEntries(tables.leftOut());
  return { counts, lines, close: tables.close };
}

describe('the count of unreadable records', () => {
  it.each<[string, string[], number, object]>([
    ['all records, if nobody has checked the boards', ['4', '9'], -1, { associations: 2, assignments: 2 }],
    ['no assignments, after somebody has checked the boards', ['4', '9'], 9, { associations: 2 }],
    ['only later assignments, after a check', ['4', '9'], 4, { associations: 2, assignments: 1 }],
    ['all records, if the setting names no unreadable record', ['4', '9'], 7, { associations: 2, assignments: 2 }],
  ])('the count of unreadable records has %s', async (_, unreadable, checkedUntil, expected) => {
    const { counts, close } = await countsWith(unreadable, checkedUntil);
    expect(counts()).toEqual(expected);
    await close();
  });

  it('the count of unreadable records grows again with a record that comes after the check', async () => {
    const unreadable = ['4'];
    const { counts, close } = await countsWith(unreadable, 4);
    expect(counts()).not.toHaveProperty('assignments');
    unreadable.push('11');
    expect(counts()).toMatchObject({ assignments: 1 });
    await close();
  });

  it.each([
    [4, 'unreadable assignments do not count any more'],
    [5, 'VIGIL_ASSIGNMENTS_CHECKED_UNTIL has no effect'],
  ])('the log says what the setting %d does', async (checkedUntil, text) => {
    const { lines, close } = await countsWith(['4'], checkedUntil);
    expect(lines.join()).toContain(text);
    await close();
  });
});

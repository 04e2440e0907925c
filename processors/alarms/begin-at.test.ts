import { describe, expect, it } from 'vitest';
import type { AlarmState } from '../../contracts/messages/alarms.ts';
import { findBeginning } from './begin-at.ts';

const state = (observations: bigint): AlarmState => ({
  associationId: 'association-1',
  at: '2026-11-28T10:00:00.000Z',
  offsets: { observations: String(observations), commands: '3' },
  live: [],
  engine: {},
});
const offsets = (states: readonly AlarmState[]) => states.map((state) => state.offsets.observations);

describe('findBeginning', () => {
  it.each<[string, bigint, { low: bigint; high: bigint }, bigint]>([
    ['at the committed offset', 50n, { low: 10n, high: 90n }, 50n],
    ['at the end if everything was read', 90n, { low: 10n, high: 90n }, 90n],
    ['at the first remaining record if Kafka has deleted unread records', 5n, { low: 10n, high: 90n }, 10n],
  ])('the processor begins to read %s, and all states stay valid', (_name, committed, ends, expected) => {
    const states = [state(40n), state(90n)];
    expect(findBeginning(committed, ends, states)).toEqual({ start: expected, states, isRecreated: false });
  });

  it('the processor begins at the first record of a recreated log, and no state skips a reading of this log', () => {
    const beginning = findBeginning(5_000n, { low: 0n, high: 7n }, [state(5_000n), state(4n)]);
    expect([beginning.start, beginning.isRecreated, offsets(beginning.states)]).toEqual([0n, true, ['0', '0']]);
    expect(beginning.states[0]?.offsets.commands).toBe('3');
  });

  it('a log counts as recreated if the offset of a state, or the committed offset, is after the end of the log', () => {
    expect(findBeginning(2n, { low: 0n, high: 7n }, [state(8n)])).toMatchObject({ start: 0n, isRecreated: true });
    expect(findBeginning(8n, { low: 0n, high: 7n }, [])).toMatchObject({ start: 0n, isRecreated: true });
  });

  it('if a long log lost its last records, the processor begins 100,000 records before the end, so that new readings do not wait', () => {
    const beginning = findBeginning(3_000_100n, { low: 1n, high: 3_000_000n }, [state(3_000_100n), state(2_999_000n)]);
    expect([beginning.start, offsets(beginning.states)]).toEqual([2_900_000n, ['2900000', '2900000']]);
  });
});

import { describe, expect, it } from 'vitest';
import type { AlarmState } from '../../contracts/messages/alarms.ts';
import { beginAt } from './begin-at.ts';

const state = (observations: bigint): AlarmState => ({
  associationId: 'association-1',
  at: '2026-11-28T10:00:00.000Z',
  offsets: { observations: String(observations), commands: '3' },
  live: [],
  engine: {},
});
const offsets = (states: readonly AlarmState[]) => states.map((state) => state.offsets.observations);

describe('an alarm processor begins', () => {
  it.each<[string, bigint, { low: bigint; high: bigint }, bigint]>([
    ['where the group has committed', 50n, { low: 10n, high: 90n }, 50n],
    ['at the end if everything was read', 90n, { low: 10n, high: 90n }, 90n],
    ['at the first remaining record if Kafka has deleted unread ones', 5n, { low: 10n, high: 90n }, 10n],
  ])('%s, and its states stay valid', (_name, committed, ends, expected) => {
    const states = [state(40n), state(90n)];
    expect(beginAt(committed, ends, states)).toEqual({ start: expected, states, isAnew: false });
  });

  it('at the first record of a log that was made anew, because its states would skip the repeated offsets', () => {
    const begun = beginAt(5_000n, { low: 0n, high: 7n }, [state(5_000n), state(4n)]);
    expect([begun.start, begun.isAnew, offsets(begun.states)]).toEqual([0n, true, ['0', '4']]);
    expect(begun.states[0]?.offsets.commands).toBe('3');
  });

  it('there also if only a state, or only the group, was further', () => {
    expect(beginAt(2n, { low: 0n, high: 7n }, [state(8n)])).toMatchObject({ start: 0n, isAnew: true });
    expect(beginAt(8n, { low: 0n, high: 7n }, [])).toMatchObject({ start: 0n, isAnew: true });
  });

  it('near the end of a long log that lost its last records, so that new readings need not wait for a week of old ones', () => {
    const begun = beginAt(3_000_100n, { low: 1n, high: 3_000_000n }, [state(3_000_100n), state(2_999_000n)]);
    expect([begun.start, offsets(begun.states)]).toEqual([2_900_000n, ['2900000', '2999000']]);
  });
});

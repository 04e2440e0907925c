import { afterEach, expect, it } from 'vitest';
import { attemptEach, forgetTimerFailures, timerFailures } from '../../../process/timer-tasks.ts';
import { foldAssociations, tick } from './beds.ts';
import { emptyBoard } from './duty-board.ts';
import { noteDuties } from './duty-notices.ts';
import type { ForEach } from './each.ts';
import { period, t0, table } from './fold.testing.ts';
import { endExpiredNotices, noteNotice } from './notices.ts';
import { forgetWaves } from './readings.ts';
import { emptyState } from './state.ts';

afterEach(forgetTimerFailures);

const each: ForEach = (beds, work) => attemptEach('test-beds', beds, work);

it('if the code throws for one bed, all other beds get their new state', () => {
  const state = emptyState();
  for (const n of [1, 2, 3]) foldAssociations(state, table(`d${n}`, 1, period(`assoc-0${n}`, 'icu')));
  const beds = [...state.beds.values()];
  for (const bed of beds) {
    noteNotice(state, bed, { code: 'code', text: 'text', sinceMs: t0, untilMs: t0 + 1 });
    bed.waves.set('wave', t0 - 86_400_000);
  }
  for (const member of ['period', 'notices', 'waves'])
    Object.defineProperty(beds[1], member, {
      get() {
        throw new Error('a fault of this test');
      },
    });
  tick(state, t0 + 2, each);
  endExpiredNotices(state, t0 + 2, each);
  forgetWaves(state, t0 + 2, each);
  noteDuties(state, { ...emptyBoard(), isRead: true }, () => undefined, t0 + 2, each);
  expect(state.nowMs).toBe(t0 + 2);
  for (const bed of [beds[0]!, beds[2]!]) expect([bed.notices.size, bed.waves.size]).toEqual([0, 0]);
  expect(timerFailures().get('test-beds')).toBe(4);
});

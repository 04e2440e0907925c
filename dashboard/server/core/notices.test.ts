import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAssociations } from './beds.ts';
import { nurse, period, t0, table } from './fold.testing.ts';
import { endExpiredNotices, foldNotice } from './notices.ts';
import { headOf } from './screen.ts';
import { emptyState } from './state.ts';

function oneBed() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  const head = () => headOf(state, nurse, state.beds.get('assoc-01')!);
  return { state, head };
}
const record = (atMs: number, forMs = 120_000) =>
  ({ deviceId: 'd1', receivedAt: formatInstant(atMs), notice: 'unattributed', forMs }) as const;

describe('foldNotice and endExpiredNotices', () => {
  it('a bed shows the text of a notice until its time is over', () => {
    const { state, head } = oneBed();
    const before = state.changeNo;
    foldNotice(state, 'assoc-01', record(t0), t0);
    expect(head().notices).toEqual([
      {
        code: 'unattributed',
        text: 'Some readings are not shown: not clear whose they are',
        since: formatInstant(t0),
      },
    ]);
    expect(state.beds.get('assoc-01')!.headChangeNo).toBeGreaterThan(before);
    endExpiredNotices(state, t0 + 119_999);
    expect(head().notices).toHaveLength(1);
    const shown = state.changeNo;
    endExpiredNotices(state, t0 + 120_000);
    expect(head().notices).toEqual([]);
    expect(state.beds.get('assoc-01')!.headChangeNo).toBeGreaterThan(shown);
  });

  it('a repeated notice keeps its first time, and the header data of the bed are not sent again', () => {
    const { state, head } = oneBed();
    foldNotice(state, 'assoc-01', record(t0), t0);
    const shown = state.changeNo;
    foldNotice(state, 'assoc-01', record(t0 + 60_000), t0 + 60_000);
    expect(state.changeNo).toBe(shown);
    endExpiredNotices(state, t0 + 170_000);
    expect(head().notices).toMatchObject([{ since: formatInstant(t0) }]);
  });

  it.each([4_000, 10_000, 600_000, 864_000_000])(
    'a notice whose time is %i ms ahead, because the clock was set back, ends after its usual time',
    (aheadMs) => {
      const { state, head } = oneBed();
      foldNotice(state, 'assoc-01', record(t0 + aheadMs), t0);
      expect(Date.parse(head().notices[0]!.since)).toBeLessThanOrEqual(t0 + 5_000);
      endExpiredNotices(state, t0 + 125_000);
      expect(head().notices).toEqual([]);
    },
  );

  it('a notice whose time is over and a notice for an ended association are not shown', () => {
    const { state, head } = oneBed();
    foldNotice(state, 'assoc-01', record(t0 - 120_000), t0);
    foldNotice(state, 'assoc-ended', record(t0), t0);
    expect(head().notices).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { AlarmReport, ScreenReport } from '../../protocol/live.ts';
import {
  type Confirmations,
  confirmWithinMs,
  newConfirmations,
  paints,
  paintsForMs,
  step,
  unconfirmedAlarms,
} from './confirmations.ts';
import { alarm, t0 } from './fold.testing.ts';

const id = 'alarm-0000000001';
const raised = (rev = 1, fields: Partial<Alarm> = {}) => alarm(id, 'assoc-01', rev, fields);
const report = (rev: number, fields: Partial<AlarmReport> = {}): AlarmReport => ({
  alarmId: id,
  rev,
  shown: 'text',
  paintedAgoMs: 40,
  sound: 'sounding',
  soundedAgoMs: 30,
  ...fields,
});

function world() {
  const state = newConfirmations();
  return {
    state,
    snapshot: (atMs: number, ...alarms: Alarm[]) => step(state, { kind: 'snapshot', alarms }, t0 + atMs),
    delta: (atMs: number, alarms: Alarm[], cleared: string[] = [], gone: string[] = []) =>
      step(state, { kind: 'delta', alarms, cleared, gone }, t0 + atMs),
    report: (atMs: number, alarms: AlarmReport[], page: ScreenReport['page'] = 'painting') =>
      step(state, { kind: 'report', report: { type: 'report', page, alarms } }, t0 + atMs),
    waiting: (atMs: number) => unconfirmedAlarms(state, t0 + atMs).map(({ sinceMs, why }) => [sinceMs - t0, why]),
  };
}

describe('an alarm that was sent to a screen', () => {
  it('an alarm counts as unconfirmed when its time is over, and not one millisecond before', () => {
    const w = world();
    w.delta(100, [raised()]);
    expect(w.waiting(100 + confirmWithinMs - 1)).toEqual([]);
    expect(w.waiting(100 + confirmWithinMs)).toEqual([[100, 'never']]);
    expect(unconfirmedAlarms(w.state, t0 + 90_000)).toMatchObject([{ alarmId: id, associationId: 'assoc-01' }]);
  });

  it.each<[string, Partial<AlarmReport>, ScreenReport['page'], boolean]>([
    ['in a row confirms the alarm', {}, 'painting', true],
    ['as a mark confirms the alarm', { shown: 'mark' }, 'painting', true],
    ['in the number of alarms confirms the alarm', { shown: 'count' }, 'painting', true],
    ['without sound confirms the alarm', { sound: 'blocked' }, 'painting', true],
    ['nowhere does not confirm the alarm', { shown: 'nowhere' }, 'painting', false],
    ['on a hidden page does not confirm the alarm', {}, 'hidden', false],
    ['with an unknown revision does not confirm the alarm', { rev: 2 }, 'painting', false],
    ['under another id does not confirm the alarm', { alarmId: 'alarm-0000000002' }, 'painting', false],
  ])('a report that the alarm is painted %s', (_name, fields, page, expected) => {
    const w = world();
    w.delta(0, [raised()]);
    w.report(200, [report(1, fields)], page);
    expect(w.waiting(10_000)).toHaveLength(expected ? 0 : 1);
  });

  it('step counts the reports about alarms or revisions that the server had not sent', () => {
    const w = world();
    w.delta(0, [raised()]);
    w.report(200, [report(2), report(1, { alarmId: 'alarm-0000000002' }), report(1)]);
    expect(w.state.unknown).toBe(2);
    expect(w.waiting(10_000)).toEqual([]);
  });

  it('a page must confirm an escalation of an alarm, but not a new value in its text', () => {
    const w = world();
    w.delta(0, [raised()]);
    w.report(200, [report(1)]);
    w.delta(1_000, [raised(2, { text: 'HR 150 > 120' })]);
    expect(w.waiting(60_000)).toEqual([]);
    w.delta(2_000, [raised(3, { escalation: 1 })]);
    w.report(2_500, [report(2)]);
    expect(w.waiting(2_000 + confirmWithinMs)).toEqual([[2_000, 'not-shown']]);
    w.report(7_000, [report(3)]);
    expect(w.waiting(60_000)).toEqual([]);
  });

  it('the time for the confirmation begins with the oldest revision that is not confirmed', () => {
    const w = world();
    w.delta(0, [raised()]);
    w.delta(3_000, [raised(2, { priority: 'high' })]);
    expect(w.waiting(confirmWithinMs)).toEqual([[0, 'never']]);
    w.report(5_000, [report(1)]);
    expect(w.waiting(5_000)).toEqual([]);
    expect(w.waiting(3_000 + confirmWithinMs)).toEqual([[3_000, 'not-shown']]);
  });

  it.each<[string, (w: ReturnType<typeof world>) => unknown]>([
    ['it is acknowledged', (w) => w.delta(9_000, [raised(2, { signal: 'acknowledged' })])],
    ['it is cleared', (w) => w.delta(9_000, [], [id])],
    ['its bed leaves the screen', (w) => w.delta(9_000, [], [], ['assoc-01'])],
    ['a snapshot does not have it', (w) => w.snapshot(9_000)],
    ['it is painted', (w) => w.report(9_000, [report(1)])],
  ])('an alarm is no longer unconfirmed when %s', (_name, end) => {
    const w = world();
    w.delta(0, [raised()]);
    expect(w.waiting(9_000)).toHaveLength(1);
    end(w);
    expect(w.waiting(60_000)).toEqual([]);
  });

  it('a new snapshot does not give the screen more time, and does not ask again for a confirmed alarm', () => {
    const w = world();
    const other = alarm('alarm-0000000002', 'assoc-01', 1);
    w.snapshot(0, raised(), other);
    w.report(100, [report(1)]);
    w.snapshot(3_000, raised(), other);
    expect(unconfirmedAlarms(w.state, t0 + confirmWithinMs)).toMatchObject([
      { alarmId: other.alarmId, sinceMs: t0, why: 'not-shown' },
    ]);
  });

  it.each<[string, (w: ReturnType<typeof world>) => unknown, string]>([
    ['has never sent a report', () => undefined, 'never'],
    ['is hidden', (w) => w.report(1_000, [], 'hidden'), 'hidden'],
    ['stands still', (w) => w.report(1_000, []), 'silent'],
    ['paints other things', (w) => w.report(20_000 - paintsForMs, []), 'not-shown'],
  ])('the reason names a page that %s', (_name, act, why) => {
    const w = world();
    w.delta(0, [raised()]);
    act(w);
    expect(w.waiting(20_000)).toEqual([[0, why]]);
  });

  it('step returns the first painting and the first sounding of an alarm only once', () => {
    const w = world();
    w.delta(0, [raised()]);
    expect(w.report(300, [report(1, { sound: 'blocked', paintedAgoMs: 100 })])).toMatchObject([
      { what: 'painted', atMs: t0 + 200 },
    ]);
    expect(w.report(900, [report(1)])).toMatchObject([{ what: 'sounded', atMs: t0 + 870 }]);
    expect(w.report(1_500, [report(1)])).toEqual([]);
  });
});

describe('paints', () => {
  it.each<[string, number | undefined, ScreenReport['page'], boolean]>([
    ['without a report does not count as painting', undefined, 'painting', false],
    ['just after a report counts as painting', paintsForMs, 'painting', true],
    ['just after a report that it is hidden does not count as painting', paintsForMs, 'hidden', false],
  ])('a page %s', (_name, atMs, page, expected) => {
    const w = world();
    if (atMs !== undefined) w.report(atMs, [], page);
    expect(paints(w.state, t0 + paintsForMs)).toBe(expected);
  });

  it('a page paints until its last report is older than allowed', () => {
    const w = world();
    w.report(0, []);
    expect(paints(w.state, t0 + paintsForMs)).toBe(true);
    expect(paints(w.state, t0 + paintsForMs + 1)).toBe(false);
  });
});

/** A random history of one alarm on one screen. */
const acts = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 3_000 }),
    act: fc.constantFrom('value', 'escalate', 'acknowledge', 'clear', 'snapshot', 'paint', 'paint-old', 'hide'),
  }),
  { maxLength: 30 },
);

it('after its time, a calling alarm is unconfirmed until the page paints the newest revision that this page must show', () => {
  fc.assert(
    fc.property(acts, (history) => {
      const state: Confirmations = newConfirmations();
      let nowMs = t0;
      let current = raised();
      /**
       * The newest revision that the page must paint, since when the page must paint, and the newest painted revision.
       */
      let askedRev = 1;
      let oldestAskedMs = nowMs;
      let painted = 0;
      let isCalling = true;
      const send = (next: Alarm, asks: boolean) => {
        current = next;
        step(state, { kind: 'delta', alarms: [next], cleared: [], gone: [] }, nowMs);
        if (!asks) return;
        if (painted >= askedRev) oldestAskedMs = nowMs;
        askedRev = next.rev;
      };
      step(state, { kind: 'delta', alarms: [current], cleared: [], gone: [] }, nowMs);
      for (const { afterMs, act } of history) {
        nowMs += afterMs;
        const rev = current.rev + 1;
        if (act === 'value' && isCalling) send({ ...current, rev, text: `${rev}` }, false);
        if (act === 'escalate' && isCalling) send({ ...current, rev, escalation: current.escalation + 1 }, true);
        if (act === 'acknowledge') {
          send({ ...current, rev, signal: 'acknowledged' }, false);
          isCalling = false;
        }
        if (act === 'clear') {
          step(state, { kind: 'delta', alarms: [], cleared: [id], gone: [] }, nowMs);
          isCalling = false;
        }
        if (act === 'snapshot') step(state, { kind: 'snapshot', alarms: isCalling ? [current] : [] }, nowMs);
        if (act === 'hide')
          step(state, { kind: 'report', report: { type: 'report', page: 'hidden', alarms: [] } }, nowMs);
        if (act === 'paint' || act === 'paint-old') {
          const paintedRev = act === 'paint' ? current.rev : 1;
          const alarms = [report(paintedRev)];
          step(state, { kind: 'report', report: { type: 'report', page: 'painting', alarms } }, nowMs);
          if (isCalling) painted = Math.max(painted, paintedRev);
        }
        if (!isCalling) {
          expect(unconfirmedAlarms(state, nowMs + 60_000)).toEqual([]);
          return;
        }
        const isConfirmed = painted >= askedRev;
        expect(unconfirmedAlarms(state, nowMs + 60_000)).toHaveLength(isConfirmed ? 0 : 1);
        const unconfirmedNow = unconfirmedAlarms(state, nowMs);
        if (unconfirmedNow.length > 0) expect(nowMs - oldestAskedMs).toBeGreaterThanOrEqual(confirmWithinMs);
      }
    }),
    { numRuns: 500 },
  );
});

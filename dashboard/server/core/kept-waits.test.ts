import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { type Confirmations, confirmWithinMs, newConfirmations, step, unconfirmedAlarms } from './confirmations.ts';
import { alarm, t0 } from './fold.testing.ts';
import {
  type KeptWaits,
  keepWaits,
  keptAlarmsMax,
  keptForMs,
  keptSessions,
  keptSessionsMax,
  takeWaits,
} from './kept-waits.ts';

const id = 'alarm-0000000001';
const raised = (rev = 1, fields: Partial<Alarm> = {}) => alarm(id, 'assoc-01', rev, fields);
const snapshot = (state: Confirmations, atMs: number, ...alarms: Alarm[]) =>
  step(state, { kind: 'snapshot', alarms }, t0 + atMs);
const paint = (state: Confirmations, atMs: number, rev: number) => {
  const alarms = [{ alarmId: id, rev, shown: 'text' as const, sound: 'blocked' as const }];
  step(state, { kind: 'report', report: { type: 'report', page: 'painting', alarms } }, t0 + atMs);
};
const waiting = (state: Confirmations, atMs: number) =>
  unconfirmedAlarms(state, t0 + atMs).map(({ sinceMs, why }) => [sinceMs - t0, why]);

/** Opens and closes a connection that gets the alarm and confirms nothing. */
function visit(kept: KeptWaits, fromMs: number, toMs: number, sent = raised(), session = 's'): void {
  const state = takeWaits(kept, session, t0 + fromMs);
  snapshot(state, fromMs, sent);
  keepWaits(kept, session, state, t0 + toMs);
}

describe('a session that connects again', () => {
  it('an alarm waits since it was first sent to the session, however often the page connects', () => {
    const kept: KeptWaits = new Map();
    for (let n = 0; n < 100; n += 1) visit(kept, n * 3_000, n * 3_000 + 2_900);
    const state = takeWaits(kept, 's', t0 + 300_000);
    snapshot(state, 300_000, raised());
    expect(waiting(state, 300_000)).toEqual([[0, 'never']]);
  });

  it('a page that confirms the alarm ends the wait of this alarm, also for the next connection', () => {
    const kept: KeptWaits = new Map();
    visit(kept, 0, 3_000);
    const state = takeWaits(kept, 's', t0 + 3_000);
    snapshot(state, 3_000, raised());
    paint(state, 3_500, 1);
    expect(waiting(state, 60_000)).toEqual([]);
    keepWaits(kept, 's', state, t0 + 60_000);
    expect(kept.size).toBe(0);
  });

  it('while the page is away, an escalated alarm keeps its waiting time, and an alarm that ends stops waiting', () => {
    const kept: KeptWaits = new Map();
    visit(kept, 0, 1_000);
    visit(kept, 2_000, 3_000, raised(2, { escalation: 1 }));
    const state = takeWaits(kept, 's', t0 + 4_000);
    snapshot(state, 4_000, raised(2, { escalation: 1 }));
    expect(waiting(state, 4_000)).toEqual([[0, 'never']]);
    snapshot(state, 5_000);
    expect(waiting(state, 60_000)).toEqual([]);
  });

  it('a connection that never got a snapshot leaves the waits of the former connection unchanged', () => {
    const kept: KeptWaits = new Map();
    visit(kept, 0, 1_000);
    keepWaits(kept, 's', takeWaits(kept, 's', t0 + 2_000), t0 + 3_000);
    const state = takeWaits(kept, 's', t0 + 4_000);
    snapshot(state, 4_000, raised());
    expect(waiting(state, 4_000)).toEqual([[0, 'never']]);
  });

  it('if two pages of a session close, the longer of the two waits is kept', () => {
    const kept: KeptWaits = new Map();
    const [first, second] = [takeWaits(kept, 's', t0), takeWaits(kept, 's', t0)];
    snapshot(first, 0, raised());
    snapshot(second, 2_000, raised());
    keepWaits(kept, 's', first, t0 + 3_000);
    keepWaits(kept, 's', second, t0 + 3_000);
    const state = takeWaits(kept, 's', t0 + 4_000);
    snapshot(state, 4_000, raised());
    expect(waiting(state, 4_000)).toEqual([[0, 'never']]);
  });

  it.each([
    ['another session connects', 'other', 1_000],
    ['the session connects after more than keptForMs', 's', keptForMs + 1_001],
  ])('if %s, an alarm gets its full time for the confirmation', (_name, session, atMs) => {
    const kept: KeptWaits = new Map();
    visit(kept, 0, 1_000);
    const state = takeWaits(kept, session, t0 + atMs);
    snapshot(state, atMs, raised());
    expect(waiting(state, atMs + confirmWithinMs - 1)).toEqual([]);
    expect(waiting(state, atMs + confirmWithinMs)).toEqual([[atMs, 'never']]);
  });

  it('the last state of the page is kept, so the notice about a hidden page still gives "hidden" as the reason', () => {
    const kept: KeptWaits = new Map();
    const state = newConfirmations();
    snapshot(state, 0, raised());
    step(state, { kind: 'report', report: { type: 'report', page: 'hidden', alarms: [] } }, t0 + 1_000);
    keepWaits(kept, 's', state, t0 + 2_000);
    expect(waiting(takeWaits(kept, 's', t0 + 3_000), 9_000)).toEqual([[0, 'hidden']]);
  });

  it('a page that confirmed an earlier revision of an alarm has still confirmed that revision after the page connected again', () => {
    const kept: KeptWaits = new Map();
    const state = newConfirmations();
    snapshot(state, 0, raised());
    paint(state, 500, 1);
    snapshot(state, 1_000, raised(2, { escalation: 1 }));
    keepWaits(kept, 's', state, t0 + 2_000);
    expect(unconfirmedAlarms(takeWaits(kept, 's', t0 + 3_000), t0 + 9_000)).toMatchObject([{ hasConfirmed: true }]);
  });
});

describe('the maximum', () => {
  it('above the maximum of sessions, the session that closed longest ago is forgotten', () => {
    const kept: KeptWaits = new Map();
    for (let n = 0; n < keptSessionsMax; n += 1) visit(kept, n, n, raised(), `s${n}`);
    const state = newConfirmations();
    snapshot(state, 2_000, raised());
    const forgotten = { sessions: 0, alarms: 0 };
    keepWaits(kept, 'last', state, t0 + 2_000, forgotten);
    expect([kept.size, kept.has('s0'), kept.has('s1'), kept.has('last')]).toEqual([keptSessionsMax, false, true, true]);
    expect(forgotten).toEqual({ sessions: 1, alarms: 0 });
    expect(keptSessions(kept, t0 + 2_000)).toBe(keptSessionsMax);
    expect(keptSessions(kept, t0 + 2_001 + keptForMs)).toBe(0);
  });

  it('above the maximum of alarms, the alarms that wait longest are kept; waits of old sessions are removed', () => {
    const kept: KeptWaits = new Map();
    visit(kept, 0, 0, raised(), 'old');
    const state = newConfirmations();
    for (let n = 0; n <= keptAlarmsMax; n += 1)
      step(state, { kind: 'delta', alarms: [alarm(`alarm-${n}`, 'assoc-01', 1)], cleared: [], gone: [] }, t0 + n);
    const forgotten = { sessions: 0, alarms: 0 };
    keepWaits(kept, 's', state, t0 + keptForMs + 1, forgotten);
    expect(forgotten).toEqual({ sessions: 0, alarms: 1 });
    expect([kept.size, kept.get('s')?.waiting.length]).toEqual([1, keptAlarmsMax]);
    expect(kept.get('s')?.waiting[0]?.alarm.alarmId).toBe('alarm-0');
  });
});

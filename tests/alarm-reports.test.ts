/**
 * Changes an alarm at random, and applies the rules of the server and of the page. The page must confirm the alarm in
 * time.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newAlarm } from '../contracts/messages/alarms.testing.ts';
import type { Alarm } from '../contracts/messages/alarms.ts';
import { alarmsToReport, type Reported, reportOf } from '../dashboard/client/core/alarm-reports.ts';
import { reportEveryMs } from '../dashboard/protocol/pace.ts';
import { confirmWithinMs, newConfirmations, step, unconfirmedAlarms } from '../dashboard/server/core/confirmations.ts';

const tickMs = 250;
const time = '2026-01-01T10:00:00.000Z';
/** Random changes of the alarm. `afterMs` is the time since the change before. */
const changes = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 1_500 }),
    change: fc.constantFrom('value', 'ends', 'begins', 'acknowledged', 'calls-again', 'escalated', 'late', 'in-time'),
  }),
  { minLength: 1, maxLength: 30 },
);

function changed(alarm: Alarm, change: string): Alarm {
  const next = { ...alarm, rev: alarm.rev + 1 };
  switch (change) {
    case 'ends':
      return { ...next, present: false, signal: 'latched' };
    case 'begins':
      return { ...next, present: true, signal: 'on' };
    case 'acknowledged':
      return { ...next, signal: 'acknowledged' };
    case 'calls-again':
      return { ...next, signal: alarm.present ? 'on' : 'latched' };
    case 'escalated':
      return { ...next, escalation: alarm.escalation + 1 };
    case 'late':
      return { ...next, late: true };
    case 'in-time':
      return { ...next, late: false };
    default:
      return next;
  }
}

it('a page that shows an alarm confirms it in time, even if the alarm changes again and again', () => {
  fc.assert(
    fc.property(changes, (schedule) => {
      const server = newConfirmations();
      const reported = new Map<string, Reported>();
      let alarm = newAlarm(time, {
        ...{ alarmId: 'alarm-0000000001', associationId: 'assoc-01', deviceId: 'bed-01' },
        ...{ priority: 'high' as const, escalation: 0 },
      });
      let sentAtMs = Number.NEGATIVE_INFINITY;
      step(server, { kind: 'snapshot', alarms: [alarm] }, 0);
      // The sound never changes, as on a page whose browser blocks sound.
      const look = (nowMs: number) => {
        const due = alarmsToReport([alarm], reported, () => 'blocked');
        if (!due.some(({ why }) => why === 'news') && nowMs - sentAtMs < reportEveryMs) return;
        const times = { paintedAtMs: nowMs, soundingSinceMs: nowMs, nowMs };
        const alarms = due.map((each) => reportOf(each.alarm, 'text', 'blocked', times));
        step(server, { kind: 'report', report: { type: 'report', page: 'painting', alarms } }, nowMs);
        sentAtMs = nowMs;
        for (const each of due)
          reported.set(each.alarm.alarmId, { alarm: each.alarm, shown: 'text', sound: 'blocked', atMs: nowMs });
      };
      let dueMs = 0;
      const dues = schedule.map(({ afterMs, change }) => {
        dueMs += afterMs;
        return { atMs: dueMs, change };
      });
      for (let nowMs = 0; nowMs <= dueMs + confirmWithinMs + tickMs; nowMs += tickMs) {
        while (dues[0] && dues[0].atMs <= nowMs) {
          alarm = changed(alarm, dues.shift()!.change);
          step(server, { kind: 'delta', alarms: [alarm], cleared: [], gone: [] }, nowMs);
        }
        look(nowMs);
        expect(unconfirmedAlarms(server, nowMs)).toEqual([]);
      }
    }),
    { numRuns: 2_000 },
  );
});

import { expect, it } from 'vitest';
import { alarmOf, everybody, newWard, t0 } from './delivery.testing.ts';
import type { DeliveryEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { nextMessage } from './messages.ts';
import { initialState } from './state.ts';

/** Events of all kinds: calls, receipts, answers, an end, a resumed round, a repeated call, a higher priority. */
function manyEvents(): readonly DeliveryEvent[] {
  const ward = newWard({ nurse: [everybody.nurse![0]!], buddy: [everybody.buddy![0]!] });
  ward.alarm('raised', alarmOf('a', { priority: 'medium' }));
  ward.alarm('raised', alarmOf('b', { associationId: 'a', priority: 'low' }));
  ward.alarm('resolved', alarmOf('a', { rev: 2, priority: 'medium', present: false, signal: 'latched' }));
  ward.at(10_000);
  ward.alarm('updated', alarmOf('a', { rev: 3, priority: 'medium', onsets: 2 }));
  ward.answer('anna', 'rejected');
  ward.at(200_000);
  ward.at(400_000);
  ward.alarm('updated', alarmOf('a', { rev: 4 }));
  ward.answer('anna', 'accepted', 'a', 2);
  ward.at(530_000);
  ward.give({
    type: 'receipt',
    alarmId: 'a',
    callId: 'a/3/1',
    channel: 'push',
    receipt: { kind: 'failed', class: 'permanent' },
  });
  ward.at(-60_000);
  ward.at(2_000_000);
  return ward.events;
}

it('evolve returns the same state if each event is in the log twice in a row', () => {
  const events = manyEvents();
  expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThan(12);
  const once = events.reduce(evolve, initialState);
  expect(events.flatMap((event) => [event, event]).reduce(evolve, initialState)).toEqual(once);
});

it('evolve ignores events about unknown alarms', () => {
  const unknown: DeliveryEvent = { type: 'accepted', alarmId: 'x', atMs: t0, round: 1, userId: 'anna', dueAtMs: t0 };
  expect(evolve(initialState, unknown)).toEqual(initialState);
});

it('a message that was decided but not stored gets the same id after a restart', () => {
  const ward = newWard(everybody);
  ward.alarm('raised', alarmOf('a'));
  const before = ward.events.filter(({ type }) => type !== 'message').reduce(evolve, initialState);
  const ids = ward.events.flatMap((event) => (event.type === 'message' ? [event.messageId] : []));
  expect(nextMessage(before, t0)).toHaveProperty('messageId', ids[0]);
  expect(nextMessage(before, t0 + 1_000)).toHaveProperty('messageId', ids[0]);
});

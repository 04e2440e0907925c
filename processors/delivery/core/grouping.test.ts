import { describe, expect, it } from 'vitest';
import { groupMs, groupsOf, readyAtMs } from './grouping.ts';
import type { PendingCall, Slot } from './state.ts';

const nowMs = 1_000_000;
const call = (associationId: string, priority: PendingCall['priority'] = 'medium'): PendingCall => ({
  ...{ alarmId: `${associationId}-${priority}`, callId: `${associationId}-${priority}/1/1`, associationId, priority },
});
const slotAfter = (...recent: Slot['recent']): Slot => ({
  ...{ userId: 'anna', name: 'Anna', channel: 'screen', pending: [], recent, wholeAtMs: 0 },
});
const sent = (agoMs: number, priority: PendingCall['priority'] = 'medium', associationId = 'p') => ({
  ...{ associationId, atMs: nowMs - agoMs, priority },
});

describe('readyAtMs', () => {
  it.each<[string, Slot, PendingCall, number]>([
    ['is now for the first alarm of a patient', slotAfter(), call('p'), nowMs],
    ['is now for another patient', slotAfter(sent(0, 'medium', 'q')), call('p'), nowMs],
    ['is 3 s after a message about the patient', slotAfter(sent(1)), call('p'), nowMs + groupMs - 1],
    ['is in 1 ms, 1 ms before 3 s are over', slotAfter(sent(groupMs - 1)), call('p'), nowMs + 1],
    ['is now when 3 s are over', slotAfter(sent(groupMs)), call('p'), nowMs],
    ['is now for a more urgent alarm', slotAfter(sent(1)), call('p', 'high'), nowMs],
    ['is 3 s later for a less urgent alarm', slotAfter(sent(0, 'high')), call('p'), nowMs + groupMs],
    ['is now after the clock was set back', slotAfter(sent(-1)), call('p'), nowMs],
  ])('readyAtMs %s', (_, slot, pending, expected) => expect(readyAtMs(slot, pending, nowMs)).toBe(expected));
});

describe('groupsOf', () => {
  const p = call('p');
  const pHigh = call('p', 'high');
  const q = call('q');
  it.each<[string, readonly PendingCall[], readonly PendingCall[], number, (readonly PendingCall[])[]]>([
    ['nothing if nothing is ready', [], [p], 1, []],
    ['one message for each patient', [p, q], [p, q], 2, [[p], [q]]],
    ['one message for a patient, the most urgent call first', [p, pHigh], [p, pHigh], 2, [[pHigh, p]]],
    ['also the calls of the patient that are not ready', [pHigh], [p, pHigh], 2, [[pHigh, p]]],
    ['the patient with the most urgent call first', [q, pHigh], [q, pHigh], 2, [[pHigh], [q]]],
    [
      'one message for all patients if more patients wait than messages are allowed',
      [p, q],
      [p, q, pHigh],
      1,
      [[pHigh, p, q]],
    ],
  ])('groupsOf returns %s', (_, ready, pending, allowed, expected) =>
    expect(groupsOf(ready, pending, allowed)).toEqual(expected),
  );
});

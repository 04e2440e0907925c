import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newAlarm } from '../../../contracts/messages/alarms.testing.ts';
import type { Alarm, AlarmEvent, AlarmEventType } from '../../../contracts/messages/alarms.ts';
import type { DeliveryRecord } from '../../../contracts/messages/deliveries.ts';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import { reviewKeptMs } from '../../../contracts/review-span.ts';
import { formatInstant } from '../../../contracts/time.ts';
import {
  foldReviewedAlarm,
  foldReviewedDelivery,
  foldReviewedLimits,
  forgetOldAlarms,
  newestFirst,
  newReviewBook,
  profileAt,
  type ReviewBook,
} from './alarm-review.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const at = (s: number) => formatInstant(t0 + s * 1_000);
const nora = { userId: 'nora', name: 'Nora', role: 'nurse' } as const;

function alarmOf(n: number, fields: Partial<Alarm> = {}): Alarm {
  return newAlarm(at(n), {
    alarmId: `alarm-${String(n).padStart(12, '0')}`,
    associationId: `assoc-${n % 3}`,
    deviceId: 'device-1',
    value: 151,
    limit: 120,
    ...fields,
  });
}

const event = (type: AlarmEventType, s: number, alarm: Alarm): AlarmEvent => ({ type, at: at(s), alarm });

/** The events of an alarm: raised, worse value, acknowledged after 30 s, ended after 60 s, removed after 61 s. */
function lifeOf(n: number): AlarmEvent[] {
  const acknowledged = { acknowledgedBy: nora, acknowledgedAt: at(n + 29.5), signal: 'acknowledged' } as const;
  const ended = { ...acknowledged, present: false };
  return [
    event('raised', n, alarmOf(n)),
    event('updated', n + 10, alarmOf(n, { rev: 2, value: 170, text: 'HR 170 > 120' })),
    event('acknowledged', n + 30, alarmOf(n, { rev: 3, ...acknowledged })),
    event('resolved', n + 60, alarmOf(n, { rev: 4, ...ended })),
    event('cleared', n + 61, alarmOf(n, { rev: 5, ...ended, signal: 'off' })),
  ];
}

function called(alarmId: string, userId: string, s: number): DeliveryRecord {
  const call = {
    callId: `${alarmId}/1/${userId}`,
    step: 0,
    duty: 'nurse',
    userId,
    name: userId,
    channels: ['screen'],
    waitMs: 1,
    repeat: 0,
  };
  return {
    event: {
      type: 'called',
      alarmId,
      atMs: t0 + s * 1_000,
      round: 1,
      call,
      associationId: 'assoc-1',
      priority: 'high',
      dueAtMs: 0,
    },
  } as DeliveryRecord;
}
const accepted = (alarmId: string, userId: string, s: number): DeliveryRecord =>
  ({ event: { type: 'accepted', alarmId, atMs: t0 + s * 1_000, round: 1, userId, dueAtMs: 0 } }) as DeliveryRecord;

function bookOf(events: readonly AlarmEvent[]): ReviewBook {
  const book = newReviewBook(t0);
  for (const entry of events) foldReviewedAlarm(book, entry);
  return book;
}
const only = (book: ReviewBook) => newestFirst(book)[0]!;

describe('the fold of alarm events', () => {
  it('the book keeps the highest number of escalations, also after an acknowledgement has set the number to 0', () => {
    const [raised] = lifeOf(1);
    const { alarm, at: raisedAt } = raised!;
    const withEscalation = (rev: number, escalation: number): AlarmEvent => ({
      ...{ type: 'updated', at: raisedAt, alarm: { ...alarm, rev, escalation } },
    });
    for (const order of [
      [1, 2, 3],
      [3, 2, 1],
    ])
      expect(only(bookOf(order.map((rev) => withEscalation(rev, [0, 2, 0][rev - 1]!)))).escalation).toBe(2);
  });

  it('the book keeps the first value, the acknowledgement with the time of the press, the end, and when the alarm left the screens', () => {
    const entry = only(bookOf(lifeOf(1)));
    expect(entry.first).toMatchObject({ value: 151, limit: 120, text: 'HR 151 > 120' });
    expect(entry).toMatchObject({
      raisedMs: t0 + 1_000,
      calledAtMs: t0 + 1_000,
      acknowledgements: [{ userId: 'nora', atMs: t0 + 30_500 }],
      resolved: { atMs: t0 + 61_000 },
      cleared: { atMs: t0 + 62_000 },
      newest: { rev: 5, present: false },
    });
  });

  it('an alarm that is shown under another alarm has not called until its own signal is on', () => {
    const quiet = event('raised', 1, alarmOf(1, { signal: 'off' }));
    expect(only(bookOf([quiet])).calledAtMs).toBeUndefined();
    const loud = event('updated', 9, alarmOf(1, { rev: 2 }));
    expect(only(bookOf([quiet, loud])).calledAtMs).toBe(t0 + 9_000);
  });

  it('the highest priority counts, each acknowledgement is kept, and an alarm that begins again is present', () => {
    const [raised, , acknowledged, resolved] = lifeOf(1) as [AlarmEvent, AlarmEvent, AlarmEvent, AlarmEvent];
    const low = { ...raised, alarm: { ...raised.alarm, priority: 'low' } } as AlarmEvent;
    const again = event('realarmed', 90, alarmOf(1, { rev: 5, onsets: 2 }));
    const second = event(
      'acknowledged',
      95,
      alarmOf(1, {
        rev: 6,
        onsets: 2,
        acknowledgedBy: { ...nora, userId: 'vera', name: 'Vera' },
        acknowledgedAt: at(95),
      }),
    );
    const entry = only(bookOf([low, acknowledged, resolved, again, second]));
    expect(entry.priority).toBe('high');
    expect(entry.acknowledgements.map(({ userId }) => userId)).toEqual(['nora', 'vera']);
    expect(entry.newest).toMatchObject({ present: true, onsets: 2 });
  });

  it('an event with an impossible time is left out', () => {
    expect(newestFirst(bookOf([{ ...event('raised', 1, alarmOf(1)), at: '2026-02-30T00:00:00.000Z' }]))).toEqual([]);
  });

  it('the book has each alarm once with the same facts, for any order of the partitions, and also if records are read twice', () => {
    const records = [1, 2, 3, 4, 5, 6].map((n) => lifeOf(n));
    const inOrder = bookOf(records.flat());
    fc.assert(
      fc.property(
        fc.shuffledSubarray(records.flat(), { minLength: 30 }),
        fc.subarray(records.flat()),
        (shuffled, twice) => {
          const book = newReviewBook(t0);
          for (const [index, entry] of [...shuffled, ...twice].entries()) {
            foldReviewedAlarm(book, entry);
            // From here on, a new alarm is put into its place in the order.
            if (index === 7) newestFirst(book);
          }
          expect(newestFirst(book)).toEqual(newestFirst(inOrder));
        },
      ),
    );
  });
});

describe('the fold of deliveries', () => {
  it('the book keeps the first call and the first acceptance of each person, also if they are read before the alarm', () => {
    const book = newReviewBook(t0);
    const { alarmId } = alarmOf(1);
    for (const record of [
      called(alarmId, 'anna', 5),
      called(alarmId, 'bert', 20),
      called(alarmId, 'anna', 40),
      accepted(alarmId, 'bert', 25),
      accepted(alarmId, 'bert', 50),
    ])
      foldReviewedDelivery(book, record);
    foldReviewedAlarm(book, lifeOf(1)[0]!);
    const delivery = book.deliveries.get(alarmId)!;
    expect([...delivery.called.values()].map(({ userId, atMs }) => [userId, (atMs - t0) / 1_000])).toEqual([
      ['anna', 5],
      ['bert', 20],
    ]);
    expect(delivery.accepted).toEqual(new Map([['bert', t0 + 25_000]]));
  });
});

describe('the profile of limits', () => {
  it('profileAt returns the newest profile of limits that was in force at the time', () => {
    const book = newReviewBook(t0);
    const limitsAt = (rev: number, s: number, version: string) =>
      foldReviewedLimits(book, { ...newLimits('assoc-1'), rev, at: at(s), profile: { origin: 'ward', version } });
    limitsAt(1, 0, 'a');
    limitsAt(2, 5, 'a');
    limitsAt(3, 10, 'b');
    const versions = [-1, 0, 9.999, 10].map((s) => profileAt(book, 'assoc-1', t0 + s * 1_000)?.version ?? null);
    expect(versions).toEqual([null, 'a', 'a', 'b']);
    expect(profileAt(book, 'assoc-2', t0)).toBeNull();
  });
});

describe('the bounds of the book', () => {
  it('above the maximum, the oldest alarms are removed and counted, and the book has the time since which it is complete', () => {
    const book = newReviewBook(t0);
    for (let n = 1; n <= 17; n += 1) foldReviewedAlarm(book, event('raised', n, alarmOf(n)), 16);
    expect(book.alarms.size).toBe(15);
    expect(book.leftOut).toBe(2);
    expect(book.completeFromMs).toBe(t0 + 2_001);
    // A later event does not bring a removed alarm back, because the book would not have its beginning.
    foldReviewedAlarm(book, event('updated', 30, alarmOf(1, { rev: 2 })), 16);
    expect(book.alarms.has(alarmOf(1).alarmId)).toBe(false);
  });

  it('an alarm is forgotten after the kept time, but only after its end', () => {
    const book = bookOf([...lifeOf(1), event('raised', 2, alarmOf(2)), ...lifeOf(3)]);
    forgetOldAlarms(book, t0 + 1_000 + reviewKeptMs);
    expect(book.alarms.size).toBe(3);
    forgetOldAlarms(book, t0 + 3_000 + reviewKeptMs);
    expect([...book.alarms.keys()]).toEqual([alarmOf(2).alarmId, alarmOf(3).alarmId]);
    expect(book.completeFromMs).toBe(t0 + 3_000);
  });
});

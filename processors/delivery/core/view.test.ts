import { describe, expect, it } from 'vitest';
import { builtInPolicy } from '../../../contracts/delivery-policy.ts';
import type { DeliveryRecord } from '../../../contracts/messages/deliveries.ts';
import { type Book, emptyBook, evolveBook } from './book.ts';
import { nextDueAtMs } from './decide.ts';
import { alarmOf, eventOf, everybody, seconds, t0 } from './delivery.testing.ts';
import type { Context } from './inputs.ts';
import { type Intake, take } from './take.ts';
import { viewOf, withoutOldViews } from './view.ts';

const alarmId = 'alarm-of-24-hours';
const context: Context = {
  policy: builtInPolicy,
  placeOf: () => ({ ward: 'icu', bed: 'ICU-1' }),
  personsOf: (_, duty) => everybody[duty] ?? [],
  isDown: () => false,
};

/**
 * Plays an alarm that comes and goes every 20 s, without an answer. Returns the book, and the size of the records in
 * bytes of JSON.
 */
function comingAndGoing(untilMs: number) {
  let book: Book = emptyBook;
  let bytes = 0;
  const give = (nowMs: number, ...intakes: Intake[]) => {
    const records = intakes.flatMap((intake) => {
      const taken = take(book, intake, context, nowMs);
      book = taken.book;
      return taken.records;
    });
    bytes += withoutOldViews(records).reduce((sum, record) => sum + JSON.stringify(record).length, 0);
  };
  let rev = 0;
  for (let nowMs = t0; nowMs < t0 + untilMs; nowMs += seconds(10)) {
    while (nextDueAtMs(book.state, nowMs) <= nowMs) give(nowMs, { type: 'timer' });
    rev += 1;
    const isOn = rev % 2 === 1;
    const changes = { rev, onsets: Math.ceil(rev / 2), ...(!isOn && { present: false, signal: 'latched' as const }) };
    give(nowMs, { type: 'alarm', event: eventOf(isOn ? 'raised' : 'updated', alarmOf(alarmId, changes), nowMs) });
  }
  return { book, bytes };
}

it('the view shows the first call of each person and the newest repeated calls, even if the last person was called very often', () => {
  const { book } = comingAndGoing(seconds(3_600));
  const round = book.state.alarms.get(alarmId)!.round!;
  const all = round.calls.map(({ callId, repeat }) => ({ callId, repeat }));
  const shown = viewOf(book, alarmId, context.placeOf)!.calls.map(({ callId, repeat }) => ({ callId, repeat }));
  expect(all.length).toBeGreaterThan(20);
  expect(shown).toEqual([
    ...all.filter(({ repeat }) => repeat === 0),
    ...all.filter(({ repeat }) => repeat > 0).slice(-4),
  ]);
});

it('the records about an alarm that comes and goes do not grow with its past', () => {
  const [first, second] = [comingAndGoing(seconds(3_600)), comingAndGoing(seconds(7_200))];
  expect(second.bytes).toBeLessThan(2.1 * first.bytes);
});

describe('withoutOldViews', () => {
  const raised = take(emptyBook, { type: 'alarm', event: eventOf('raised', alarmOf(alarmId), t0) }, context, t0);
  const [call] = raised.book.state.alarms.get(alarmId)!.round!.calls;
  const by = { userId: 'anna', name: 'anna', role: 'nurse' } as const;
  const painted = { type: 'receipt', at: new Date(t0).toISOString(), by, channel: 'screen', stage: 'painted' } as const;
  const command = { ...painted, calls: [{ alarmId, callId: call!.callId }] };
  const receipt = take(raised.book, { type: 'command', command }, context, t0);
  const shortOf = (records: readonly DeliveryRecord[]) =>
    withoutOldViews(records).map((record) => `${record.event.type}${'after' in record ? ' with a view' : ''}`);

  it('withoutOldViews keeps the view of the start of a round, and the last view', () => {
    expect(shortOf(raised.records)).toEqual([
      ...['alarm-seen', 'round-started with a view', 'called with a view', 'message', 'message'],
    ]);
  });

  it('withoutOldViews keeps the last view of the decisions if a receipt follows, so that a restart knows the text', () => {
    const records = [...raised.records, ...receipt.records];
    expect(shortOf(records).slice(2)).toEqual([
      ...['called', 'message', 'message', 'receipt', 'confirmed with a view'],
    ]);
    const [onlyReceipt] = receipt.records;
    const followed = [...raised.records, onlyReceipt!, onlyReceipt!];
    expect(shortOf(followed).slice(2)).toEqual([
      ...['called with a view', 'message', 'message', 'receipt', 'receipt with a view'],
    ]);
    expect(withoutOldViews(followed).reduce(evolveBook, emptyBook).texts).toEqual(raised.book.texts);
  });
});

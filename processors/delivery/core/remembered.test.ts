/**
 * Tests of what the rules remember, and of when they are due next: earlier tests did not notice small changes of this
 * code (docs/mutants.md).
 */
import { describe, expect, it } from 'vitest';
import { builtInPolicy } from '../../../contracts/delivery-policy.ts';
import { type Book, emptyBook } from './book.ts';
import { nextDueAtMs } from './decide.ts';
import { alarmOf, eventOf, everybody, newWard, person, seconds, t0 } from './delivery.testing.ts';
import { evolve } from './evolve.ts';
import type { Context } from './inputs.ts';
import { initialState } from './state.ts';
import { type Intake, take } from './take.ts';

describe('the next time at which something is due', () => {
  it('nextDueAtMs is the end of the 3 s for which a call waits for other alarms of the patient', () => {
    const ward = newWard(everybody);
    ward.alarm('raised', alarmOf('a'));
    ward.at(500);
    ward.alarm('raised', alarmOf('b', { associationId: 'a' }));
    expect(nextDueAtMs(ward.state(), t0 + 500)).toBe(t0 + seconds(3));
    ward.at(seconds(3));
    expect(nextDueAtMs(ward.state(), t0 + seconds(3))).toBe(t0 + seconds(60));
  });

  it('while a person goes to the patient, nextDueAtMs ignores the time by which another call must be confirmed', () => {
    const ward = newWard(everybody, { confirms: false });
    ward.alarm('raised', alarmOf('a'));
    ward.answer('anna', 'rejected');
    expect(nextDueAtMs(ward.state(), t0)).toBe(t0 + seconds(5));
    ward.answer('anna', 'accepted');
    expect(ward.round()?.phase).toBe('accepted');
    expect(nextDueAtMs(ward.state(), t0)).toBe(t0 + seconds(120));
  });
});

it('a person who comes on duty at the end of the chain is called, and the repeated call of another person ends', () => {
  const ward = newWard({ nurse: [person('anna')] });
  ward.alarm('raised', alarmOf('a'));
  ward.at(seconds(60));
  expect(ward.called()).toBe('anna, anna+');
  const decided = ward.staff({ nurse: [person('anna')], buddy: [person('ben')] });
  expect(decided[0]).toMatchObject({ type: 'call-ended', callId: 'a/1/2', outcome: 'unanswered' });
  expect(ward.called()).toBe('anna, anna+, ben');
});

it('the book remembers the calls for a present alarm, and for an alarm that has just ended', () => {
  const context: Context = {
    policy: builtInPolicy,
    placeOf: () => ({ ward: 'icu', bed: 'ICU-1' }),
    personsOf: (_, duty) => everybody[duty] ?? [],
    isDown: () => false,
  };
  let book: Book = emptyBook;
  const give = (intake: Intake) => {
    book = take(book, intake, context, t0).book;
  };
  for (const id of ['a', 'b']) give({ type: 'alarm', event: eventOf('raised', alarmOf(id), t0) });
  give({ type: 'alarm', event: eventOf('cleared', alarmOf('a', { rev: 2, present: false }), t0) });
  expect([...book.tracks.keys()]).toEqual(['a', 'b']);
});

it('only the newest 2,000 of the alarms that are over are remembered', () => {
  let state = initialState;
  for (let n = 0; n < 2_001; n += 1) {
    const alarmId = `alarm-${n}`;
    state = evolve(state, {
      ...{ type: 'alarm-seen', alarmId, atMs: t0, associationId: 'a', rev: 1, kind: 'physiological', priority: 'high' },
      ...{ onsets: 1, quiet: null, freshAtMs: t0 },
    });
    state = evolve(state, { type: 'alarm-cleared', alarmId, atMs: t0 });
  }
  expect([state.over.size, state.over.has('alarm-0'), state.over.has('alarm-1')]).toEqual([2_000, false, true]);
});

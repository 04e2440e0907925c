import { expect, it } from 'vitest';
import { foldAssociations } from './beds.ts';
import { hr, observation, period, t0, table } from './fold.testing.ts';
import { endExpiredNotices, noticesOf } from './notices.ts';
import { foldObservation } from './readings.ts';
import { emptyState, type LiveState } from './state.ts';

/** Folds one reading each second into the state. Each letter of `boots` is the start of the device for one reading. */
function play(state: LiveState, boots: string, fromS: number, toS: number, nowMs?: number): void {
  for (let s = fromS; s < toS; s += 1)
    for (const [i, boot] of [...boots].entries()) {
      const atMs = t0 + s * 1000 + i * 100;
      const record = observation('d1', atMs, [hr(80 + 40 * i)], atMs + 20);
      const reading = { ...record.reading, boot, seq: s + 1 };
      foldObservation(state, 'assoc-01', { ...record, reading }, nowMs ?? atMs + 20, { boot, seq: s + 1 });
    }
}
function ward(): LiveState {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  return state;
}
const noticesAt = (state: LiveState) =>
  noticesOf(state.beds.get('assoc-01')!).map(({ code, text }) => `${code}: ${text}`);
const expectedNotices = ['shared-identity: Two devices use one certificate: values may be of two patients'];

it('a bed shows a notice while two devices use one certificate, and for 5 min after the last sign of this', () => {
  const state = ward();
  play(state, 'A', 0, 10);
  expect(noticesAt(state)).toEqual([]);
  play(state, 'AB', 10, 30);
  expect(noticesAt(state)).toEqual(expectedNotices);
  play(state, 'B', 30, 31);
  endExpiredNotices(state, t0 + 329_000);
  expect(noticesAt(state)).toEqual(expectedNotices);
  endExpiredNotices(state, t0 + 331_000);
  expect(noticesAt(state)).toEqual([]);
});

it('a restart of a device causes no notice, even if the server reads the old records after the new ones', () => {
  const state = ward();
  const nowMs = t0 + 600_000;
  for (const fromS of [300, 0]) {
    if (fromS === 0) play(state, 'A', 0, 300, nowMs);
    play(state, 'B', 300, 600, nowMs);
  }
  expect(noticesAt(state)).toEqual([]);
});

it('signs that are older than 5 min cause no notice', () => {
  const state = ward();
  play(state, 'AB', 0, 30, t0 + 330_000);
  expect(noticesAt(state)).toEqual([]);
});

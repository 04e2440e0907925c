import { expect, it } from 'vitest';
import { formatInstant } from '../../../contracts/time.ts';
import type { WardSound } from '../../protocol/sound.ts';
import { otherDashboardMs } from './unconfirmed.ts';
import { screensOfWard, type WardScreens } from './ward-screens.ts';

const nowMs = Date.UTC(2026, 0, 1, 12);
const sounding: WardSound = { ward: 'icu', person: 'Ann', state: 'sounding', soundedAgoMs: 100 };
const unheard: WardSound = { ward: 'icu', person: 'Ann', state: 'unheard', why: 'hidden' };
const elsewhere: WardSound = { ward: 'icu', person: 'Ann', state: 'elsewhere' };

function other(readAgoMs: number): WardScreens['others'] {
  return new Map([['b', { readAtMs: nowMs - readAgoMs, record: { at: formatInstant(nowMs), wards: ['icu'] } }]]);
}

function screens(changes: Partial<WardScreens> & { owned?: WardSound } = {}): WardScreens {
  const { owned, ...rest } = changes;
  return { watched: [], audible: new Set(), soundOf: () => owned, others: new Map(), isKafkaAway: false, ...rest };
}

it.each([
  ['no screen', {}, false, 'nobody'],
  ['a screen of another ward', { watched: ['step'], audible: new Set(['step']) }, false, 'nobody'],
  ['a screen here with audio', { watched: ['icu'], audible: new Set(['icu']) }, true, 'every-screen'],
  ['a screen here without audio', { watched: ['icu'] }, true, 'nobody'],
  ['a screen that has the sound', { watched: ['icu'], owned: sounding }, true, 'one-screen'],
  ['a screen that has the sound and does not sound', { watched: ['icu'], owned: unheard }, true, 'unheard'],
  ['a screen of another server', { others: other(0) }, true, 'unknown'],
  ['a screen of another server that has the sound', { others: other(0), owned: elsewhere }, true, 'unknown'],
  ['an old record of another server', { others: other(otherDashboardMs + 1) }, false, 'nobody'],
  ['no screen here while Kafka is away', { isKafkaAway: true }, null, 'unknown'],
  [
    'a screen here while Kafka is away',
    { watched: ['icu'], audible: new Set(['icu']), isKafkaAway: true },
    true,
    'every-screen',
  ],
] as const)('screensOfWard returns the expected state for %s', (_, changes, isWatched, state) => {
  const shown = screensOfWard(screens(changes), 'icu', nowMs);
  expect([shown.isWatched, shown.sound.state]).toEqual([isWatched, state]);
});

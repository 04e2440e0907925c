import { expect, it } from 'vitest';
import type { WardSound } from '../../protocol/sound.ts';
import { alarm } from './fixtures.ts';
import { type SoundFacts, soundState } from './sound-state.ts';
import { clockText } from './times.ts';
import { fullTuning } from './volume.ts';

const nowMs = Date.parse('2026-01-01T10:00:00.000Z');
const until = (ms: number) => new Date(nowMs + ms).toISOString();
const nora: WardSound = { ward: 'ICU', person: 'Nora', state: 'sounding', soundedAgoMs: 0 };
const facts = (more: Partial<SoundFacts>): SoundFacts => ({
  ...{ speaker: 'on', wards: [], silent: new Set(), alarms: [], nowMs, tuning: fullTuning },
  ...more,
});
const paused = (id: string, ms: number) => alarm(id, { audioPausedUntil: until(ms) });

it.each<[string, Partial<SoundFacts>, string, string]>([
  ['nothing is wrong', {}, 'on', 'Sound on'],
  ['night mode is on', { tuning: { volume: 'full', isNight: true } }, 'on', 'Sound on, night'],
  ['the volume is lower', { tuning: { volume: 'low', isNight: false } }, 'on', 'Sound on, lowest volume'],
  ['the browser blocks the sound', { speaker: 'blocked', wards: [nora] }, 'off', 'No sound: the browser blocks it'],
  ['the computer has no sound', { speaker: 'failed' }, 'off', 'No sound: this browser cannot play it'],
  [
    'another screen sounds the ward',
    { wards: [nora], silent: new Set(['ICU']) },
    'quiet',
    'ICU: the screen of Nora sounds',
  ],
  ['another screen sounds, and this one', { wards: [nora] }, 'on', 'ICU: the screen of Nora sounds, and this one'],
  [
    'this screen sounds the ward alone at a lower volume',
    { wards: [{ ...nora, isOwn: true }], tuning: { volume: 'low', isNight: false } },
    'on',
    'ICU: this screen sounds; here: lowest volume',
  ],
  [
    'this screen sounds the ward alone at night',
    { wards: [{ ...nora, isOwn: true }], tuning: { volume: 'full', isNight: true } },
    'on',
    'ICU: this screen sounds; here: night',
  ],
  [
    'all alarms are paused',
    { alarms: [paused('a', 90_000), paused('b', 60_000)] },
    'quiet',
    `Sound paused until ${clockText(nowMs + 60_000)}`,
  ],
  ['one alarm is not paused', { alarms: [paused('a', 90_000), alarm('b')] }, 'on', 'Sound on'],
  ['the pause is over', { alarms: [paused('a', 0)] }, 'on', 'Sound on'],
  ['only an acknowledged alarm was paused', { alarms: [alarm('a', { signal: 'acknowledged' })] }, 'on', 'Sound on'],
])('the top bar says the state of the sound in words: %s', (_, more, kind, text) => {
  expect(soundState(facts(more))).toEqual({ kind, text });
});

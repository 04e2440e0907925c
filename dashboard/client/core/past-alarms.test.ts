import { expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { alarm } from './fixtures.ts';
import { pastAlarmWords } from './past-alarms.ts';

const nowMs = Date.parse('2026-01-01T10:00:00.000Z');

it.each<[string, Partial<Alarm>, RegExp]>([
  ['its condition was present', {}, /^since .+, not acknowledged at /],
  ['its condition had ended and nobody had seen it', { present: false, signal: 'latched' }, /^ended, unseen, since /],
  ['it came late', { late: true }, /^late, since /],
  ['somebody had acknowledged it', { signal: 'acknowledged' }, /^since .+, acknowledged at /],
])('a page that is not live says of an alarm: %s', (_, changes, words) => {
  expect(pastAlarmWords(alarm('a', changes), nowMs, nowMs)).toMatch(words);
});

import { expect, it } from 'vitest';
import { keepAliveMs, sessionExpiryMs } from './session.ts';

const maxMs = 3_600_000;

it.each([
  ['MQTT 3.1.1 with Clean Session ends with its connection', 4, true, undefined, 0],
  ['MQTT 3.1.1 without Clean Session lasts for the maximum', 4, false, undefined, maxMs],
  ['MQTT 5 without a Session Expiry Interval ends with its connection', 5, true, undefined, 0],
  ['MQTT 5 with the interval 0 ends with its connection', 5, false, 0, 0],
  ['MQTT 5 with the interval 1 s lasts for 1 s', 5, true, 1, 1000],
  ['MQTT 5 with the maximum as interval lasts for the maximum', 5, false, 3600, maxMs],
  ['MQTT 5 with an interval above the maximum lasts for the maximum', 5, false, 3601, maxMs],
  ['MQTT 5 with an interval without end lasts for the maximum', 5, false, 0xffffffff, maxMs],
] as const)('a session of %s', (_name, version, clean, expiryS, expected) => {
  expect(sessionExpiryMs(version, clean, expiryS, maxMs)).toBe(expected);
});

it.each([
  [0, 300_000, true],
  [1, 1000, false],
  [300, 300_000, false],
  [301, 300_000, true],
  [65_535, 300_000, true],
])('a client that asks for a Keep Alive of %i s gets %i ms (changed: %s)', (askedS, ms, changed) => {
  expect(keepAliveMs(askedS, 300)).toEqual({ ms, changed });
});

import { expect, it } from 'vitest';
import { allowedAtMs, allowedCount, burstMax, messageEveryMs, wholeAfterMessage } from './rate.ts';

const nowMs = 1_000_000;
/** Returns when the full number of messages is allowed again after `count` messages at `nowMs`. */
const after = (count: number) => {
  let wholeAtMs = 0;
  for (let sent = 0; sent < count; sent += 1) wholeAtMs = wholeAfterMessage(wholeAtMs, nowMs);
  return wholeAtMs;
};

it.each([
  [0, nowMs, burstMax, nowMs],
  [1, nowMs, burstMax - 1, nowMs],
  [burstMax - 1, nowMs, 1, nowMs],
  [burstMax, nowMs, 0, nowMs + messageEveryMs],
  [burstMax, nowMs + messageEveryMs - 1, 0, nowMs + messageEveryMs],
  [burstMax, nowMs + messageEveryMs, 1, nowMs + messageEveryMs],
  [burstMax, nowMs + burstMax * messageEveryMs, burstMax, nowMs + burstMax * messageEveryMs],
])(
  'after %d messages at once, at the time %d ms: %d messages are allowed, the next message at %d ms',
  (count, atMs, allowed, nextMs) => {
    expect(allowedCount(after(count), atMs)).toBe(allowed);
    expect(allowedAtMs(after(count), atMs)).toBe(nextMs);
  },
);

it('after the clock was set back by a day, a call waits for at most one interval', () => {
  expect(allowedAtMs(after(burstMax), nowMs - 86_400_000)).toBe(nowMs - 86_400_000 + messageEveryMs);
});

import { expect, it } from 'vitest';
import { createWorkPause, workMsMax } from './work-pause.ts';

it('long work pauses when it has run for 8 ms since the last pause, and not earlier', async () => {
  let nowMs = 0;
  let pauses = 0;
  const pauseIfLong = createWorkPause(
    () => nowMs,
    async () => {
      pauses += 1;
      nowMs += 50;
    },
  );
  for (let part = 1; part <= 3 * workMsMax; part += 1) {
    nowMs += 1;
    await pauseIfLong();
    expect([part, pauses]).toEqual([part, Math.floor(part / workMsMax)]);
  }
});

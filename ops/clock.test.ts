import { expect, it } from 'vitest';
import { clockEnv, clockLog } from './clock.ts';

it('clockEnv returns the difference of the clock as a setting for restarted processes', () => {
  expect(clockEnv({ currentStep: () => undefined })).toEqual({});
  expect(clockEnv({ currentStep: () => ({ aheadMs: -600_000, atMs: 0 }) })).toEqual({
    VIGIL_CLOCK_AHEAD_MS: '-600000',
  });
});

it('clockLog reports by how much the clock was set back or forward', () => {
  const lines: string[] = [];
  const log = clockLog((line) => lines.push(line));
  log.warn({ stepMs: -600_000 });
  log.warn({ stepMs: 10_400 });
  expect(lines[0]).toContain('set back by 600 s');
  expect(lines[1]).toContain('set forward by 10 s');
});

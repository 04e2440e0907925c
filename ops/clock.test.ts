import { expect, it } from 'vitest';
import { clockEnv, clockLog } from './clock.ts';

it('passes the clock’s difference to a process that is started again', () => {
  expect(clockEnv({ step: () => undefined })).toEqual({});
  expect(clockEnv({ step: () => ({ aheadMs: -600_000, atMs: 0 }) })).toEqual({ VIGIL_CLOCK_AHEAD_MS: '-600000' });
});

it('reports a step in one sentence', () => {
  const lines: string[] = [];
  const log = clockLog((line) => lines.push(line));
  log.warn({ stepMs: -600_000 });
  log.warn({ stepMs: 10_400 });
  expect(lines[0]).toContain('set back by 600 s');
  expect(lines[1]).toContain('set forward by 10 s');
});

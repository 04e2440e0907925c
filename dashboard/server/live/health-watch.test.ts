import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Health } from '../../protocol/live.ts';
import { watchHealth } from './health-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('the loss and the return of Kafka or of the alarm processor are each noticed once, within 250 ms', () => {
  const health: Pick<Health, 'kafka' | 'alarms'> = { kafka: 'ok', alarms: 'ok' };
  const onChange = vi.fn();
  const timer = watchHealth(() => ({ ...health }), onChange);
  vi.advanceTimersByTime(1_000);
  expect(onChange).not.toHaveBeenCalled();
  for (const [change, calls] of [
    [{ alarms: 'stale' }, 1],
    [{ kafka: 'away' }, 2],
    [{ kafka: 'ok', alarms: 'ok' }, 3],
  ] as const) {
    Object.assign(health, change);
    vi.advanceTimersByTime(250);
    expect(onChange).toHaveBeenCalledTimes(calls);
    vi.advanceTimersByTime(1_000);
    expect(onChange).toHaveBeenCalledTimes(calls);
  }
  clearInterval(timer);
});

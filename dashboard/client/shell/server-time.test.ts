import { describe, expect, it } from 'vitest';
import { createServerTime } from './server-time.ts';

describe('createServerTime', () => {
  function serverTimeOf(startMs: number) {
    let steadyMs = startMs;
    const time = createServerTime(() => steadyMs);
    return {
      time,
      wait(ms: number) {
        steadyMs += ms;
      },
    };
  }

  it('the server’s time runs with the screen’s clock after a message', () => {
    const { time, wait } = serverTimeOf(1_000);
    time.update(50_000, 's1', false);
    wait(700);
    expect(time.now()).toBe(50_700);
  });

  it('if a message waited in the page before the page read it, the time in the message is used only if the message is the first', () => {
    const { time, wait } = serverTimeOf(1_000);
    time.update(50_000, 's1', true);
    expect(time.now()).toBe(50_000);
    wait(1_000);
    time.update(60_000, undefined, true);
    expect(time.now()).toBe(51_000);
    time.update(60_000, undefined, false);
    expect(time.now()).toBe(60_000);
  });

  it.each([
    ['a message of another server process with an earlier time sets the server’s time back', 's2', 20_000],
    ['a message of the same server process with an earlier time does not set the server’s time back', 's1', 50_000],
  ])('%s', (_name, stream, expected) => {
    const { time } = serverTimeOf(1_000);
    time.update(50_000, 's1', false);
    time.update(20_000, stream, false);
    expect(time.now()).toBe(expected);
  });

  it('after a call of forget, the next message sets the server’s time', () => {
    const { time } = serverTimeOf(1_000);
    time.update(50_000, 's1', false);
    time.forget();
    time.update(20_000, 's1', false);
    expect(time.now()).toBe(20_000);
  });
});

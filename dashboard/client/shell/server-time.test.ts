import { describe, expect, it } from 'vitest';
import { createServerTime } from './server-time.ts';

describe('the server’s time', () => {
  function at(startMs: number) {
    let steadyMs = startMs;
    const time = createServerTime(() => steadyMs);
    return {
      time,
      wait(ms: number) {
        steadyMs += ms;
      },
    };
  }

  it('goes on by this screen’s clock after a message', () => {
    const { time, wait } = at(1_000);
    time.saw(50_000, 's1', false);
    wait(700);
    expect(time.now()).toBe(50_700);
  });

  it('is taken from a message that waited in the page only while no other message has come', () => {
    const { time, wait } = at(1_000);
    time.saw(50_000, 's1', true);
    expect(time.now()).toBe(50_000);
    wait(1_000);
    time.saw(60_000, undefined, true);
    expect(time.now()).toBe(51_000);
    time.saw(60_000, undefined, false);
    expect(time.now()).toBe(60_000);
  });

  it.each([
    ['another server process that is behind', 's2', 20_000],
    ['the same one', 's1', 50_000],
  ])('after a message of %s', (_name, stream, expected) => {
    const { time } = at(1_000);
    time.saw(50_000, 's1', false);
    time.saw(20_000, stream, false);
    expect(time.now()).toBe(expected);
  });

  it('is unknown again after it was forgotten', () => {
    const { time } = at(1_000);
    time.saw(50_000, 's1', false);
    time.forget();
    time.saw(20_000, 's1', false);
    expect(time.now()).toBe(20_000);
  });
});

import { describe, expect, it } from 'vitest';
import { bed, reading, t0 } from '../../bed.testing.ts';
import { identity, initialIdentity } from './identity.ts';
import { adultProfile } from './profile.ts';
import { rearm } from './rearm.ts';

/** A reading of each of the starts, each second, in the log's order. */
function play(one: ReturnType<typeof bed>, starts: string, fromS: number, toS: number, lateMs = 0): void {
  for (let s = fromS; s < toS; s += 1)
    for (const [i, start] of [...starts].entries()) {
      const time = t0 + s * 1000 + i * 100;
      one.feed(reading(s + i / 10, { HR: 80 + i }, { boot: start, start, receivedAt: time + lateMs + 20 }));
    }
}

describe('two devices with one certificate, each on a gateway of its own', () => {
  it('have a medium alarm at the bed, are counted, and the alarm lasts at most 5 min after the last sign', () => {
    const one = bed();
    play(one, 'A', 0, 10);
    expect(one.raised()).toEqual([]);
    play(one, 'AB', 10, 30);
    expect(one.live()['shared-identity']).toMatchObject({
      text: 'Two devices use one certificate: values may be of two patients',
      priority: 'medium',
      present: true,
    });
    expect(one.types('shared-identity').filter((type) => type === 'raised')).toHaveLength(1);
    expect(one.count('sharedIdentity')).toBeGreaterThan(1);
    play(one, 'A', 30, 325);
    expect(one.live()['shared-identity']).toMatchObject({ present: true });
    play(one, 'A', 325, 332);
    expect(one.live()['shared-identity']).toBeUndefined();
  });

  it.each<[string, (one: ReturnType<typeof bed>) => void]>([
    ['one device that starts anew', (one) => [play(one, 'A', 0, 30), play(one, 'B', 40, 70), play(one, 'C', 75, 99)]],
    [
      'a backlog of the start before',
      (one) => [play(one, 'A', 0, 10), play(one, 'B', 300, 330), play(one, 'A', 10, 40, 300_000)],
    ],
    [
      'readings that are read again',
      (one) => [play(one, 'A', 0, 30), play(one, 'B', 30, 60), play(one, 'A', 0, 30), play(one, 'B', 30, 60)],
    ],
  ])('have no alarm if there is %s', (_, run) => {
    const one = bed();
    run(one);
    expect(one.raised()).not.toContain('shared-identity');
  });

  it('have no alarm if the device names no start: its `boot` is that of a connection', () => {
    const one = bed();
    for (let s = 0; s < 60; s += 1) {
      const { start: _none, ...nameless } = reading(s, { HR: 80 }, { boot: s % 2 === 0 ? 'A' : 'B' });
      one.feed(nameless);
    }
    expect(one.raised()).not.toContain('shared-identity');
  });

  it('are also noticed after the processor’s clock was set back', () => {
    const one = bed();
    play(one, 'AB', 3600, 3602);
    const back = rearm(one.state(), adultProfile, t0 + 1000);
    expect(back.identity.starts.map(({ lastMs }) => lastMs)).toEqual([t0 + 1000, t0 + 1000]);
  });
});

it('a reading without a start is no sign, and is not remembered', () => {
  const { start: _none, ...nameless } = reading(1, { HR: 80 });
  expect(identity(initialIdentity, nameless)).toEqual({ part: initialIdentity, found: undefined });
});

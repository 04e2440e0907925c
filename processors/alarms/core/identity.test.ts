import { describe, expect, it } from 'vitest';
import { bed, reading, t0 } from '../../bed.testing.ts';
import { initialIdentity, noteStartId } from './identity.ts';
import { adultProfile } from './profile.ts';
import { rearm } from './rearm.ts';

/** Feeds a reading of each start each second. Each letter of `starts` is the id of a start. */
function play(patientBed: ReturnType<typeof bed>, starts: string, fromS: number, toS: number, lateMs = 0): void {
  for (let s = fromS; s < toS; s += 1)
    for (const [i, start] of [...starts].entries()) {
      const time = t0 + s * 1000 + i * 100;
      patientBed.feed(reading(s + i / 10, { HR: 80 + i }, { boot: start, start, receivedAt: time + lateMs + 20 }));
    }
}

describe('the alarm about two devices with one certificate', () => {
  it('two devices with one certificate have a medium alarm that ends 5 min after the last sign of two devices', () => {
    const patientBed = bed();
    play(patientBed, 'A', 0, 10);
    expect(patientBed.raisedConditions()).toEqual([]);
    play(patientBed, 'AB', 10, 30);
    expect(patientBed.liveAlarms()['shared-identity']).toMatchObject({
      text: 'Two devices use one certificate: values may be of two patients',
      priority: 'medium',
      present: true,
    });
    expect(patientBed.eventTypes('shared-identity').filter((type) => type === 'raised')).toHaveLength(1);
    expect(patientBed.countOf('sharedIdentity')).toBeGreaterThan(1);
    play(patientBed, 'A', 30, 325);
    expect(patientBed.liveAlarms()['shared-identity']).toMatchObject({ present: true });
    play(patientBed, 'A', 325, 332);
    expect(patientBed.liveAlarms()['shared-identity']).toBeUndefined();
  });

  it.each<[string, (patientBed: ReturnType<typeof bed>) => void]>([
    [
      'one device that starts again',
      (patientBed) => [play(patientBed, 'A', 0, 30), play(patientBed, 'B', 40, 70), play(patientBed, 'C', 75, 99)],
    ],
    [
      'a backlog of the earlier start',
      (patientBed) => [
        play(patientBed, 'A', 0, 10),
        play(patientBed, 'B', 300, 330),
        play(patientBed, 'A', 10, 40, 300_000),
      ],
    ],
    [
      'readings that come twice',
      (patientBed) => [
        play(patientBed, 'A', 0, 30),
        play(patientBed, 'B', 30, 60),
        play(patientBed, 'A', 0, 30),
        play(patientBed, 'B', 30, 60),
      ],
    ],
  ])('one device has no alarm about a shared certificate: %s', (_, run) => {
    const patientBed = bed();
    run(patientBed);
    expect(patientBed.raisedConditions()).not.toContain('shared-identity');
  });

  it('a device that sends no start id has no alarm about a shared certificate', () => {
    const patientBed = bed();
    for (let s = 0; s < 60; s += 1) {
      const { start: _none, ...nameless } = reading(s, { HR: 80 }, { boot: s % 2 === 0 ? 'A' : 'B' });
      patientBed.feed(nameless);
    }
    expect(patientBed.raisedConditions()).not.toContain('shared-identity');
  });

  it('the times of the starts are not in the future after the processor’s clock was set back', () => {
    const patientBed = bed();
    play(patientBed, 'AB', 3600, 3602);
    const back = rearm(patientBed.state(), adultProfile, t0 + 1000);
    expect(back.identity.starts.map(({ lastMs }) => lastMs)).toEqual([t0 + 1000, t0 + 1000]);
  });
});

it('a reading without a start id changes nothing', () => {
  const { start: _none, ...nameless } = reading(1, { HR: 80 });
  expect(noteStartId(initialIdentity, nameless)).toEqual({ part: initialIdentity, notice: undefined });
});

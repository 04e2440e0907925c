/** Whose is a reading of a device whose clock is wrong, while the patient changes: by the rule of clocks and the periods together. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attribute, type Period } from './associations.ts';
import { type DeviceClocks, measuredWithin, noteTime } from './clocks.ts';
import { createMemory } from './remembered.ts';

const t0 = Date.UTC(2026, 0, 1, 12);
const ms = (s: number) => t0 + Math.round(s * 1000);

/** The first patient until `s`, then the second. */
const changeAt = (s: number): Period[] => [
  { associationId: 'first', fromMs: ms(-86_400), toMs: ms(s), ward: 'ICU' },
  { associationId: 'second', fromMs: ms(s), toMs: Number.POSITIVE_INFINITY, ward: 'ICU' },
];

type Sent = {
  /** When it was measured, s. */
  readonly at: number;
  readonly delay?: number;
  readonly behind: number;
  readonly boot?: string;
  readonly seq?: number;
  readonly kind?: 'observation' | 'birth';
};

function device(periods: readonly Period[], clocks: DeviceClocks = []) {
  let seq = 0;
  return (sent: Sent): string => {
    const { at, delay = 0.05, behind, boot = 'b1', kind = 'observation' } = sent;
    if (kind === 'observation') seq += 1;
    const timeMs = ms(at - behind);
    const receivedAtMs = ms(at + delay);
    const clock = noteTime(clocks, { boot, seq: sent.seq ?? seq, timeMs, receivedAtMs, kind });
    const whose = attribute(periods, measuredWithin(clocks, clock, 'connection', timeMs, receivedAtMs));
    return whose.kind === 'unclear' ? 'unclear' : (whose.associationId ?? 'none');
  };
}

const seconds = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a device with a wrong clock, while the patient changes at 100 s', () => {
  it.each([0, 1.5, 5, 9, 60, 36_000, -5, -60, -280])(
    '%d s behind, measured: each reading is right or unclear',
    (behind) => {
      const send = device(changeAt(100));
      const found = seconds(0, 200).map((at) => [at, send({ at: at + 0.5, behind })] as const);
      for (const [at, whose] of found) {
        // A clock that is right within 2 s counts as it is.
        if (Math.abs(at + 0.5 - 100) > 2) expect(whose, `at ${at} s`).toBe(at < 100 ? 'first' : 'second');
        else if (Math.abs(behind) > 2)
          expect(whose, `at ${at} s`).toMatch(at < 100 ? /first|unclear/ : /second|unclear/);
      }
      expect(found.filter(([, whose]) => whose === 'unclear').length).toBeLessThanOrEqual(4);
    },
  );

  it('shows no reading to the first patient where the device connected a moment after the change and is not known', () => {
    const send = device(changeAt(100));
    expect(seconds(105, 110).map((at) => send({ at, behind: 60 }))).toEqual(Array(6).fill('unclear'));
    seconds(111, 116).map((at) => send({ at, behind: 60 }));
    expect(send({ at: 117, behind: 60 })).toBe('second');
  });

  it('is certain at once where the patient did not change between its time and the receipt', () => {
    const send = device(changeAt(100));
    expect(send({ at: 300, behind: 60 })).toBe('second');
    expect(device([])({ at: 300, behind: 60 })).toBe('none');
  });

  it('is unclear where the clock was set back by a minute just then, until it is measured', () => {
    const send = device(changeAt(100));
    for (const at of seconds(0, 99)) send({ at, behind: 0 });
    expect(seconds(101, 105).map((at) => send({ at, behind: 60 }))).toEqual(Array(5).fill('unclear'));
    for (const at of seconds(106, 116)) send({ at, behind: 60 });
    expect(send({ at: 117, behind: 60 })).toBe('second');
  });

  it('is not confused by a clock that is set right just then', () => {
    const send = device(changeAt(100));
    for (const at of seconds(0, 99)) send({ at, behind: 60 });
    expect(seconds(101, 105).map((at) => send({ at, behind: 0 }))).toEqual(Array(5).fill('second'));
  });
});

it('is certain where the patient moved to another bed with the device, and unclear where a gap without a patient lies between', () => {
  const moved = changeAt(100).map((period) => ({ ...period, associationId: 'same' }));
  expect(device(moved)({ at: 110, behind: 60 })).toBe('same');
  const [first, second] = changeAt(100);
  const gap = [{ ...first!, toMs: ms(80) }, second!];
  expect(device(gap)({ at: 95, behind: 60 })).toBe('unclear');
  expect(device(gap)({ at: 95, behind: 10 })).toBe('none');
  expect(device([first!])({ at: 110, behind: 60 })).toBe('unclear');
});

describe('a backlog of an outage in which the patient changed', () => {
  const backlog = (send: (sent: Sent) => string, behind: number, boot?: string) =>
    seconds(31, 3630).map((at) => send({ at, delay: 3632 - at + at / 1000, behind, ...(boot && { boot }) }));
  const wanted = seconds(31, 3630).map((at) => (at < 1800 ? 'first' : 'second'));
  const wrong = (found: readonly string[]) =>
    found.filter((whose, i) => whose !== wanted[i] && (whose !== 'unclear' || Math.abs(i + 31 - 1800) > 2));

  it.each([0, 60, -60])('goes to the patient of then where the clock was measured before: %d s behind', (behind) => {
    const send = device(changeAt(1800));
    for (const at of seconds(0, 30)) send({ at, behind });
    send({ at: 3630.5, behind, kind: 'birth' });
    expect(wrong(backlog(send, behind))).toEqual([]);
  });

  it('goes to the patient of then after a restart of the gateway, where the birth message shows a right clock', () => {
    const send = device(changeAt(1800));
    send({ at: 3630.5, behind: 0, kind: 'birth' });
    expect(wrong(backlog(send, 0))).toEqual([]);
  });

  it('goes so, too, where the birth message has no number and so belongs to the connection alone', () => {
    const send = device(changeAt(1800));
    send({ at: 3630.5, behind: 0, kind: 'birth', boot: 'connection' });
    expect(wrong(backlog(send, 0))).toEqual([]);
  });

  it('is unclear where the change lies between its time and the receipt, after a restart of the gateway without a birth', () => {
    const found = backlog(device(changeAt(1800)), 0);
    for (const [i, whose] of found.entries()) expect(whose === wanted[i] || whose === 'unclear').toBe(true);
    expect(found[0]).toBe('unclear');
    expect(found.at(-1)).toBe('second');
  });

  it('is unclear only about the change where the birth message shows how wrong the clock is at most', () => {
    const send = device(changeAt(1800));
    send({ at: 3630.5, behind: 60, kind: 'birth' });
    const found = backlog(send, 60);
    for (const [i, whose] of found.entries()) expect(whose === wanted[i] || whose === 'unclear').toBe(true);
    expect(found.filter((whose) => whose === 'unclear').length).toBeLessThan(70);
  });

  it('is unclear where the device came back with a clock that was set, also if it was right before', () => {
    const send = device(changeAt(1800));
    for (const at of seconds(0, 30)) send({ at, behind: 0 });
    send({ at: 3630.5, behind: 600, kind: 'birth' });
    const found = backlog(send, 600);
    for (const [i, whose] of found.entries()) expect(whose === wanted[i] || whose === 'unclear').toBe(true);
  });

  it('of an earlier start of the device is judged by the clock of that start', () => {
    const clocks: DeviceClocks = [];
    const send = device(changeAt(1800), clocks);
    for (const at of seconds(0, 30)) send({ at, behind: 0, boot: 'old' });
    for (const at of seconds(3600, 3620)) send({ at, behind: 900, boot: 'new' });
    expect(send({ at: 1000, delay: 2700, behind: 0, boot: 'old', seq: 40 })).toBe('first');
    expect(send({ at: 1900, delay: 1800, behind: 0, boot: 'old', seq: 41 })).toBe('second');
    expect(send({ at: 1000, delay: 2700, behind: 0, boot: 'older' })).toBe('unclear');
  });
});

it('attributes no reading to the wrong patient, whatever the error, the change and the outage', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.constant(0),
        fc.double({ min: 2.1, max: 7200, noNaN: true }),
        fc.double({ min: -290, max: -2.1, noNaN: true }),
      ),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 100 }),
      (behind, change, liveS, outageS) => {
        const send = device(changeAt(change + 0.01));
        const back = liveS + outageS;
        const check = (at: number, whose: string) =>
          expect(whose, `measured at ${at} s`).toMatch(at < change + 0.01 ? /first|unclear/ : /second|unclear/);
        for (const at of seconds(0, liveS)) check(at, send({ at, behind }));
        send({ at: back, behind, kind: 'birth' });
        for (const at of seconds(liveS + 1, back))
          check(at, send({ at, delay: back + 0.2 - at + (at - liveS) / 50, behind }));
        for (const at of seconds(back + 5, back + 60)) check(at, send({ at, behind }));
      },
    ),
    { numRuns: 300 },
  );
});

it('remembers the clocks of a device that is away, and of at most four of its starts', () => {
  const memoryOf = createMemory();
  const { clocks } = memoryOf('p1');
  for (const boot of ['a', 'b', 'c', 'd', 'e'])
    noteTime(clocks, { boot, seq: 1, timeMs: t0, receivedAtMs: t0, kind: 'observation' });
  expect(memoryOf('p1').clocks.map((one) => one.boot)).toEqual(['b', 'c', 'd', 'e']);
  expect(memoryOf('p2').clocks).toEqual([]);
});

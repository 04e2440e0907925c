/** A device that cuts or rounds its times to whole seconds or minutes, while the patient changes: no reading goes to the other patient. */
import { describe, expect, it } from 'vitest';
import { attribute, type Period } from './associations.ts';
import { type DeviceClocks, measuredWithin, noteTime } from './clocks.ts';

const t0 = Date.UTC(2026, 0, 1, 12);
const ms = (s: number) => t0 + Math.round(s * 1000);
const changeAt = (s: number): Period[] => [
  { associationId: 'first', stampMs: ms(-86_400), fromMs: ms(-86_400), toMs: ms(s), ward: 'ICU' },
  { associationId: 'second', stampMs: ms(s), fromMs: ms(s), toMs: Number.POSITIVE_INFINITY, ward: 'ICU' },
];
const changes = [600, 607, 630, 655, 659.5];
const ways = { cut: Math.floor, rounded: Math.round, 'rounded up': Math.ceil };
type Device = {
  readonly way: keyof typeof ways;
  readonly grainS: number;
  readonly everyS: number;
  readonly behindS: number;
};

function device({ way, grainS, behindS }: Device, periods: readonly Period[], isNumbered: boolean) {
  const clocks: DeviceClocks = [];
  let seq = 0;
  /** @param atS when it was measured @returns whose it is */
  return (atS: number, receivedS: number, kind: 'observation' | 'birth' = 'observation'): string | undefined => {
    if (kind === 'observation') seq += 1;
    const timed = {
      boot: 'b1',
      seq: isNumbered && kind === 'observation' ? seq : undefined,
      timeMs: ms(ways[way]((atS - behindS) / grainS) * grainS),
      receivedAtMs: ms(receivedS),
      kind,
    };
    const clock = noteTime(clocks, timed);
    const whose = attribute(periods, measuredWithin(clocks, clock, 'connection', timed));
    return whose.kind === 'unclear' ? undefined : whose.associationId;
  };
}

const table = (Object.keys(ways) as Device['way'][]).flatMap((way) =>
  [1, 10, 60].flatMap((grainS) =>
    [1, 7, 13, 30, 45, 60, 77, 90].map((everyS): [string, Omit<Device, 'behindS'>] => [
      `${way} to ${grainS} s, every ${everyS} s`,
      { way, grainS, everyS },
    ]),
  ),
);

type Found = { readonly atS: number; readonly whose: string | undefined };
/** A clock that is right within 2 s counts as it is: so far from the change a reading may be taken for the other patient's. */
const wrong = (found: readonly Found[], change: number) =>
  found.filter(
    ({ atS, whose }) =>
      whose !== undefined && whose !== (atS < change ? 'first' : 'second') && Math.abs(atS - change) > 1,
  );

describe.each(table)('times that are %s', (_, kind) => {
  const each = (run: (one: Device, change: number, startS: number, isNumbered: boolean) => void) => {
    for (const behindS of [0, 5, 60, -60])
      for (const change of changes)
        for (const startS of [0.3, 17, 35])
          for (const isNumbered of [true, false]) run({ ...kind, behindS }, change, startS, isNumbered);
  };

  it('of a device that is connected: right or unclear, and not unclear for long', () => {
    each((one, change, startS, isNumbered) => {
      const send = device(one, changeAt(change), isNumbered);
      const found: Found[] = [];
      for (let atS = startS; atS < 1200; atS += one.everyS) found.push({ atS, whose: send(atS, atS + 0.05) });
      expect(wrong(found, change)).toEqual([]);
      // A clock that is ahead and cannot be measured may be ahead by a minute more.
      const lastS = change + 60 + 2 * one.grainS + one.everyS + 5;
      expect(found.filter(({ atS, whose }) => atS > lastS && whose !== 'second')).toEqual([]);
    });
  });

  it('of a backlog after an outage, with a birth message: right or unclear', () => {
    each((one, change, startS, isNumbered) => {
      for (const backS of [900, 930, 955]) {
        const send = device(one, changeAt(change), isNumbered);
        let atS = startS;
        for (; atS < 500; atS += one.everyS) send(atS, atS + 0.05);
        send(backS, backS + 0.05, 'birth');
        const found: Found[] = [];
        for (; atS < backS; atS += one.everyS) found.push({ atS, whose: send(atS, backS + 0.1 + atS / 1000) });
        expect(wrong(found, change)).toEqual([]);
      }
    });
  });
});

/**
 * Tests that no reading gets the wrong patient if a device cuts or rounds its times to whole seconds or minutes and the
 * patient changes.
 */
import { describe, expect, it } from 'vitest';
import { attribute, type Period } from './associations.ts';
import { type DeviceClocks, measurementSpan, noteTime } from './clocks.ts';

const t0 = Date.UTC(2026, 0, 1, 12);
const msAt = (s: number) => t0 + Math.round(s * 1000);
const periodsWithChangeAt = (s: number): Period[] => [
  { associationId: 'first', stampMs: msAt(-86_400), fromMs: msAt(-86_400), toMs: msAt(s), ward: 'ICU' },
  { associationId: 'second', stampMs: msAt(s), fromMs: msAt(s), toMs: Number.POSITIVE_INFINITY, ward: 'ICU' },
];
const changes = [600, 607, 630, 655, 659.5];
const roundings = { cut: Math.floor, rounded: Math.round, 'rounded up': Math.ceil };
type Device = {
  readonly rounding: keyof typeof roundings;
  readonly grainS: number;
  readonly everyS: number;
  readonly behindS: number;
};

function device({ rounding, grainS, behindS }: Device, periods: readonly Period[], isNumbered: boolean) {
  const clocks: DeviceClocks = [];
  let seq = 0;
  /**
   * Sends a message that was measured at `atS` and returns its association; undefined if the association is unclear.
   */
  return (atS: number, receivedS: number, kind: 'observation' | 'birth' = 'observation'): string | undefined => {
    if (kind === 'observation') seq += 1;
    const timed = {
      boot: 'b1',
      seq: isNumbered && kind === 'observation' ? seq : undefined,
      timeMs: msAt(roundings[rounding]((atS - behindS) / grainS) * grainS),
      receivedAtMs: msAt(receivedS),
      kind,
    };
    const clock = noteTime(clocks, timed);
    const patient = attribute(periods, measurementSpan(clocks, clock, 'connection', timed));
    return patient.kind === 'unclear' ? undefined : patient.associationId;
  };
}

const table = (Object.keys(roundings) as Device['rounding'][]).flatMap((rounding) =>
  [1, 10, 60].flatMap((grainS) =>
    [1, 7, 13, 30, 45, 60, 77, 90].map((everyS): [string, Omit<Device, 'behindS'>] => [
      `${rounding} to ${grainS} s, every ${everyS} s`,
      { rounding, grainS, everyS },
    ]),
  ),
);

type Result = { readonly atS: number; readonly patient: string | undefined };
/**
 * Returns the readings with the wrong patient. Leaves out readings within 1 s of the change: the gateway does not
 * correct a clock with such a small error.
 */
const wrongResults = (results: readonly Result[], change: number) =>
  results.filter(
    ({ atS, patient }) =>
      patient !== undefined && patient !== (atS < change ? 'first' : 'second') && Math.abs(atS - change) > 1,
  );

describe.each(table)('a device whose times are %s', (_, kind) => {
  const forEachCase = (run: (deviceKind: Device, change: number, startS: number, isNumbered: boolean) => void) => {
    for (const behindS of [0, 5, 60, -60])
      for (const change of changes)
        for (const startS of [0.3, 17, 35])
          for (const isNumbered of [true, false]) run({ ...kind, behindS }, change, startS, isNumbered);
  };

  it('a live reading with a coarse time has the right patient or is unclear, and live readings are not unclear for long', () => {
    forEachCase((deviceKind, change, startS, isNumbered) => {
      const send = device(deviceKind, periodsWithChangeAt(change), isNumbered);
      const results: Result[] = [];
      for (let atS = startS; atS < 1200; atS += deviceKind.everyS)
        results.push({ atS, patient: send(atS, atS + 0.05) });
      expect(wrongResults(results, change)).toEqual([]);
      // If the error of a clock that is ahead cannot be measured, the gateway assumes that the clock may be up to a
      // minute further ahead.
      const lastS = change + 60 + 2 * deviceKind.grainS + deviceKind.everyS + 5;
      expect(results.filter(({ atS, patient }) => atS > lastS && patient !== 'second')).toEqual([]);
    });
  });

  it('after a birth message, a reading of a backlog with coarse times has the right patient or is unclear', () => {
    forEachCase((deviceKind, change, startS, isNumbered) => {
      for (const backS of [900, 930, 955]) {
        const send = device(deviceKind, periodsWithChangeAt(change), isNumbered);
        let atS = startS;
        for (; atS < 500; atS += deviceKind.everyS) send(atS, atS + 0.05);
        send(backS, backS + 0.05, 'birth');
        const results: Result[] = [];
        for (; atS < backS; atS += deviceKind.everyS)
          results.push({ atS, patient: send(atS, backS + 0.1 + atS / 1000) });
        expect(wrongResults(results, change)).toEqual([]);
      }
    });
  });
});

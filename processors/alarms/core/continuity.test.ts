import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bed, bed, instant, type Numerics, reading, t0 } from '../../bed.testing.ts';
import { missingReadingsKey } from './continuity.ts';

const calm: Numerics = { HR: 80, SpO2: 97, RR: 15 };

/** Feeds the reading with number `seq`. The reading was measured at second `seq` and received at second `receivedS`. */
const feed = (patientBed: Bed, seq: number, receivedS = seq, boot = 'b1') =>
  patientBed.feed(reading(seq, calm, { boot, seq, receivedAt: t0 + Math.round(receivedS * 1000) }));
const feedAll = (patientBed: Bed, from: number, to: number, except: readonly number[] = []) => {
  for (let seq = from; seq <= to; seq += 1) if (!except.includes(seq)) feed(patientBed, seq);
};
const eventTypes = (patientBed: Bed) => patientBed.eventTypes(missingReadingsKey);

it('after the device started to count again, a missing sequence number is noticed although higher numbers came before', () => {
  const patientBed = bed();
  feedAll(patientBed, 1, 200);
  for (const seq of [1, 2, 4, 5])
    patientBed.feed(reading(200 + seq, calm, { seq, receivedAt: t0 + (200 + seq) * 1000 }));
  for (let seq = 6; seq <= 80; seq += 1)
    patientBed.feed(reading(200 + seq, calm, { seq, receivedAt: t0 + (200 + seq) * 1000 }));
  expect([patientBed.countOf('readingsMissing'), eventTypes(patientBed)]).toEqual([1, ['raised']]);
});

describe('a missing sequence number', () => {
  it.each([
    ['less than a minute', 70.999, []],
    ['a minute', 71, ['raised']],
    ['later', 90, ['raised']],
  ])('a missing sequence number has an alarm a minute after the next number came: %s', (_name, s, types) => {
    const patientBed = bed();
    feedAll(patientBed, 1, 69, [10]);
    feed(patientBed, 70, s);
    expect(eventTypes(patientBed)).toEqual(types);
  });

  it('a missing sequence number makes one low technical alarm, whose onset is the time of the next reading', () => {
    const patientBed = bed();
    feedAll(patientBed, 1, 200, [10]);
    expect(eventTypes(patientBed)).toEqual(['raised']);
    expect(patientBed.liveAlarms()[missingReadingsKey]).toMatchObject({
      kind: 'technical',
      priority: 'low',
      text: '1 reading missing',
      onsetAt: instant(11),
    });
    expect(patientBed.countOf('gaps')).toBe(1);
    expect(patientBed.countOf('readingsMissing')).toBe(1);
  });

  it.each([
    [1, '1 reading missing'],
    [2, '2 readings missing'],
    [30, '30 readings missing'],
  ])('%i missing sequence numbers in a row are one gap', (count, text) => {
    const patientBed = bed();
    const lost = Array.from({ length: count }, (_, i) => 10 + i);
    feedAll(patientBed, 1, 150, lost);
    expect(patientBed.liveAlarms()[missingReadingsKey]).toMatchObject({ text });
    expect([patientBed.countOf('gaps'), patientBed.countOf('readingsMissing')]).toEqual([1, count]);
  });

  it('a further gap joins the present alarm', () => {
    const patientBed = bed();
    feedAll(patientBed, 1, 300, [10, 50, 51]);
    expect(eventTypes(patientBed).filter((type) => type === 'raised')).toHaveLength(1);
    expect(patientBed.liveAlarms()[missingReadingsKey]).toMatchObject({
      text: '3 readings missing',
      onsetAt: instant(11),
    });
    expect(patientBed.countOf('gaps')).toBe(2);
  });
});

describe('readings without a gap', () => {
  it.each([
    ['readings in order', [1, 2, 3, 4]],
    ['a repeat', [1, 2, 2, 1, 3, 3, 4]],
    ['two readings in swapped order', [1, 3, 2, 4]],
    ['a device whose first number is 500', [500, 501, 502]],
    ['readings from before the first number', [500, 498, 501, 502]],
  ])('no number is missing: %s', (_name, seqs) => {
    const patientBed = bed();
    for (const seq of seqs) feed(patientBed, seq);
    for (let seq = Math.max(...seqs) + 1; seq < Math.max(...seqs) + 200; seq += 1) feed(patientBed, seq);
    expect(eventTypes(patientBed)).toEqual([]);
    expect(patientBed.countOf('gaps')).toBe(0);
  });

  it('no number is missing when a new start of the device begins with 1', () => {
    const patientBed = bed();
    feedAll(patientBed, 1, 50);
    for (let seq = 1; seq <= 200; seq += 1) {
      patientBed.feed(reading(50 + seq, calm, { boot: 'b2', seq, receivedAt: t0 + (50 + seq) * 1000 }));
    }
    expect(eventTypes(patientBed)).toEqual([]);
  });

  it('no number counts as missing while a backlog slowly fills the hole', () => {
    const patientBed = bed();
    feedAll(patientBed, 1, 100);
    // The device was away for 300 s. Then it sends its present readings, and each 10 s one stored reading.
    let now = 400;
    for (let stored = 101; stored < 400; stored += 1) {
      feed(patientBed, now, now);
      feed(patientBed, stored, now + 0.5);
      now += 10;
      for (let seq = now - 9; seq < now; seq += 1) feed(patientBed, seq);
    }
    expect(eventTypes(patientBed)).toEqual([]);
    expect(patientBed.state().continuity.holes).toEqual([]);
  });

  it.each([
    ['20 numbers skipped between two readings of the same time', 22, 1, 1],
    ['21 numbers skipped between two readings of the same time', 23, 1, 0],
    ['one number skipped each 10 ms', 122, 1000, 1],
    ['more than one number skipped each 10 ms', 123, 1000, 0],
    ['milliseconds since 1970', 1_772_359_200_000, 1000, 0],
  ])(
    'skipped numbers count as missing, unless the device makes its numbers from a clock: %s',
    (_name, seq, afterMs, holes) => {
      const patientBed = bed();
      patientBed.feed(reading(0, calm, { seq: 1 }));
      patientBed.feed(reading(afterMs === 1 ? 0 : afterMs / 1000, calm, { seq }));
      expect(patientBed.state().continuity.holes).toHaveLength(holes);
    },
  );
});

describe('the end of the alarm about missing readings', () => {
  it('the alarm about missing readings ends when these readings come', () => {
    const patientBed = bed();
    feedAll(patientBed, 1, 100, [10, 11]);
    feed(patientBed, 11, 101);
    expect(patientBed.liveAlarms()[missingReadingsKey]).toMatchObject({ present: true });
    feed(patientBed, 10, 102);
    feedAll(patientBed, 103, 110);
    expect(eventTypes(patientBed).at(-1)).toBe('cleared');
    expect(patientBed.countOf('readingsFilled')).toBe(2);
    const resolved = patientBed.events.find(
      ({ type, alarm }) => type === 'resolved' && alarm.condition === missingReadingsKey,
    );
    expect(Date.parse(resolved!.alarm.resolvedAt!)).toBeGreaterThanOrEqual(Date.parse(resolved!.alarm.onsetAt));
  });

  it.each([
    ['a moment before ten minutes', 670.999, true],
    ['ten minutes after the alarm began', 671, false],
  ])('the alarm about missing readings ends after ten minutes and does not come again: %s', (_name, s, present) => {
    const patientBed = bed();
    feedAll(patientBed, 1, 669, [10]);
    feed(patientBed, 670, s);
    expect(patientBed.liveAlarms()[missingReadingsKey] !== undefined).toBe(present);
    // Repeated readings do not raise the alarm again.
    for (const seq of [9, 11, 300]) feed(patientBed, seq, 680);
    feedAll(patientBed, 671, 900);
    expect(eventTypes(patientBed).filter((type) => type === 'raised')).toHaveLength(1);
  });

  it('each missing sequence number that comes fills only its own hole', () => {
    const patientBed = bed();
    feedAll(patientBed, 1, 50, [5, 10]);
    feed(patientBed, 10, 51);
    expect(patientBed.state().continuity.holes).toMatchObject([{ from: 5, to: 5, missing: 1 }]);
    feed(patientBed, 5, 52);
    expect(patientBed.state().continuity.holes).toEqual([]);
  });

  it('the numbers of another start of the device fill no hole', () => {
    const patientBed = bed();
    feedAll(patientBed, 1, 100, [5, 6, 7, 8, 9, 10]);
    expect(patientBed.countOf('readingsMissing')).toBe(6);
    for (const [seq, s] of [
      [1, 101],
      [7, 102],
    ] as const)
      patientBed.feed(reading(s, calm, { boot: 'b2', start: 'b2', seq }));
    expect(patientBed.state().continuity.holes).toMatchObject([
      { boot: 'b1', missing: 6 },
      { boot: 'b2', missing: 5 },
    ]);
    expect([patientBed.countOf('readingsFilled'), patientBed.countOf('readingsMissing')]).toEqual([0, 6]);
  });

  it('the alarm about missing readings ends when a person has acknowledged it', () => {
    const patientBed = bed();
    feedAll(patientBed, 1, 80, [10]);
    patientBed.command(80.5, { type: 'acknowledge', alarmId: patientBed.liveAlarms()[missingReadingsKey]!.alarmId });
    feed(patientBed, 81);
    expect(patientBed.liveAlarms()[missingReadingsKey]).toBeUndefined();
    // A reading that is lost more than 30 s later raises a new alarm.
    feedAll(patientBed, 82, 300, [120]);
    expect(eventTypes(patientBed).filter((type) => type === 'raised')).toHaveLength(2);
  });

  it('the alarm about missing readings ends when the patient’s time at the device ends', () => {
    const patientBed = bed();
    feedAll(patientBed, 1, 80, [10, 70]);
    patientBed.endPeriod(90);
    feedAll(patientBed, 91, 200);
    expect(patientBed.liveAlarms()).toEqual({});
    expect(eventTypes(patientBed).filter((type) => type === 'raised')).toHaveLength(1);
    expect(patientBed.state().continuity.holes).toEqual([]);
  });
});

describe('many holes', () => {
  it('missing sequence numbers are counted even if there are more holes than the state can keep', () => {
    const patientBed = bed();
    // Every second reading is lost. The first lost reading is noticed at 3 s.
    for (let seq = 1; seq <= 61; seq += 2) feed(patientBed, seq);
    expect(eventTypes(patientBed)).toEqual([]);
    feed(patientBed, 63);
    expect(eventTypes(patientBed)).toEqual(['raised']);
    for (let seq = 65; seq <= 401; seq += 2) feed(patientBed, seq);
    expect(patientBed.state().continuity.holes).toHaveLength(16);
    expect(eventTypes(patientBed).filter((type) => type === 'raised')).toHaveLength(1);
    for (let seq = 402; seq < 470; seq += 1) feed(patientBed, seq);
    expect(patientBed.countOf('readingsMissing')).toBe(200);
    expect(patientBed.liveAlarms()[missingReadingsKey]?.text).toBe('200 readings missing');
  });

  it('a backlog that comes as four mixed series of readings leaves no gap', () => {
    const patientBed = bed();
    const series = (first: number) => Array.from({ length: 500 }, (_, i) => first + 4 * i);
    feed(patientBed, 1, 3_000);
    for (const first of [5, 3, 2, 4]) {
      for (const [i, seq] of series(first).entries()) feed(patientBed, seq, 3_000 + first * 20 + i / 25);
    }
    for (let seq = 2_010; seq < 2_300; seq += 1) if (seq > 2_001) feed(patientBed, seq, 3_200 + (seq - 2_000));
    feed(patientBed, 2_400, 3_700);
    expect(patientBed.countOf('readingsFilled')).toBe(0);
    // Only the numbers that were never sent are missing: 2002 to 2009, and the last hundred.
    expect(
      patientBed
        .state()
        .continuity.holes.filter(({ told }) => !told)
        .map(({ missing }) => missing),
    ).toEqual([100]);
    expect(patientBed.countOf('readingsMissing')).toBe(8);
  });
});

describe('a late sequence number', () => {
  const holes = (patientBed: Bed) =>
    patientBed.state().continuity.holes.map(({ boot, from, to, missing }) => `${boot} ${from}-${to}: ${missing}`);

  it('a late sequence number changes only the hole that contains it, and no hole of another start of the device', () => {
    const patientBed = bed();
    feedAll(patientBed, 101, 109);
    feed(patientBed, 113);
    feed(patientBed, 114, 114, 'b2');
    feed(patientBed, 50, 115);
    feed(patientBed, 111, 116, 'b2');
    expect(holes(patientBed)).toEqual(['b1 110-112: 3']);
    feed(patientBed, 111, 117);
    expect(holes(patientBed)).toEqual(['b1 110-110: 1', 'b1 112-112: 1']);
    feed(patientBed, 110, 118);
    feed(patientBed, 112, 119);
    expect(holes(patientBed)).toEqual([]);
  });

  it('after two holes were joined, each late sequence number lowers the number of missing readings by one', () => {
    const patientBed = bed();
    feed(patientBed, 1);
    for (let seq = 3; seq <= 35; seq += 2) feed(patientBed, seq);
    expect(holes(patientBed)[0]).toBe('b1 2-4: 2');
    expect(holes(patientBed)).toHaveLength(16);
    feed(patientBed, 2, 36);
    expect(holes(patientBed)[0]).toBe('b1 2-4: 1');
    feed(patientBed, 4, 37);
    expect(holes(patientBed)[0]).toBe('b1 6-6: 1');
  });
});

it('the oldest hole is dropped if there are more than 16 holes and each is of a different start', () => {
  const patientBed = bed();
  for (let n = 1; n <= 17; n += 1) for (const seq of [1, 3]) feed(patientBed, seq, n * 10 + seq, `b${n}`);
  const boots = patientBed.state().continuity.holes.map(({ boot }) => boot);
  expect(boots).toEqual(Array.from({ length: 16 }, (_, i) => `b${i + 2}`));
});

it('a device without a patient has no alarm about missing readings', () => {
  const patientBed = bed('unassigned');
  feedAll(patientBed, 1, 50);
  feedAll(patientBed, 5_000, 5_100);
  expect(eventTypes(patientBed)).toEqual([]);
});

it('each lost sequence number is counted once, in any order and with any repeats of the other sequence numbers', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 2, max: 119 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 118 }), fc.boolean()), { maxLength: 20 }),
      (lost, shuffles) => {
        const patientBed = bed();
        const order = Array.from({ length: 120 }, (_, i) => i + 1).filter((seq) => !lost.includes(seq));
        for (const [at, again] of shuffles) {
          const i = at % (order.length - 1);
          if (again) order.splice(i + 1, 0, order[i]!);
          else [order[i], order[i + 1]] = [order[i + 1]!, order[i]!];
        }
        // Number 1 comes first, so that the engine knows where the numbers begin.
        order.splice(order.indexOf(1), 1);
        for (const [i, seq] of [1, ...order].entries()) feed(patientBed, seq, Math.max(seq, i * 0.9));
        for (let seq = 121; seq <= 200; seq += 1) feed(patientBed, seq);
        expect(patientBed.countOf('readingsMissing')).toBe(lost.length);
        expect(eventTypes(patientBed).filter((type) => type === 'raised')).toHaveLength(1);
        expect(patientBed.liveAlarms()[missingReadingsKey]?.text).toBe(
          lost.length === 1 ? '1 reading missing' : `${lost.length} readings missing`,
        );
      },
    ),
    { seed, numRuns: 100 },
  );
});

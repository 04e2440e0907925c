import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bed, bed, instant, type Numerics, reading, t0 } from '../../bed.testing.ts';
import { missingKey } from './continuity.ts';

const calm: Numerics = { HR: 80, SpO2: 97, RR: 15 };

/** Reading number `seq` at second `seq`, received at second `at`. */
const feed = (one: Bed, seq: number, at = seq, boot = 'b1') =>
  one.feed(reading(seq, calm, { boot, seq, receivedAt: t0 + Math.round(at * 1000) }));
const feedAll = (one: Bed, from: number, to: number, except: readonly number[] = []) => {
  for (let seq = from; seq <= to; seq += 1) if (!except.includes(seq)) feed(one, seq);
};
const told = (one: Bed) => one.types(missingKey);

it('a device that numbers anew under the same start misses a number again, below the highest number from before', () => {
  const one = bed();
  feedAll(one, 1, 200);
  for (const seq of [1, 2, 4, 5]) one.feed(reading(200 + seq, calm, { seq, receivedAt: t0 + (200 + seq) * 1000 }));
  for (let seq = 6; seq <= 80; seq += 1)
    one.feed(reading(200 + seq, calm, { seq, receivedAt: t0 + (200 + seq) * 1000 }));
  expect([one.count('readingsMissing'), told(one)]).toEqual([1, ['raised']]);
});

describe('a number that never comes', () => {
  it.each([
    ['before a minute has passed since the one behind it', 70.999, []],
    ['after a minute', 71, ['raised']],
    ['later', 90, ['raised']],
  ])('has an alarm %s', (_name, s, types) => {
    const one = bed();
    feedAll(one, 1, 69, [10]);
    feed(one, 70, s);
    expect(told(one)).toEqual(types);
  });

  it('is one low technical alarm, once, with the time of the next reading', () => {
    const one = bed();
    feedAll(one, 1, 200, [10]);
    expect(told(one)).toEqual(['raised']);
    expect(one.live()[missingKey]).toMatchObject({
      kind: 'technical',
      priority: 'low',
      text: '1 reading missing',
      onsetAt: instant(11),
    });
    expect(one.count('gaps')).toBe(1);
    expect(one.count('readingsMissing')).toBe(1);
  });

  it.each([
    [1, '1 reading missing'],
    [2, '2 readings missing'],
    [30, '30 readings missing'],
  ])('counts %i in a row as one gap', (count, text) => {
    const one = bed();
    const lost = Array.from({ length: count }, (_, i) => 10 + i);
    feedAll(one, 1, 150, lost);
    expect(one.live()[missingKey]).toMatchObject({ text });
    expect([one.count('gaps'), one.count('readingsMissing')]).toEqual([1, count]);
  });

  it('joins the present alarm', () => {
    const one = bed();
    feedAll(one, 1, 300, [10, 50, 51]);
    expect(told(one).filter((type) => type === 'raised')).toHaveLength(1);
    expect(one.live()[missingKey]).toMatchObject({ text: '3 readings missing', onsetAt: instant(11) });
    expect(one.count('gaps')).toBe(2);
  });
});

describe('there is no gap', () => {
  it.each([
    ['readings in order', [1, 2, 3, 4]],
    ['a repeat', [1, 2, 2, 1, 3, 3, 4]],
    ['two that changed places', [1, 3, 2, 4]],
    ['a device that was there before us', [500, 501, 502]],
    ['what comes from before we were there', [500, 498, 501, 502]],
  ])('in %s', (_name, seqs) => {
    const one = bed();
    for (const seq of seqs) feed(one, seq);
    for (let seq = Math.max(...seqs) + 1; seq < Math.max(...seqs) + 200; seq += 1) feed(one, seq);
    expect(told(one)).toEqual([]);
    expect(one.count('gaps')).toBe(0);
  });

  it('in a new start, whose numbers begin anew', () => {
    const one = bed();
    feedAll(one, 1, 50);
    for (let seq = 1; seq <= 200; seq += 1) {
      one.feed(reading(50 + seq, calm, { boot: 'b2', seq, receivedAt: t0 + (50 + seq) * 1000 }));
    }
    expect(told(one)).toEqual([]);
  });

  it('while a backlog fills the hole before the present, however long it takes', () => {
    const one = bed();
    feedAll(one, 1, 100);
    // Off for 300 s; back, it sends what is now and, every 10 s, one of those that it kept.
    let now = 400;
    for (let kept = 101; kept < 400; kept += 1) {
      feed(one, now, now);
      feed(one, kept, now + 0.5);
      now += 10;
      for (let seq = now - 9; seq < now; seq += 1) feed(one, seq);
    }
    expect(told(one)).toEqual([]);
    expect(one.state().continuity.holes).toEqual([]);
  });

  it.each([
    ['20 numbers at once', 22, 1, 1],
    ['21 in no time', 23, 1, 0],
    ['a number each 10 ms', 122, 1000, 1],
    ['faster than that', 123, 1000, 0],
    ['milliseconds since 1970', 1_772_359_200_000, 1000, 0],
  ])('in a device that numbers by a clock: %s', (_name, seq, afterMs, holes) => {
    const one = bed();
    one.feed(reading(0, calm, { seq: 1 }));
    one.feed(reading(afterMs === 1 ? 0 : afterMs / 1000, calm, { seq }));
    expect(one.state().continuity.holes).toHaveLength(holes);
  });
});

describe('the alarm ends', () => {
  it('when the missing readings come after all', () => {
    const one = bed();
    feedAll(one, 1, 100, [10, 11]);
    feed(one, 11, 101);
    expect(one.live()[missingKey]).toMatchObject({ present: true });
    feed(one, 10, 102);
    feedAll(one, 103, 110);
    expect(told(one).at(-1)).toBe('cleared');
    expect(one.count('readingsFilled')).toBe(2);
    const resolved = one.events.find(({ type, alarm }) => type === 'resolved' && alarm.condition === missingKey);
    expect(Date.parse(resolved!.alarm.resolvedAt!)).toBeGreaterThanOrEqual(Date.parse(resolved!.alarm.onsetAt));
  });

  it.each([
    ['a moment before ten minutes', 670.999, true],
    ['ten minutes after it was told', 671, false],
  ])('by itself: %s', (_name, s, present) => {
    const one = bed();
    feedAll(one, 1, 669, [10]);
    feed(one, 670, s);
    expect(one.live()[missingKey] !== undefined).toBe(present);
    // It is never told again, whatever is repeated.
    for (const seq of [9, 11, 300]) feed(one, seq, 680);
    feedAll(one, 671, 900);
    expect(told(one).filter((type) => type === 'raised')).toHaveLength(1);
  });

  it('by each missing number alone, if several are missing', () => {
    const one = bed();
    feedAll(one, 1, 50, [5, 10]);
    feed(one, 10, 51);
    expect(one.state().continuity.holes).toMatchObject([{ from: 5, to: 5, missing: 1 }]);
    feed(one, 5, 52);
    expect(one.state().continuity.holes).toEqual([]);
  });

  it('by no number of another start of the device, even if that start misses some itself', () => {
    const one = bed();
    feedAll(one, 1, 100, [5, 6, 7, 8, 9, 10]);
    expect(one.count('readingsMissing')).toBe(6);
    for (const [seq, s] of [
      [1, 101],
      [7, 102],
    ] as const)
      one.feed(reading(s, calm, { boot: 'b2', start: 'b2', seq }));
    expect(one.state().continuity.holes).toMatchObject([
      { boot: 'b1', missing: 6 },
      { boot: 'b2', missing: 5 },
    ]);
    expect([one.count('readingsFilled'), one.count('readingsMissing')]).toEqual([0, 6]);
  });

  it('when a person has seen it', () => {
    const one = bed();
    feedAll(one, 1, 80, [10]);
    one.command(80.5, { type: 'acknowledge', alarmId: one.live()[missingKey]!.alarmId });
    feed(one, 81);
    expect(one.live()[missingKey]).toBeUndefined();
    // One that is lost more than 30 s later is another alarm.
    feedAll(one, 82, 300, [120]);
    expect(told(one).filter((type) => type === 'raised')).toHaveLength(2);
  });

  it('with the period', () => {
    const one = bed();
    feedAll(one, 1, 80, [10, 70]);
    one.end(90);
    feedAll(one, 91, 200);
    expect(one.live()).toEqual({});
    expect(told(one).filter((type) => type === 'raised')).toHaveLength(1);
    expect(one.state().continuity.holes).toEqual([]);
  });
});

describe('more holes than are remembered', () => {
  it('are counted nevertheless', () => {
    const one = bed();
    // Every second reading is lost, the first of them noticed at 3 s.
    for (let seq = 1; seq <= 61; seq += 2) feed(one, seq);
    expect(told(one)).toEqual([]);
    feed(one, 63);
    expect(told(one)).toEqual(['raised']);
    for (let seq = 65; seq <= 401; seq += 2) feed(one, seq);
    expect(one.state().continuity.holes).toHaveLength(16);
    expect(told(one).filter((type) => type === 'raised')).toHaveLength(1);
    for (let seq = 402; seq < 470; seq += 1) feed(one, seq);
    expect(one.count('readingsMissing')).toBe(200);
    expect(one.live()[missingKey]?.text).toBe('200 readings missing');
  });

  it('are no gap if four ways bring a backlog in turn, one far ahead of the others', () => {
    const one = bed();
    const way = (first: number) => Array.from({ length: 500 }, (_, i) => first + 4 * i);
    feed(one, 1, 3_000);
    for (const first of [5, 3, 2, 4]) {
      for (const [i, seq] of way(first).entries()) feed(one, seq, 3_000 + first * 20 + i / 25);
    }
    for (let seq = 2_010; seq < 2_300; seq += 1) if (seq > 2_001) feed(one, seq, 3_200 + (seq - 2_000));
    feed(one, 2_400, 3_700);
    expect(one.count('readingsFilled')).toBe(0);
    // All that was sent has come; what is missing are those that were not sent: 2002 to 2009, and the last hundred.
    expect(
      one
        .state()
        .continuity.holes.filter(({ told }) => !told)
        .map(({ missing }) => missing),
    ).toEqual([100]);
    expect(one.count('readingsMissing')).toBe(8);
  });
});

describe('a number that comes after all fills', () => {
  const holes = (one: Bed) =>
    one.state().continuity.holes.map(({ boot, from, to, missing }) => `${boot} ${from}-${to}: ${missing}`);

  it('only the hole of its own start that contains it', () => {
    const one = bed();
    feedAll(one, 101, 109);
    feed(one, 113);
    feed(one, 114, 114, 'b2');
    feed(one, 50, 115);
    feed(one, 111, 116, 'b2');
    expect(holes(one)).toEqual(['b1 110-112: 3']);
    feed(one, 111, 117);
    expect(holes(one)).toEqual(['b1 110-110: 1', 'b1 112-112: 1']);
    feed(one, 110, 118);
    feed(one, 112, 119);
    expect(holes(one)).toEqual([]);
  });

  it('one of the two oldest holes that were joined, as long as one number is missing', () => {
    const one = bed();
    feed(one, 1);
    for (let seq = 3; seq <= 35; seq += 2) feed(one, seq);
    expect(holes(one)[0]).toBe('b1 2-4: 2');
    expect(holes(one)).toHaveLength(16);
    feed(one, 2, 36);
    expect(holes(one)[0]).toBe('b1 2-4: 1');
    feed(one, 4, 37);
    expect(holes(one)[0]).toBe('b1 6-6: 1');
  });
});

it('forgets the oldest of more than 16 holes if each is of another start', () => {
  const one = bed();
  for (let n = 1; n <= 17; n += 1) for (const seq of [1, 3]) feed(one, seq, n * 10 + seq, `b${n}`);
  const boots = one.state().continuity.holes.map(({ boot }) => boot);
  expect(boots).toEqual(Array.from({ length: 16 }, (_, i) => `b${i + 2}`));
});

it('ignores a device without a patient, because earlier patients had the missing readings', () => {
  const one = bed('unassigned');
  feedAll(one, 1, 50);
  feedAll(one, 5_000, 5_100);
  expect(told(one)).toEqual([]);
});

it('alarms once for each lost number, in whatever order and however often the others come', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 2, max: 119 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 118 }), fc.boolean()), { maxLength: 20 }),
      (lost, shuffles) => {
        const one = bed();
        const order = Array.from({ length: 120 }, (_, i) => i + 1).filter((seq) => !lost.includes(seq));
        for (const [at, again] of shuffles) {
          const i = at % (order.length - 1);
          if (again) order.splice(i + 1, 0, order[i]!);
          else [order[i], order[i + 1]] = [order[i + 1]!, order[i]!];
        }
        // The first is the first, so that it is known where the numbers began.
        order.splice(order.indexOf(1), 1);
        for (const [i, seq] of [1, ...order].entries()) feed(one, seq, Math.max(seq, i * 0.9));
        for (let seq = 121; seq <= 200; seq += 1) feed(one, seq);
        expect(one.count('readingsMissing')).toBe(lost.length);
        expect(told(one).filter((type) => type === 'raised')).toHaveLength(1);
        expect(one.live()[missingKey]?.text).toBe(
          lost.length === 1 ? '1 reading missing' : `${lost.length} readings missing`,
        );
      },
    ),
    { seed, numRuns: 100 },
  );
});

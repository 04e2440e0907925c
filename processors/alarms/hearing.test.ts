import { describe, expect, it } from 'vitest';
import { type Hearing, isDeaf, type Look, listen, mayJudge, startHearing } from './hearing.ts';

const wall = Date.parse('2026-03-01T10:00:00Z');
const look = (at: number, over: Partial<Look> = {}): Look => ({
  at,
  wallMs: wall + at,
  askedAt: undefined,
  answeredAt: 0,
  ...over,
});
/** Looks at each of `times`, and says at which silence may be judged. */
function judgedAt(looks: readonly Look[], from: Hearing = startHearing(0, wall)): number[] {
  let hearing = from;
  return looks.flatMap((one) => {
    hearing = listen(hearing, one);
    return mayJudge(hearing) ? [one.at] : [];
  });
}
const every = (from: number, to: number, over: Partial<Look> = {}) =>
  Array.from({ length: (to - from) / 500 + 1 }, (_, i) => look(from + i * 500, over));

describe('silence', () => {
  it('is judged while the processor hears', () => {
    expect(judgedAt(every(500, 2_000))).toEqual([500, 1_000, 1_500, 2_000]);
  });

  it('is not judged for three seconds after the processor stood still, since what was sent meanwhile is still to be read', () => {
    expect(judgedAt([look(500), ...every(60_000, 63_500)])).toEqual([500, 63_000, 63_500]);
  });

  it('is not judged while reading what lay there makes it stand still again and again', () => {
    expect(judgedAt([look(500), look(60_000), look(62_000), look(64_000), ...every(64_500, 67_000)])).toEqual([
      500, 67_000,
    ]);
  });

  it('is not judged for three seconds after the clock was set, by whichever way', () => {
    for (const byMs of [-600_000, 600_000]) {
      const set = every(1_000, 4_000).map((one) => ({ ...one, wallMs: one.wallMs + byMs }));
      expect(judgedAt([look(500), ...set])).toEqual([500, 4_000]);
    }
  });

  it('is not judged while Kafka does not answer, nor for three seconds after it did', () => {
    const away = every(500, 5_000, { askedAt: 400, answeredAt: 300 });
    const back = every(5_500, 8_500, { answeredAt: 5_400 });
    expect(judgedAt([...away, ...back])).toEqual([500, 1_000, 1_500, 2_000, 2_500, 8_500]);
  });

  it('is still not judged where the processor stands still while Kafka is away', () => {
    expect(
      judgedAt([
        look(500),
        look(9_000, { askedAt: 400, answeredAt: 300 }),
        look(9_500, { askedAt: 400, answeredAt: 300 }),
      ]),
    ).toEqual([500]);
  });
});

it('takes Kafka for away where something has waited for it for two and a half seconds', () => {
  expect(isDeaf(10_000, undefined)).toBe(false);
  expect(isDeaf(10_000, 7_501)).toBe(false);
  expect(isDeaf(10_000, 7_500)).toBe(true);
});

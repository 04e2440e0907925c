import { describe, expect, it } from 'vitest';
import { type Check, isKafkaAway, mayJudge, type Reception, startReception, updateReception } from './reception.ts';

const wall = Date.parse('2026-03-01T10:00:00Z');
const check = (at: number, changes: Partial<Check> = {}): Check => ({
  at,
  wallMs: wall + at,
  askedAt: undefined,
  answeredAt: 0,
  ...changes,
});
/** Returns the times of the checks at which silence may be judged. */
function judgedAt(checks: readonly Check[], from: Reception = startReception(0, wall)): number[] {
  let reception = from;
  return checks.flatMap((each) => {
    reception = updateReception(reception, each);
    return mayJudge(reception) ? [each.at] : [];
  });
}
/** Returns a check for each half second. */
const checks = (from: number, to: number, over: Partial<Check> = {}) =>
  Array.from({ length: (to - from) / 500 + 1 }, (_, i) => check(from + i * 500, over));

describe('reception', () => {
  it('silence is judged while the process checks regularly', () => {
    expect(judgedAt(checks(500, 2_000))).toEqual([500, 1_000, 1_500, 2_000]);
  });

  it('silence is not judged for three seconds after a standstill of the process, so that waiting records are read first', () => {
    expect(judgedAt([check(500), ...checks(60_000, 63_500)])).toEqual([500, 63_000, 63_500]);
  });

  it('silence is not judged while the process is paused several times in a row', () => {
    expect(judgedAt([check(500), check(60_000), check(62_000), check(64_000), ...checks(64_500, 67_000)])).toEqual([
      500, 67_000,
    ]);
  });

  it('silence is not judged for three seconds after the clock was set forward or back', () => {
    for (const byMs of [-600_000, 600_000]) {
      const afterStep = checks(1_000, 4_000).map((each) => ({ ...each, wallMs: each.wallMs + byMs }));
      expect(judgedAt([check(500), ...afterStep])).toEqual([500, 4_000]);
    }
  });

  it('silence is not judged while Kafka does not answer, and for three seconds after its answer', () => {
    const away = checks(500, 5_000, { askedAt: 400, answeredAt: 300 });
    const back = checks(5_500, 8_500, { answeredAt: 5_400 });
    expect(judgedAt([...away, ...back])).toEqual([500, 1_000, 1_500, 2_000, 2_500, 8_500]);
  });

  it('silence is not judged after a standstill of the process during which Kafka was away', () => {
    expect(
      judgedAt([
        check(500),
        check(9_000, { askedAt: 400, answeredAt: 300 }),
        check(9_500, { askedAt: 400, answeredAt: 300 }),
      ]),
    ).toEqual([500]);
  });
});

it('Kafka counts as away if a record has waited for it for two and a half seconds', () => {
  expect(isKafkaAway(10_000, undefined)).toBe(false);
  expect(isKafkaAway(10_000, 7_501)).toBe(false);
  expect(isKafkaAway(10_000, 7_500)).toBe(true);
});

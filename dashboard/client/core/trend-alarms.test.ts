import { describe, expect, it } from 'vitest';
import type { MarkedAlarm } from '../../protocol/trends.ts';
import { alarmCountText, alarmMarks, alarmsAt, unknownMarksTexts } from './trend-alarms.ts';

const alarm = (onsetMs: number, endMs: number | null, priority: MarkedAlarm['priority'] = 'medium'): MarkedAlarm => ({
  ...{ alarmId: `alarm-${onsetMs}`, kind: 'physiological', text: 'HR 130 > 120', priority, onsetMs, endMs },
});
const span = { fromMs: 1_000, toMs: 2_000 };

describe('alarmMarks', () => {
  it.each([
    ['inside', alarm(1_250, 1_500), [0.25, 0.25, false]],
    ['of one instant', alarm(1_250, 1_250), [0.25, 0, false]],
    ['that began at the beginning of the chart', alarm(1_000, 1_100), [0, 0.1, false]],
    ['that began before the chart', alarm(999, 1_100), [0, 0.1, true]],
    ['that is still present', alarm(1_900, null), [0.9, 0.1, false]],
    ['that ended after the chart', alarm(1_500, 9_000), [0.5, 0.5, false]],
  ])('an alarm %s has its place', (_name, marked, [left, width, isBegunBefore]) => {
    const [mark] = alarmMarks([marked], span);
    expect(mark!.left).toBeCloseTo(Number(left));
    expect(mark!.width).toBeCloseTo(Number(width));
    expect(mark!.isBegunBefore).toBe(isBegunBefore);
  });

  it('an alarm outside of the chart has no mark', () => {
    expect(alarmMarks([alarm(0, 999), alarm(2_000, null)], span)).toEqual([]);
  });
});

it('alarmsAt returns the alarms that were present in a step, the most urgent first', () => {
  const all = [alarm(0, 10), alarm(5, null, 'low'), alarm(20, 25, 'high'), alarm(30, 40)];
  const at = (ms: number) => alarmsAt(all, ms, 10).map(({ onsetMs }) => onsetMs);
  expect(at(0)).toEqual([0, 5]);
  expect(at(10)).toEqual([0, 5]);
  expect(at(11)).toEqual([20, 5]);
  expect(at(20)).toEqual([20, 5]);
  expect(at(26)).toEqual([30, 5]);
  expect(at(50)).toEqual([5]);
});

it.each([
  [[], 'no alarms'],
  [[alarm(0, 1, 'high')], '1 alarm: 1 high'],
  [[alarm(0, 1, 'low'), alarm(1, 2, 'high'), alarm(2, 3, 'low')], '3 alarms: 1 high, 2 low'],
])('alarms are counted by priority', (alarms, text) => {
  expect(alarmCountText(alarms)).toBe(text);
});

it.each([
  ['everything is known', 1_000, undefined],
  ['older alarms are not known', 1_001, 'are not drawn'],
  ['the server still reads', null, 'still reading'],
] as const)('a sentence says if %s', (_name, knownFromMs, text) => {
  const marks = { alarms: [], leftOut: null, limits: [], knownFromMs };
  const shown = unknownMarksTexts({ marks, series: [], fromMs: 1_000 });
  if (text === undefined) expect(shown).toEqual([]);
  else expect(shown).toEqual([expect.stringContaining(text)]);
});

it('a sentence says how many alarms are left out', () => {
  const marks = { alarms: [], limits: [], knownFromMs: 0, leftOut: { count: 31, untilMs: 0 } };
  expect(unknownMarksTexts({ marks, series: [], fromMs: 0 })).toEqual([
    expect.stringMatching(/^There are too many alarms: 31 that ended until .* are not drawn\.$/),
  ]);
});

it.each([
  ['there are values before the first known limits', [100_000], 160_001, 'are not known'],
  ['the first limits came with the first values', [100_000], 160_000, undefined],
  ['no limits are known', [100_000], undefined, 'are not known'],
  ['there are no values', [], undefined, undefined],
] as const)('the page says "limits are not known" only if this is true: %s', (_name, times, limitsMs, text) => {
  const limits = limitsMs === undefined ? [] : [{ atMs: limitsMs, groups: [] }];
  const series = [
    { code: 'VIGIL_NEWS2', points: [[0, 1, 1, 1, 1] as [number, number, number, number, number]] },
    {
      code: 'MDC_RESP_RATE',
      points: times.map((at): [number, number, number, number, number] => [at, 16, 16, 16, 1]),
    },
  ];
  const shown = unknownMarksTexts({
    marks: { alarms: [], leftOut: null, limits, knownFromMs: 0 },
    ...{ series, fromMs: 0 },
  });
  expect(shown).toEqual(text === undefined ? [] : [expect.stringContaining(text)]);
});

import { expect, it } from 'vitest';
import { calibrationOf, drawingsOf, halfMm } from './strip-drawing.ts';
import { formatInstant } from './time.ts';

const onsetMs = Date.parse('2026-03-01T10:00:00.000Z');
const source = { partition: 0, offset: '1', boot: 'b1', seq: 1, receivedAt: formatInstant(onsetMs) };
const chunk = (second: number, samples: readonly number[], code = 'MDC_ECG_ELEC_POTL_II', rateHz = samples.length) => ({
  ...{ code, start: formatInstant(onsetMs + second * 1_000), rateHz, scale: 0.001, offset: 0, source },
  samples: Buffer.from(Int16Array.from(samples).buffer).toString('base64'),
});
const flat = (value: number, rateHz = 100) => Array.from({ length: rateHz }, () => value);
const draw = (...chunks: ReturnType<typeof chunk>[]) => drawingsOf({ onsetAt: formatInstant(onsetMs), chunks })[0]!;
const seconds = (from: number, to: number, samples: readonly number[]) =>
  Array.from({ length: to - from }, (_, at) => chunk(from + at, samples));

it('a second is 25 mm wide, and 1 mV of an ECG is 10 mm high', () => {
  const { halves, heightMm, isEcg } = draw(chunk(2, [0, 1_000, -1_000, 0], 'MDC_ECG_ELEC_POTL_II', 4));
  const [points] = halves[1].lines;
  expect(isEcg).toBe(true);
  expect(points!.map(({ x }) => x)).toEqual([50, 56.25, 62.5, 68.75]);
  expect(points![0]!.y - points![1]!.y).toBeCloseTo(10);
  expect(points![2]!.y - points![0]!.y).toBeCloseTo(10);
  expect(heightMm).toBe(24);
});

it('a wave that is too high for its row is cut off at the edges of the row, and keeps its scale', () => {
  const { heightMm, halves } = draw(chunk(0, [-20_000, 0, 20_000, 0], 'MDC_ECG_ELEC_POTL_II', 4));
  expect(heightMm).toBe(50);
  expect(halves[1].lines[0]!.map(({ y }) => y)).toEqual([50, 25, 0, 25]);
});

it('a high artefact does not turn the rest of an ECG into a flat line at the edge of the row', () => {
  const beat = [0, 0, 1_000, -300, 0];
  const { halves, isCut } = draw(chunk(0, [...beat, -12_000, ...beat], 'MDC_ECG_ELEC_POTL_II', 11));
  const ys = halves[1].lines[0]!.map(({ y }) => y);
  expect(isCut).toBe(true);
  expect(ys.map((y) => Math.round(y))).toEqual([25, 25, 15, 28, 25, 50, 25, 25, 15, 28, 25]);
  expect(draw(chunk(0, beat)).isCut).toBe(false);
});

it('messages that follow each other without a pause are one line in each half of the strip', () => {
  const { halves } = draw(...seconds(-10, 10, flat(100)));
  expect(halves.map(({ lines }) => lines.length)).toEqual([1, 1]);
  expect(halves.map(({ gaps }) => gaps)).toEqual([[], []]);
});

it('a missing message is drawn as a gap, and so are missing samples', () => {
  const missing = [...flat(100, 50), ...flat(-32_768, 50)];
  const { halves } = draw(...seconds(-10, -2, flat(100)), ...seconds(0, 9, flat(100)), chunk(9, missing));
  expect(halves[0].gaps).toEqual([{ x: 200, width: 50 }]);
  expect(halves[1].gaps).toEqual([{ x: 237.5, width: 12.5 }]);
  expect(halves[1].lines).toHaveLength(1);
});

it('a message that goes on after the end of the strip is cut off there; a half without samples is one gap', () => {
  const { halves } = draw(chunk(8, flat(100, 500), 'MDC_PULS_OXIM_PLETH', 100));
  expect(halves[1].lines[0]!.at(-1)!.x).toBe(halfMm);
  expect(halves[0].gaps).toEqual([{ x: 0, width: 250 }]);
});

it('a wave without a fixed scale fills its row, and the drawing has the values of the upper and the lower edge', () => {
  const drawing = draw(chunk(0, [0, 100, 50, 0], 'MDC_PRESS_BLD_ART_ABP', 4));
  expect(drawing).toMatchObject({ isEcg: false, heightMm: 25, label: 'ABP', unit: 'mm[Hg]' });
  expect(drawing.topValue).toBeCloseTo(0.1 + 0.1 / 23);
  expect(drawing.bottomValue).toBeCloseTo(0 - 0.1 / 23);
  const { topValue, bottomValue } = draw(chunk(0, [7, 7], 'MDC_PULS_OXIM_PLETH', 2));
  expect(topValue).toBeGreaterThan(bottomValue);
});

it('the calibration mark is 1 mV high', () => {
  const ys = calibrationOf(draw(chunk(0, flat(0)))).map(({ y }) => y);
  expect(Math.max(...ys) - Math.min(...ys)).toBe(10);
});

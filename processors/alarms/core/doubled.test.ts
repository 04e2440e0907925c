/** Tests of a parameter that a message contains twice (CLINICAL, "Judged or told", 1). */
import { describe, expect, it } from 'vitest';
import { reading, t0 } from '../../bed.testing.ts';
import { type DoubledPart, doubledConditions, initialDoubled, noteDoubled } from './doubled.ts';

const hr = 'MDC_ECG_HEART_RATE';
const spO2 = 'MDC_PULS_OXIM_SAT_O2';
const afterDoubledMessage = (part: DoubledPart, s: number, codes: readonly string[]) =>
  noteDoubled(part, reading(s, { HR: 80, SpO2: 97 }, { doubled: codes }));
const afterMessage = (part: DoubledPart, s: number) => noteDoubled(part, reading(s, { HR: 80 }));
const conditionTexts = (part: DoubledPart) =>
  doubledConditions(part).map(({ key, onset }) => `${key} since ${(onset - t0) / 1000}`);

describe('a parameter that a message contained twice', () => {
  it('each doubled parameter has its own alarm since the first message that contained it twice', () => {
    const part = afterDoubledMessage(afterDoubledMessage(initialDoubled, 1, [hr]), 5, [hr, spO2]);
    expect(conditionTexts(part)).toEqual([
      `twice-in-one-message/${hr} since 1`,
      `twice-in-one-message/${spO2} since 5`,
    ]);
    expect(doubledConditions(part)[0]).toMatchObject({
      ...{ name: 'twice-in-one-message', kind: 'technical', priority: 'low', code: hr },
      text: 'HR: two values in one message, the more serious one is used',
    });
  });

  it('the alarm of a doubled parameter ends after a minute in which each message contained the parameter only once', () => {
    const part = afterDoubledMessage(afterDoubledMessage(initialDoubled, 1, [hr]), 5, [hr]);
    expect(conditionTexts(afterMessage(part, 64.999))).toEqual([`twice-in-one-message/${hr} since 1`]);
    expect(afterMessage(part, 65)).toBe(initialDoubled);
    expect(conditionTexts(afterDoubledMessage(part, 65, [hr]))).toEqual([`twice-in-one-message/${hr} since 1`]);
  });

  it('the alarm of a doubled parameter stays while the parameter does not come', () => {
    const part = afterDoubledMessage(afterDoubledMessage(initialDoubled, 1, [hr, spO2]), 100, [spO2]);
    expect(conditionTexts(part)).toEqual([`twice-in-one-message/${spO2} since 1`]);
    expect(conditionTexts(afterMessage(part, 300))).toEqual([`twice-in-one-message/${spO2} since 1`]);
  });

  it('the alarm of a doubled parameter ends although the device’s clock was set back', () => {
    const part = afterDoubledMessage(initialDoubled, 3_600, [hr]);
    expect(afterMessage(part, 0)).toBe(initialDoubled);
  });
});

it('a message without a doubled parameter changes nothing', () => {
  expect(afterMessage(initialDoubled, 1)).toBe(initialDoubled);
});

it('the alarm of a doubled parameter that Vigil does not know shows the code', () => {
  const [condition] = doubledConditions(afterDoubledMessage(initialDoubled, 1, ['MDC_UNKNOWN']));
  expect(condition).toMatchObject({
    ...{
      code: 'MDC_UNKNOWN',
      text: 'MDC_UNKNOWN: two values in one message, the more serious one is used',
      late: false,
    },
  });
});

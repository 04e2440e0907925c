import { describe, expect, it } from 'vitest';
import { type Breach, percentiles, summaryOf } from './delivery-chain.ts';

const whole: Breach = {
  bed: 'bed-1',
  userId: 'nurse-1',
  atMs: 1_000,
  times: {
    ...{ received: 1_002, logged: 1_003, judged: 1_010, published: 1_011 },
    ...{ called: 1_020, sent: 1_050, page: 1_080, push: 1_070 },
  },
  calls: new Map([['call-1', 'nurse-1']]),
};
const failuresOf = (change: Partial<Breach>) => summaryOf([{ ...whole, ...change }]).failures;

describe('the summary of breaches', () => {
  it('the summary has the time from the breach to page and push, and the time from each step to the next', () => {
    const { breaches, breachToPhoneMs, hopMs, failures } = summaryOf([whole]);
    expect([breaches, failures]).toEqual([1, []]);
    expect([breachToPhoneMs.page.p99, breachToPhoneMs.push.p99]).toEqual([80, 70]);
    expect(Object.entries(hopMs).map(([step, { mean }]) => [step, mean])).toEqual([
      ...[['received', 2] as const, ['logged', 1] as const, ['judged', 7] as const, ['published', 1] as const],
      ...[['called', 9] as const, ['sent', 30] as const, ['page', 30] as const, ['push', 20] as const],
    ]);
  });

  it('the summary says which breach made no call, made more than one call, or called the wrong person', () => {
    expect(failuresOf({ calls: new Map(), times: {} })).toEqual(['The breach of bed-1 made no call.']);
    const twice = new Map([...whole.calls, ['call-2', 'nurse-1'] as const]);
    expect(failuresOf({ calls: twice })).toEqual(['The breach of bed-1 made 2 calls.']);
    expect(failuresOf({ calls: new Map([['call-1', 'nurse-2']]) })).toEqual([
      'The breach of bed-1 called nurse-2; its nurse is nurse-1.',
    ]);
  });

  it('the summary names the place (page or push) that a call did not reach, and leaves this call out of the times', () => {
    const { push: _, ...times } = whole.times;
    expect(failuresOf({ times })).toEqual(['The breach of bed-1 did not reach: push.']);
    expect(summaryOf([whole, { ...whole, times }]).breachToPhoneMs).toMatchObject({ page: { n: 2 }, push: { n: 1 } });
  });
});

it('the 99th percentile is the smallest value that at least 99 % of all values do not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
  expect(percentiles(hundred)).toEqual({ n: 100, mean: 51, p50: 50, p99: 99, max: 100 });
  expect(percentiles([7])).toEqual({ n: 1, mean: 7, p50: 7, p99: 7, max: 7 });
  expect(percentiles([])).toEqual({ n: 0, mean: Number.NaN, p50: Number.NaN, p99: Number.NaN, max: Number.NaN });
});

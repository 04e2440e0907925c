import { describe, expect, it } from 'vitest';
import type { DelayChain, Step } from '../../../contracts/explain/chain.ts';
import { clockText, dateMinuteText } from './times.ts';
import { barsOf, withLocalTimes } from './why-bars.ts';

const delays = {} as DelayChain['delays'];
const step = (changes: Partial<Step>): Step => ({
  ...{ name: 'raised', time: { kind: 'at', atMs: 5_000 }, sinceBeforeMs: 200, sinceRaisedMs: 0 },
  ...changes,
});
const barOf = (changes: Partial<Step>) => barsOf({ steps: [step(changes)], delays })[0]!;

describe('the bars of the delay chain', () => {
  it.each([
    [0, 0, '0 ms'],
    [999, 0.52, '999 ms'],
    [1_000, 0.52, '1.0 s'],
    [600_000, 1, '10 min 0 s'],
    [6_000_000, 1, '100 min 0 s'],
  ])('a step of %d ms has the length %d and the text %s', (sinceBeforeMs, length, text) => {
    const bar = barOf({ sinceBeforeMs });
    expect([bar.kind, Math.round(bar.length * 100) / 100, bar.text]).toEqual(['time', length, text]);
  });

  it('a step has no duration if its time, or the time of the step before, is not known', () => {
    expect(barOf({ time: { kind: 'not-known' }, sinceBeforeMs: undefined })).toMatchObject({
      ...{ kind: 'not-known', text: 'not known', atMs: undefined },
    });
    expect(barOf({ sinceBeforeMs: undefined })).toMatchObject({ kind: 'not-known', atMs: 5_000 });
  });

  it('the duration of a step is not known if its time is before the time of the former step', () => {
    const painted = step({ name: 'painted', time: { kind: 'at', atMs: 9_000 } });
    const sounded = step({ name: 'sounded', time: { kind: 'at', atMs: 8_999 }, sinceBeforeMs: undefined });
    expect(barsOf({ steps: [painted, sounded], delays })[1]).toMatchObject({
      ...{ kind: 'not-known', text: 'not known: clocks differ, or another occurrence' },
    });
  });

  it('the step “raised” has no duration if the alarm was not raised by the reading in the step “logged”', () => {
    const logged = step({ name: 'logged', time: { kind: 'at', atMs: 1_000 } });
    const raised = step({ sinceBeforeMs: undefined });
    expect(barsOf({ steps: [logged, raised], delays })[1]!.text).toBe('no delay of that value');
    expect(barsOf({ steps: [raised], delays })[0]!.text).toBe('time before not known');
  });

  it('a step that did not happen and the first step have no bar', () => {
    expect(barOf({ time: { kind: 'none' } })).toMatchObject({ kind: 'none', length: 0, text: 'did not happen' });
    expect(barOf({ name: 'onset', sinceBeforeMs: undefined })).toMatchObject({ kind: 'first', length: 0 });
  });
});

it('withLocalTimes writes the times in a text as local times, with the date for another day', () => {
  const alarmMs = new Date(2026, 10, 29, 13, 0, 0).getTime();
  const [same, other] = [alarmMs + 5_250, alarmMs - 86_400_000];
  const text = `Anna was called at ${new Date(same).toISOString()} and was away since ${new Date(other).toISOString()}.`;
  expect(withLocalTimes(text, alarmMs)).toBe(
    `Anna was called at ${clockText(same)} and was away since ${dateMinuteText(other)}.`,
  );
});

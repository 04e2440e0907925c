import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insert, startTimeline, type Timeline, windowMax } from './timeline.ts';

type Sample = { readonly at: number; readonly value: number };
/** Returns a text that depends on the order of the samples. */
const fold = (before: string, { at, value }: Sample) => `${before.slice(-400)} ${at}:${value}`;
const empty = () => startTimeline<Sample, string>('');
const timelineOf = (samples: readonly Sample[]) =>
  samples.reduce((line: Timeline<Sample, string>, sample) => insert(line, sample, fold).line, empty());
const inOrder = Array.from({ length: 60 }, (_, i) => ({ at: i * 1000, value: i % 7 }));

describe('a timeline', () => {
  it('a timeline has the same result for any order in which samples move by up to five places', () => {
    const seed = Date.now() % 2 ** 31;
    console.log(`seed ${seed}`);
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 60, maxLength: 60 }), (delays) => {
        const order = inOrder.map((sample, i) => ({ sample, key: i + delays[i]! + i / 1000 }));
        const swapped = order.sort((a, b) => a.key - b.key).map(({ sample }) => sample);
        expect(timelineOf(swapped).head).toBe(timelineOf(inOrder).head);
      }),
      { seed },
    );
  });

  it.each<[string, number, string]>([
    ['later than all others', 60_000, 'newest'],
    ['at the time of the newest', 59_000, 'same'],
    ['between the newest two', 58_500, 'between'],
    ['just inside the window', (60 - windowMax) * 1000, 'same'],
    ['just before the window', (60 - windowMax) * 1000 - 1, 'between'],
    ['at the time of the newest before the window', (59 - windowMax) * 1000, 'too-old'],
    ['long before', 1, 'too-old'],
  ])('insert gives a sample its place: %s', (_name, at, place) => {
    const line = timelineOf(inOrder);
    const inserted = insert(line, { at, value: 9 }, fold);
    expect(inserted.place).toBe(place);
    expect(inserted.line.window.length).toBeLessThanOrEqual(windowMax);
    if (place === 'too-old') expect(inserted.line).toBe(line);
  });

  it('a timeline keeps every sample in the window until the window is full', () => {
    const swapped = [2, 1, 4, 3].map((at) => ({ at, value: at }));
    const line = timelineOf(swapped);
    expect(line.window.map(({ at }) => at)).toEqual([1, 2, 3, 4]);
    expect(line.baseAt).toBeNull();
  });

  it('if two samples have the same time, the sample that comes later replaces the other sample', () => {
    const corrected = insert(timelineOf([{ at: 1, value: 1 }]), { at: 1, value: 2 }, fold).line;
    expect(corrected.head).toBe(timelineOf([{ at: 1, value: 2 }]).head);
  });

  it('onFolded is called for the inserted sample and for each newer sample', () => {
    const folded: number[] = [];
    const late = [...inOrder.slice(0, 40), ...inOrder.slice(41, 45)];
    insert(timelineOf(late), inOrder[40]!, fold, (_before, _after, { at }) => folded.push(at / 1000));
    expect(folded).toEqual([40, 41, 42, 43, 44]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairQueue } from './fair-queue.ts';

function filled(itemsMax: number, ...items: string[]) {
  const queue = createFairQueue<string>(itemsMax);
  const removed = items.map((item) => queue.add(item[0]!, item));
  return { queue, removed };
}

function takeAll(queue: ReturnType<typeof createFairQueue<string>>): string[] {
  const takenItems: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) takenItems.push(item);
  return takenItems;
}

describe('a fair queue', () => {
  it.each<[string, string[], string[]]>([
    ['no items if it is empty', [], []],
    ['one source in its order', ['a1', 'a2', 'a3'], ['a1', 'a2', 'a3']],
    ['sources in turn', ['a1', 'a2', 'a3', 'b1', 'c1', 'c2'], ['a1', 'b1', 'c1', 'a2', 'c2', 'a3']],
  ])('the queue serves %s', (_name, items, order) => {
    expect(takeAll(filled(10, ...items).queue)).toEqual(order);
  });

  it.each<[string, string[], (string | undefined)[], string[]]>([
    [
      'the added item if no source has more than one item',
      ['a1', 'b1', 'c1', 'd1'],
      [undefined, undefined, undefined, 'd1'],
      ['a1', 'b1', 'c1'],
    ],
    [
      'the added item if its source has the most items',
      ['a1', 'a2', 'b1', 'a3'],
      [undefined, undefined, undefined, 'a3'],
      ['a1', 'b1', 'a2'],
    ],
    [
      'the newest item of the source with the most items',
      ['a1', 'a2', 'a3', 'b1'],
      [undefined, undefined, undefined, 'a3'],
      ['a1', 'b1', 'a2'],
    ],
    [
      'the added item if its source would have as many items as the largest source',
      ['a1', 'a2', 'b1', 'b2'],
      [undefined, undefined, undefined, 'b2'],
      ['a1', 'b1', 'a2'],
    ],
  ])('a full queue removes %s', (_name, items, removed, order) => {
    const result = filled(3, ...items);
    expect(result.removed).toEqual(removed);
    expect(takeAll(result.queue)).toEqual(order);
  });

  it('remove removes an item only once, and clear removes all items', () => {
    const { queue } = filled(3, 'a1', 'b1');
    expect([queue.remove('a', 'a1'), queue.remove('a', 'a1'), queue.remove('c', 'c1')]).toEqual([true, false, false]);
    expect(queue.size()).toBe(1);
    expect(queue.clear()).toEqual(['b1']);
    expect([queue.size(), queue.take()]).toEqual([0, undefined]);
  });

  it('take skips a source that may not be served now, and the source keeps its turn', () => {
    const { queue } = filled(5, 'a1', 'a2', 'b1', 'b2');
    expect(queue.take((source) => source !== 'a')).toBe('b1');
    expect([queue.sizeOf('a'), queue.sizeOf('b'), queue.sizeOf('c')]).toEqual([2, 1, 0]);
    expect(queue.take(() => false)).toBeUndefined();
    expect(takeAll(queue)).toEqual(['a1', 'b2', 'a2']);
  });

  it('the queue never loses an item and never has more items than its limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.constant('take')), { maxLength: 60 }),
        (itemsMax, steps) => {
          const queue = createFairQueue<string>(itemsMax);
          const inside = new Set<string>();
          for (const [i, step] of steps.entries()) {
            if (step === 'take') {
              const takenItem = queue.take();
              expect(takenItem === undefined ? inside.size === 0 : inside.delete(takenItem)).toBe(true);
            } else {
              inside.add(`${step}${i}`);
              const removed = queue.add(step, `${step}${i}`);
              if (removed !== undefined) expect(inside.delete(removed)).toBe(true);
            }
            expect(queue.size()).toBe(inside.size);
            expect(queue.size()).toBeLessThanOrEqual(itemsMax);
          }
        },
      ),
    );
  });
});

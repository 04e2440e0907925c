import { describe, expect, it } from 'vitest';
import { raised, t0 } from './bed.testing.ts';
import { attemptsMs, onsetOf } from './onsets.ts';
import { createQueue } from './queue.ts';

const onset = onsetOf(raised(), undefined, undefined)!;
const jobAt = (n: number, afterMs: number, partition = 0) => ({
  onset: { ...onset, key: `alarm-${n}`, wallMs: t0 + afterMs },
  ...{ partition, offset: BigInt(n), appendedMs: t0 + afterMs + 5_000 },
});

describe('the queue of onsets', () => {
  it('the position of a partition moves past an offset only when the onsets at this offset and before it are finished', () => {
    const queue = createQueue();
    queue.noteRead(0, 10n);
    queue.noteRead(1, 4n);
    queue.add(jobAt(7, 0), t0);
    queue.add(jobAt(3, 0), t0);
    expect(queue.positions()).toEqual(
      new Map([
        [0, 3n],
        [1, 4n],
      ]),
    );
    const [first, second] = queue.pass(t0 + 60_000);
    queue.finish(second!);
    queue.finish(first!);
    expect(queue.positions()).toEqual(
      new Map([
        [0, 10n],
        [1, 4n],
      ]),
    );
    expect([queue.size, queue.oldestMs(), queue.behindMs(t0 + 60_000)]).toEqual([0, undefined, 0]);
  });

  it('a pass has an onset from the time of its first attempt on; after its last attempt, the onset leaves the queue', () => {
    const queue = createQueue();
    queue.add(jobAt(1, 0), t0);
    queue.add(jobAt(1, 0), t0);
    expect(queue.pass(t0 + attemptsMs[0]! - 1)).toEqual([]);
    for (const attemptMs of attemptsMs) {
      const [job] = queue.pass(t0 + attemptMs);
      queue.again(job!);
      expect(queue.pass(t0 + attemptMs)).toEqual([]);
    }
    expect(queue.size).toBe(0);
  });

  it('a pass has at most 20 onsets, and no onset that is more than a minute after the first one', () => {
    const queue = createQueue();
    for (let n = 0; n < 500; n += 1) queue.add(jobAt(n, n * 10), t0);
    queue.add(jobAt(900, -60_000), t0);
    expect(queue.pass(t0 + 3_600_000).map(({ offset }) => offset)).toEqual([900n, 0n]);
    queue.finish(queue.pass(t0 + 3_600_000)[0]!);
    expect(queue.pass(t0 + 3_600_000)).toHaveLength(20);
    expect(queue.behindMs(t0 + 3_600_000)).toBeGreaterThan(0);
  });

  it('after the queue was cleared, an old job does not finish the onset that was added again', () => {
    const queue = createQueue();
    queue.add(jobAt(1, 0), t0);
    const [old] = queue.pass(t0 + 60_000);
    queue.clear();
    queue.add(jobAt(1, 0), t0);
    queue.finish(old!);
    expect(queue.size).toBe(1);
  });
});

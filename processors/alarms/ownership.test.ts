import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { env, reading, t0 } from '../bed.testing.ts';
import { createOutbox } from './outbox.ts';
import { createOwnership } from './ownership.ts';
import { adult, emptyRestored, key } from './partition.testing.ts';
import { createPartition } from './partition.ts';
import type { RestoredPartition } from './restore.ts';
import { type Outgoing, outgoingOf } from './screen-record.ts';

const log = pino({ level: 'silent' });
const restored: RestoredPartition = {
  ...emptyRestored,
  position: { observations: 40n, commands: 7n },
  replayTo: 40n,
  publishedTo: 90n,
  commandsRead: 9n,
};
const assignment = (...partitions: number[]) =>
  new Map<KafkaTopic, readonly number[]>([
    ['observations', partitions],
    ['commands', partitions],
  ]);

/**
 * Opens an ownership over a log in memory. A restore waits until the test calls `answer`. An append waits until the
 * test calls `take`.
 */
function openOwnership() {
  const restores: { readonly partitions: readonly number[]; readonly answer: () => void }[] = [];
  const appends: { readonly body: object; readonly take: () => void }[] = [];
  const canaries: number[][] = [];
  const takenOver: (readonly number[])[] = [];
  const ownership = createOwnership({
    restore(partitions) {
      const { promise, resolve } = Promise.withResolvers<ReadonlyMap<number, RestoredPartition>>();
      restores.push({ partitions, answer: () => resolve(new Map(partitions.map((p) => [p, restored]))) });
      return promise;
    },
    open(from) {
      const outbox = createOutbox<Outgoing>({
        append: ({ body }) =>
          new Promise((resolve) =>
            appends.push({ body, take: () => resolve({ offset: 90n + BigInt(appends.length) }) }),
          ),
        start: from.publishedTo,
        log,
      });
      const partition = createPartition({
        env,
        restored: from,
        findAssociation: () => adult,
        emit: (event) => outbox.put({ key, contentType: contentTypes.alarmEvent, body: event }),
        publish: (record) => outbox.put(outgoingOf(record)),
        counters: { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 },
        mayJudge: () => true,
        nowMs: t0,
      });
      return { partition, outbox };
    },
    canaries: { setPartitions: (partitions) => void canaries.push([...partitions]) },
    onTakenOver: (partitions) => void takenOver.push(partitions),
    now: () => t0,
  });
  return { ownership, restores, appends, canaries, takenOver };
}

describe('ownership', () => {
  it('after a restore, the processor owns the partitions, and reads from the committed offset and from the end of the restored commands', async () => {
    const { ownership, restores, canaries, takenOver } = openOwnership();
    const starts = ownership.takeOver(assignment(3, 5));
    expect([...ownership.owners().keys()]).toEqual([]);
    restores[0]!.answer();
    expect([...(await starts)]).toEqual([
      ['observations/3', '40'],
      ['commands/3', '9'],
      ['observations/5', '40'],
      ['commands/5', '9'],
    ]);
    expect([...ownership.owners().keys()]).toEqual([3, 5]);
    expect([canaries, takenOver]).toEqual([[[], [3, 5]], [[3, 5]]]);
  });

  it('a new owner begins with the committed offsets and the published events of the former owner', async () => {
    const { ownership, restores } = openOwnership();
    const starts = ownership.takeOver(assignment(3));
    restores[0]!.answer();
    await starts;
    const { committed, eventsBefore } = ownership.owners().get(3)!;
    expect({ committed, eventsBefore }).toEqual({ committed: { observations: 40n, commands: 7n }, eventsBefore: 90n });
  });

  it('the result of a restore is ignored if a later assignment came during the restore', async () => {
    const { ownership, restores, takenOver } = openOwnership();
    const first = ownership.takeOver(assignment(3));
    const second = ownership.takeOver(assignment(5));
    restores[1]!.answer();
    await second;
    restores[0]!.answer();
    expect([...(await first)]).toEqual([]);
    expect([...ownership.owners().keys()]).toEqual([5]);
    expect(takenOver).toEqual([[5]]);
  });

  it('the result of a restore is ignored if all partitions were released during the restore', async () => {
    const { ownership, restores, takenOver } = openOwnership();
    const starts = ownership.takeOver(assignment(3));
    ownership.releaseAll();
    restores[0]!.answer();
    expect([...(await starts)]).toEqual([]);
    expect([ownership.owners().size, takenOver]).toEqual([0, []]);
  });

  it('all partitions are released before the next restore, so that waiting events are not written', async () => {
    const { ownership, restores, appends, canaries } = openOwnership();
    const starts = ownership.takeOver(assignment(3));
    restores[0]!.answer();
    await starts;
    const generation = ownership.generation();
    const { partition, outbox } = ownership.owners().get(3)!;
    for (let s = 0; s < 30; s++) {
      const input = reading(s, { HR: 180 });
      partition.addReading(key, 40n + BigInt(s), input.receivedAt, input, input.receivedAt, input.receivedAt);
    }
    expect(outbox.waitingCount()).toBeGreaterThan(1);
    const before = appends.length;
    const sent = outbox.waitUntilSent();
    void ownership.takeOver(assignment(5));
    expect([ownership.owners().size, ownership.generation(), outbox.waitingCount()]).toEqual([0, generation + 1, 0]);
    for (const { take } of appends) take();
    expect(await sent).toBe(false);
    expect(appends).toHaveLength(before);
    expect(canaries.at(-1)).toEqual([]);
  });
});

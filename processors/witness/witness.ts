/**
 * Follows the log of the audit trail and writes down, again and again, how far it reached and the digest of its content. Opens no record.
 */
import type { Logger } from 'pino';
import { formatInstant, parseInstant } from '../../contracts/time.ts';
import type { TopicPartition } from '../../contracts/topics.ts';
import { linkAnchor } from '../../log/audit/anchor.ts';
import { sha256 } from '../../log/audit/trail.ts';
import type { Kafka } from '../../log/kafka/connect.ts';
import { createReader } from '../../log/kafka/reader.ts';
import type { AnchorsFile } from './anchors-file.ts';
import { forgetAnchored, newSeen, nextAnchored, offsetsOf, takeEnd, takeRecord } from './core/seen.ts';
import type { Watched } from './metrics.ts';

const topic = 'audit';

export type Witness = { close(): Promise<void> };

export async function openWitness(options: {
  readonly kafka: Kafka;
  readonly group: string;
  readonly file: AnchorsFile;
  readonly signer: { readonly key: string; readonly sign: (text: string) => string };
  readonly everyMs: number;
  readonly now: () => number;
  /** The witness records its progress here. */
  readonly watched: Watched;
  readonly monotonicMs: () => number;
  readonly log: Logger;
}): Promise<Witness> {
  const { file, signer, everyMs, now, watched, log } = options;
  const seen = newSeen(file.anchors.flatMap(({ places }) => places));
  let { tip } = file;
  let closed = false;
  let atWork: Promise<void> = Promise.resolve();
  for (const fault of file.faults) log.error({ fault }, 'the anchors are not as they were written');
  watched.faults.anchors = file.faults.length;
  watched.anchoredAtMs = parseInstant(file.anchors.at(-1)?.at ?? '') ?? 0;
  for (const [partition, offset] of offsetsOf(seen)) watched.reach.set(partition, offset);

  const reader = await createReader(options.kafka, {
    group: options.group,
    topics: [topic],
    start: 'beginning',
    log,
    async onAssigned(partitions) {
      const start = (partition: number): [TopicPartition, string] => [
        `${topic}/${partition}`,
        String(seen.places.get(partition)?.offset ?? 0),
      ];
      return new Map((partitions.get(topic) ?? []).map(start));
    },
    onRecords({ partition, records }) {
      for (const { offset, key, value } of records)
        takeRecord(seen, partition, { offset: Number(offset), key, value: value?.toString('base64url') ?? '' }, sha256);
    },
  });

  /** Writes an anchor. It covers everything that was in the log when the call began. */
  async function anchor(): Promise<void> {
    const at = formatInstant(now());
    const before = offsetsOf(seen);
    for (const [place, end] of await reader.reachEnd()) {
      const partition = Number(place.split('/')[1]);
      takeEnd(seen, partition, Number(end), before.get(partition) ?? 0);
    }
    const anchored = nextAnchored(seen);
    if (anchored !== undefined) append(at, anchored);
    watched.doneMs = options.monotonicMs();
  }

  function append(at: string, anchored: NonNullable<ReturnType<typeof nextAnchored>>): void {
    for (const fault of anchored.faults) log.error({ fault }, 'the audit trail was cut or changed');
    const line = linkAnchor(tip, { at, ...anchored }, sha256, signer);
    file.append(line);
    tip = line;
    forgetAnchored(seen);
    watched.anchors += 1;
    watched.anchoredAtMs = now();
    watched.faults.trail += anchored.faults.length;
    for (const { partition, offset } of anchored.places) watched.reach.set(partition, offset);
  }

  function round(): Promise<void> {
    atWork = atWork.then(anchor).catch((error) => {
      log.error({ error: (error as Error).message }, 'the audit trail was not anchored');
    });
    return atWork;
  }

  await reader.caughtUp;
  await round();
  watched.isReady = true;
  let timer: NodeJS.Timeout | undefined;
  const again = () => {
    if (!closed) timer = setTimeout(() => void round().then(again), everyMs);
  };
  again();

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      // What was written since the last round is anchored. It does not wait for Kafka if Kafka is away.
      await Promise.race([round(), new Promise((done) => setTimeout(done, 3_000))]);
      await reader.close();
      file.close();
    },
  };
}

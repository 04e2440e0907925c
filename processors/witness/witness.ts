/**
 * Follows the log of the audit trail, and writes an anchor in regular rounds. An anchor has the next offset of each
 * partition that has changed since the last anchor, and a digest of the records before this offset. Opens no record.
 */
import type { Logger } from 'pino';
import { formatInstant, parseInstant } from '../../contracts/time.ts';
import type { TopicPartition } from '../../contracts/topics.ts';
import { createNextAnchor } from '../../log/audit/anchor.ts';
import { sha256 } from '../../log/audit/trail.ts';
import type { Kafka } from '../../log/kafka/connect.ts';
import { createReader } from '../../log/kafka/reader.ts';
import type { AnchorsFile } from './anchors-file.ts';
import {
  addRecord,
  compareEnd,
  markAnchored,
  newProgress,
  nextAnchorContent,
  offsetsOf,
  type Progress,
} from './core/progress.ts';
import type { WitnessStatus } from './metrics.ts';

const topic = 'audit';

export type Witness = { close(): Promise<void> };

/** Returns the offsets at which reading begins. */
function startsOf({ anchorByPartition }: Progress, partitions: readonly number[]): ReadonlyMap<TopicPartition, string> {
  const offsetOf = (partition: number) => String(anchorByPartition.get(partition)?.offset ?? 0);
  return new Map(partitions.map((partition) => [`${topic}/${partition}`, offsetOf(partition)]));
}

export async function openWitness(options: {
  readonly kafka: Kafka;
  readonly group: string;
  readonly file: AnchorsFile;
  readonly signer: { readonly key: string; readonly sign: (text: string) => string };
  readonly everyMs: number;
  readonly now: () => number;
  /** The witness updates this status for the health and the metrics. */
  readonly status: WitnessStatus;
  readonly monotonicMs: () => number;
  readonly log: Logger;
}): Promise<Witness> {
  const { file, signer, everyMs, now, status, log } = options;
  const progress = newProgress(file.anchors.flatMap(({ places }) => places));
  let { tip } = file;
  let isClosed = false;
  let lastRound: Promise<void> = Promise.resolve();
  for (const fault of file.faults) log.error({ fault }, 'the anchors are not as they were written');
  status.faults.anchors = file.faults.length;
  status.anchoredAtMs = parseInstant(file.anchors.at(-1)?.at ?? '') ?? 0;
  for (const [partition, offset] of offsetsOf(progress)) status.reach.set(partition, offset);

  const reader = await createReader(options.kafka, {
    group: options.group,
    topics: [topic],
    start: 'beginning',
    log,
    onAssigned: async (partitions) => startsOf(progress, partitions.get(topic) ?? []),
    onRecords({ partition, records }) {
      for (const { offset, key, value } of records)
        addRecord(
          progress,
          partition,
          { offset: Number(offset), key, value: value?.toString('base64url') ?? '' },
          sha256,
        );
    },
  });

  /**
   * Writes an anchor, if the log has changed. The anchor covers all records that were in the log when the call began.
   */
  async function writeAnchor(): Promise<void> {
    const at = formatInstant(now());
    const before = offsetsOf(progress);
    for (const [topicPartition, end] of await reader.reachEnd()) {
      const partition = Number(topicPartition.split('/')[1]);
      compareEnd(progress, partition, Number(end), before.get(partition) ?? 0);
    }
    const content = nextAnchorContent(progress);
    if (content !== undefined) append(at, content);
    status.doneMs = options.monotonicMs();
  }

  function append(at: string, content: NonNullable<ReturnType<typeof nextAnchorContent>>): void {
    for (const fault of content.faults) log.error({ fault }, 'the audit trail was cut or changed');
    const anchor = createNextAnchor(tip, { at, ...content }, sha256, signer);
    file.append(anchor);
    tip = anchor;
    markAnchored(progress);
    status.anchors += 1;
    status.anchoredAtMs = now();
    status.faults.trail += content.faults.length;
    for (const { partition, offset } of content.places) status.reach.set(partition, offset);
  }

  function runRound(): Promise<void> {
    lastRound = lastRound.then(writeAnchor).catch((error) => {
      log.error({ error: (error as Error).message }, 'the audit trail was not anchored');
    });
    return lastRound;
  }

  await reader.caughtUp;
  await runRound();
  status.isReady = true;
  let timer: NodeJS.Timeout | undefined;
  const startTimer = () => {
    if (!isClosed) timer = setTimeout(() => void runRound().then(startTimer), everyMs);
  };
  startTimer();

  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      // A last round anchors the newest records. The time limit is for the case that Kafka is away.
      await Promise.race([runRound(), new Promise((done) => setTimeout(done, 3_000))]);
      await reader.close();
      file.close();
    },
  };
}

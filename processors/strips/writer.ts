/** Makes the strips of due onsets and writes them. */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { Strip, StripContent } from '../../contracts/messages/strips.ts';
import { waveformsKeptMs } from '../../contracts/retention.ts';
import { stripBytes } from '../../contracts/strip-bytes.ts';
import { formatInstant } from '../../contracts/time.ts';
import { readSpan } from '../../log/explain/span.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { noteTaskFailure } from '../../process/timer-tasks.ts';
import { isLastWait } from './core/onsets.ts';
import type { Job, Queue } from './core/queue.ts';
import { type NewStrip, stripOf } from './core/strip.ts';
import type { StripSource } from './source.ts';

export type StripCounts = {
  readonly written: Map<StripContent, number>;
  /** Passes that failed. They are tried again. */
  failures: number;
};

export type StripWriter = {
  /**
   * Makes one pass. Returns whether there was something to do. If the code fails for one alarm, only the strip of this
   * alarm waits for its next attempt.
   * @throws VigilError, or Error of kafkajs
   */
  pass(): Promise<boolean>;
  /** Forgets which strips are in the log. The writer reads them from the log again before it writes the next strip. */
  forget(): void;
};

/** What is known about a strip in the log. */
type Written = Pick<Strip, 'rev' | 'isComplete'> & { readonly chunkCount: number };

/** Maximum number of written strips that are remembered. If there are more, the oldest strip is forgotten (ours). */
const writtenMax = 20_000;
/** The search for written strips begins this long before the oldest waiting alarm, ms (ours). */
const earlierMs = 60_000;

export function createStripWriter(options: {
  readonly sealed: SealedLog;
  readonly source: StripSource;
  readonly queue: Queue;
  readonly counts: StripCounts;
  readonly now: () => number;
  readonly log: Logger;
  /** `readSpan`, or another function in a test without Kafka. */
  readonly readLog?: typeof readSpan;
}): StripWriter {
  const { sealed, source, queue, counts, now, log, readLog = readSpan } = options;
  const written = new Map<string, Written>();
  let isLoaded = false;
  let seq = 0;

  function remember({
    stripId,
    rev,
    isComplete,
    chunks,
  }: Pick<Strip, 'stripId' | 'rev' | 'isComplete' | 'chunks'>): void {
    if ((written.get(stripId)?.rev ?? 0) >= rev) return;
    written.delete(stripId);
    written.set(stripId, { rev, isComplete, chunkCount: chunks.length });
    const oldest = written.size > writtenMax ? written.keys().next().value : undefined;
    if (oldest !== undefined) written.delete(oldest);
  }

  /**
   * Reads the strips that this or an earlier process wrote for the waiting alarms, so that no strip is written twice.
   */
  async function load(): Promise<void> {
    const oldestMs = queue.oldestMs();
    if (isLoaded || oldestMs === undefined) return;
    const sinceMs = oldestMs - earlierMs;
    const context = { log: sealed, logger: log, onBatch: () => undefined };
    await readLog(context, { topic: 'strips', sinceMs, untilMs: () => Number.POSITIVE_INFINITY }, ({ record }) => {
      if (record.contentType === contentTypes.strip) remember(record.body);
    });
    isLoaded = true;
  }

  async function write(strip: NewStrip, rev: number): Promise<void> {
    const digest = createHash('sha256').update(stripBytes(strip)).digest('base64url');
    const body: Strip = { ...strip, rev, writtenAt: formatInstant(now()), digest };
    const dataKey = await sealed.sealer.keyFor(strip.associationId, 'strips');
    seq += 1;
    const origin = { topic: 'strips', key: strip.stripId, writer: sealed.service, boot: sealed.boot, seq } as const;
    const plaintext = Buffer.from(JSON.stringify(body));
    await sealed.appender.append(
      'strips',
      origin.key,
      sealed.sealer.seal(dataKey, origin, contentTypes.strip, plaintext),
    );
    remember(body);
    counts.written.set(strip.content, (counts.written.get(strip.content) ?? 0) + 1);
  }

  async function settle(job: Job, strip: NewStrip): Promise<void> {
    const before = written.get(strip.stripId);
    const isLast = isLastWait(job.attempt);
    // Vigil keeps a strip of a technical alarm (leads are off, for example) only if there are waves.
    const isWorthKeeping = job.onset.alarm.kind === 'physiological' || strip.chunks.length > 0;
    const isNew = before === undefined ? isWorthKeeping : strip.chunks.length > before.chunkCount;
    const mustWrite = isNew && (strip.isComplete || isLast);
    if (mustWrite) await write(strip, (before?.rev ?? 0) + 1);
    if (strip.isComplete || before?.isComplete) queue.finish(job);
    else queue.again(job);
  }

  return {
    async pass() {
      const jobs = queue.pass(now());
      if (jobs.length === 0) return false;
      await load();
      const keptFromMs = now() - waveformsKeptMs;
      const reads = await source.read(jobs);
      for (const job of jobs) {
        try {
          await settle(job, stripOf(job.onset, reads.get(job.onset.key)!, keptFromMs));
        } catch (error) {
          // The log is away: all jobs wait. Any other error concerns only the strip of this alarm.
          if (error instanceof VigilError && error.class !== 'permanent') throw error;
          noteTaskFailure('strip', error);
          queue.again(job);
        }
      }
      return true;
    },
    forget() {
      written.clear();
      isLoaded = false;
    },
  };
}

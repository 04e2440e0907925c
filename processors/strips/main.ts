/**
 * The strip writer: keeps the waves around the onset of each alarm, so that they outlive the topic `waveforms`.
 *
 * reads     `alarms`                         the onsets of alarms, and the limits in force (intake.ts)
 *           `alarm-state`                    at the start: limits and alarms that are older than the first event
 *           `waveforms`, `observations`      what the device sent around an onset (source.ts)
 * writes    `strips`                         one record for each onset; a second record if waves came later (writer.ts)
 *
 * An onset of a technical alarm has a record only if there are waves. The process commits the offset of an event only
 * when the strip is written, or when its last attempt is over. If several of these processes run, they
 * share the partitions of `alarms`.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { dayMs } from '../../contracts/durations.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { createReader, type Reader } from '../../log/kafka/reader.ts';
import { openSealedLog, type SealedLog } from '../../log/sealed-log.ts';
import { logEndingCertificates } from '../../process/certificate-files.ts';
import { type Health, openMetricsServer } from '../../process/metrics-server.ts';
import { runProcess } from '../../process/run-process.ts';
import type { Settings } from '../../process/settings.ts';
import { startSteadyClock } from '../../process/system-clock.ts';
import { runEvery } from '../../process/timer-tasks.ts';
import { createQueue, type Queue } from './core/queue.ts';
import { createIntake, type Intake } from './intake.ts';
import { stripMetrics } from './metrics.ts';
import { settings as manifest } from './settings.ts';
import { openStripSource } from './source.ts';
import { createStripWriter, type StripCounts, type StripWriter } from './writer.ts';

const closeMsMax = 9_000;
/** Pause between two passes if nothing is due, ms. */
const idleMs = 500;
/** After this number of waiting onsets, no further events are read until some are finished (ours). */
const waitingMax = 5_000;
/** Longest time without a successful pass, ms (ours). After this time, the process is `failing`. */
const failingMs = 120_000;
const retryMsMax = 30_000;
const commitEveryMs = 5_000;

async function openStrips(settings: Settings<typeof manifest>, log: Logger) {
  const clock = startSteadyClock({ log, aheadMs: settings.clockAheadMs });
  const now = () => Date.now();
  const queue = createQueue();
  const counts: StripCounts = { written: new Map(), failures: 0 };
  let health: Health = 'starting';
  let workedMs = performance.now();
  const opened: { log?: SealedLog; intake?: Intake } = {};
  const server = await openMetricsServer({
    host: settings.metricsHost,
    port: settings.metricsPort,
    metrics: stripMetrics({
      ...{ counts, queue, now, clock },
      leftOut: () => opened.intake?.leftOutCount() ?? 0,
      damage: () => opened.log?.damage,
    }),
    health: () => (health === 'ready' && performance.now() - workedMs > failingMs ? 'failing' : health),
    log,
  });
  const sealed = await openSealedLog({ settings, service: 'strips', boot: randomUUID(), log });
  opened.log = sealed;
  const intake = createIntake(sealed, queue, now, log);
  opened.intake = intake;
  await learnStates(sealed, intake);
  const source = await openStripSource(sealed, log);
  const writer = createStripWriter({ sealed, source, queue, counts, now, log });
  const reader = await openAlarmReader(sealed, { queue, intake, writer, log });
  const closing = new AbortController();
  const work = runPasses({
    writer,
    counts,
    log,
    signal: closing.signal,
    onWorked: () => (workedMs = performance.now()),
  });
  const saveOffsets = createCommit(reader, queue, log);
  const commits = runEvery('commits', commitEveryMs, saveOffsets);
  const certificateWatch = logEndingCertificates(log);
  health = 'ready';
  log.info({ metricsPort: server.port }, 'ready');
  return {
    async close() {
      health = 'draining';
      clearInterval(commits);
      closing.abort();
      await work;
      await saveOffsets();
      await reader.close();
      await source.close();
      await sealed.close();
      await server.close();
      clock.close();
      certificateWatch.close();
      log.info({ written: Object.fromEntries(counts.written) }, 'stopped');
    },
  };
}

/** Reads the last state of each association once. */
async function learnStates(sealed: SealedLog, intake: Intake): Promise<void> {
  const table = await sealed.followTable(['alarm-state'], (read) => {
    if (read?.record.contentType === contentTypes.alarmState) intake.learn(read.record.body);
  });
  await table.ready;
  await table.close();
}

/**
 * Reads events from the last commit. The very first start reads the events of the last day, because older waves are no
 * longer kept.
 */
function openAlarmReader(
  sealed: SealedLog,
  parts: { readonly queue: Queue; readonly intake: Intake; readonly writer: StripWriter; readonly log: Logger },
): Promise<Reader> {
  const { queue, intake, writer, log } = parts;
  return createReader(sealed.kafka, {
    group: 'strips',
    topics: ['alarms'],
    start: { committedOrSinceMs: Date.now() - dayMs },
    log,
    onAssigned: async (partitions) => {
      intake.rewind(queue.clear().filter(({ partition }) => partitions.get('alarms')?.includes(partition)));
      writer.forget();
      return undefined;
    },
    async onRecords(batch) {
      while (queue.size > waitingMax) await sleep(idleMs);
      await intake.take(batch);
    },
    onReached: (_topic, partition, nextOffset) => queue.noteRead(partition, nextOffset),
  });
}

/**
 * Returns a function that commits the offsets of the written strips. A failure is logged once until a commit succeeds.
 * The next commit includes these offsets. At worst, the next process reads the same events again.
 */
function createCommit(reader: Reader, queue: Queue, log: Logger): () => Promise<void> {
  let hasFailed = false;
  return async () => {
    const offsets = [...queue.positions()].map(([partition, next]) => ({
      topic: 'alarms' as const,
      partition,
      offset: String(next),
    }));
    if (offsets.length === 0) return;
    try {
      await reader.commit(offsets);
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) log.warn({ error: (error as Error).message }, 'offsets could not be committed');
      hasFailed = true;
    }
  };
}

/** Makes passes until the process stops. After a failure, waits longer and longer. */
async function runPasses(options: {
  readonly writer: StripWriter;
  readonly counts: StripCounts;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onWorked: () => void;
}): Promise<void> {
  const { writer, counts, log, signal } = options;
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined);
  let retryMs = idleMs;
  while (!signal.aborted) {
    try {
      const hadWork = await writer.pass();
      options.onWorked();
      retryMs = idleMs;
      if (!hadWork) await pause(idleMs);
    } catch (error) {
      counts.failures += 1;
      log.warn({ error: (error as Error).message, retryMs }, 'strips could not be written, trying again');
      await pause(retryMs);
      retryMs = Math.min(2 * retryMs, retryMsMax);
    }
  }
}

runProcess({
  title: 'The strip writer',
  manifest,
  env: process.env,
  log: { base: { process: 'strips' } },
  closeMsMax,
  open: openStrips,
});

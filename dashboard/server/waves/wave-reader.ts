/**
 * Reads the waves of a stay from the log, for the page "Waves". A look may read many records. So the server reads for
 * one request at a time, in turn for each account, pauses for its other work, and stops when the page is closed.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { VigilError } from '../../../contracts/errors.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { placeWaves } from '../../../contracts/wave-gaps.ts';
import { endOf, type TimeSpan, type WaveChunk } from '../../../contracts/wave-runs.ts';
import { partitionOf } from '../../../log/kafka/connect.ts';
import type { LogRecord } from '../../../log/kafka/log-record.ts';
import { openRangeReader, type RangeReader } from '../../../log/kafka/range-reader.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { createSealedReading, type SealedReading } from '../../../log/sealed-reading.ts';
import { createWorkPause } from '../../../process/work-pause.ts';
import { createSlots } from '../core/slots.ts';
import { chunksIn, isCovered, newSearch, nextStep, offsetsToRead, type SearchState } from '../core/wave-search.ts';

/** Maximum number of reads at the same time, and of waiting reads (ours). */
const bounds = { atOnceMax: 1, atOncePerKeyMax: 1, waitingMax: 64, waitingPerKeyMax: 6 } as const;
/** Longest time of waiting and reading for one request, ms (ours). */
const readMsMax = 15_000;
/** Maximum number of bytes of records that are fetched for one request (ours). */
const fetchedBytesMax = 64 * 1024 * 1024;
/** Maximum number of bytes of the stay's own records that are opened for one request (ours). */
const openedBytesMax = 16 * 1024 * 1024;
/** Number of opened records after which the work may pause: about 2 ms. */
const partRecords = 64;

export type WavesFound = {
  readonly chunks: readonly WaveChunk[];
  /**
   * When the first record of the partition was appended, ms; null if the log reaches back before the requested time.
   */
  readonly keptFromMs: number | null;
  /** Number of records of this stay that could not be opened. */
  readonly unreadable: number;
  /** False: the search ended early, because the log has too many records of this time. */
  readonly isWhole: boolean;
};

export type WaveQuestion = {
  readonly associationId: string;
  /** The requested time, by the clock of the device. */
  readonly span: TimeSpan;
  /** The present error of the device's clock, ms: positive if the clock is behind. */
  readonly errorMs: number;
  /**
   * The delays of late chunks, ms: from the end of a requested minute until the server received its newest chunk. The
   * log has a late chunk at the time of its receipt, so the search also looks that much later.
   */
  readonly lateDelaysMs: readonly number[];
  /** Samples after this time may still come. If they are missing, no further part of the log is searched for them. */
  readonly settledMs: number;
};

export type WaveReader = {
  /**
   * Returns the chunks of a stay that have samples in the requested time.
   * @param closed a signal that is aborted when nobody waits for the answer any more
   * @throws VigilError `rate-limited` if too many reads wait; `log-unavailable` if the reading does not end in time;
   * `conflict` if the page was closed
   */
  read(account: string, question: WaveQuestion, closed: AbortSignal): Promise<WavesFound>;
  close(): Promise<void>;
};

/** What one request has read so far. */
type Reading = {
  readonly key: string;
  readonly chunks: WaveChunk[];
  readonly sealedReading: SealedReading;
  readonly pause: () => Promise<void>;
  readonly signal: AbortSignal;
  fetchedBytes: number;
  openedBytes: number;
  keptFromMs: number | null;
};

export function createWaveReader(log: SealedLog, { logger }: { readonly logger: Logger }): WaveReader {
  const slots = createSlots(
    bounds,
    () => new VigilError('rate-limited', 'Too many requests for waves wait: try again shortly.'),
  );
  let opening: Promise<RangeReader> | undefined;

  /** Opens the reader at the first request, and again after a failure. */
  function rangeReader(): Promise<RangeReader> {
    opening ??= openRangeReader(log.kafka, {
      group: `${log.service}-${log.boot}-waves-${randomUUID()}`,
      topic: 'waveforms',
      log: logger,
    });
    opening.catch(() => {
      opening = undefined;
    });
    return opening;
  }

  async function search(question: WaveQuestion, signal: AbortSignal): Promise<WavesFound> {
    const { associationId: key, span, errorMs, settledMs, lateDelaysMs } = question;
    const settled = { fromMs: span.fromMs, toMs: Math.max(span.fromMs, Math.min(span.toMs, settledMs)) };
    const range = await orAborted(rangeReader(), signal);
    const reading: Reading = {
      ...{ key, chunks: [], signal, pause: createWorkPause(), fetchedBytes: 0, openedBytes: 0, keptFromMs: null },
      sealedReading: createSealedReading({
        ...{ open: log.open, log: logger, leftOutOf: 'the page of waves', missingKeys: 'remember' },
        wants: (contentType) => contentType === contentTypes.waveform,
      }),
    };
    let state: SearchState = { ...newSearch, differencesMs: lateDelaysMs };
    for (;;) {
      const step = nextStep(state, span, errorMs);
      if (step === undefined || isFull(reading)) break;
      await readWindow(range, reading, step.window);
      const differencesMs = reading.chunks.map((chunk) => chunk.receivedMs - endOf(chunk));
      state = { ...step.next, differencesMs: [...lateDelaysMs, ...differencesMs] };
      if (isCovered(placeWaves(chunksIn(reading.chunks, span)), settled)) break;
    }
    return {
      chunks: chunksIn(reading.chunks, span),
      keptFromMs: reading.keptFromMs,
      unreadable: reading.sealedReading.leftOutCount(),
      isWhole: !isFull(reading),
    };
  }

  return {
    async read(account, question, closed) {
      const controller = new AbortController();
      const onClosed = () => controller.abort(new VigilError('conflict', 'The page that asked was closed.'));
      const tooLong = () =>
        controller.abort(new VigilError('log-unavailable', 'The log did not answer in time: try again.'));
      closed.addEventListener('abort', onClosed, { once: true });
      const timer = setTimeout(tooLong, readMsMax);
      try {
        return await slots.run(account, async () => {
          if (closed.aborted) onClosed();
          controller.signal.throwIfAborted();
          return search(question, controller.signal);
        });
      } finally {
        clearTimeout(timer);
        closed.removeEventListener('abort', onClosed);
      }
    },
    async close() {
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}

const isFull = ({ fetchedBytes, openedBytes }: Reading) =>
  fetchedBytes >= fetchedBytesMax || openedBytes >= openedBytesMax;

/** Reads the records of the stay that were appended in a window. */
async function readWindow(range: RangeReader, reading: Reading, { fromMs, toMs }: TimeSpan): Promise<void> {
  const { key, signal } = reading;
  const partition = partitionOf('waveforms', key);
  const [ends, from, to] = await orAborted(
    Promise.all([range.ends(partition), range.offsetAt(partition, fromMs), range.offsetAt(partition, toMs)]),
    signal,
  );
  const { isAtStart, ...offsets } = offsetsToRead(ends, { from, to });
  await range.read(
    { partition, ...offsets },
    async (records) => {
      if (isAtStart) reading.keptFromMs ??= records[0]?.timestampMs ?? null;
      reading.fetchedBytes += records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
      await openRecords(
        reading,
        partition,
        records.filter((record) => record.key === key && record.value !== null),
      );
      return !isFull(reading);
    },
    signal,
  );
}

async function openRecords(reading: Reading, partition: number, records: readonly LogRecord[]): Promise<void> {
  const { sealedReading, chunks, signal, pause } = reading;
  for (let start = 0; start < records.length && !isFull(reading); start += partRecords) {
    signal.throwIfAborted();
    for (const record of records.slice(start, start + partRecords)) {
      reading.openedBytes += record.value?.length ?? 0;
      const read = await sealedReading.read({ topic: 'waveforms', partition }, record);
      if (read?.record.contentType !== contentTypes.waveform) continue;
      const { receivedAt, reading: sent } = read.record.body;
      const [startMs, receivedMs] = [parseInstant(sent.start), parseInstant(receivedAt)];
      if (startMs === undefined || receivedMs === undefined) continue;
      const { code, rateHz, scale, offset, samples } = sent;
      const { boot, seq } = read.opened.origin;
      chunks.push({ code, startMs, rateHz, scale, offset, samples, receivedMs, boot, seq });
    }
    await pause();
  }
}

/** Waits for a promise, or throws when the signal is aborted. Needed because Kafka never answers while it is away. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // If the signal is aborted already, nothing waits for the promise. A rejection that nothing handles would end the
  // process.
  promise.catch(() => {});
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

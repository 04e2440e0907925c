/** Reads a topic from its beginning on. If Kafka does not answer, tries again until Kafka answers. */
import type { Logger } from 'pino';
import { createReader, type Reader, type RecordBatch } from '../../../log/kafka/reader.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';

/** Pause before the next try to read the topic. */
const retryMs = 10_000;

export type WholeTopic = {
  /** Returns the reader; undefined before Kafka has answered. */
  reader(): Reader | undefined;
  isClosed(): boolean;
  close(): Promise<void>;
};

/** Begins to read a topic. A failure is only logged, because the screens work without this topic. */
export function openWholeTopic(options: {
  readonly sealedLog: Pick<SealedLog, 'kafka' | 'boot'>;
  readonly topic: 'assignments' | 'notes';
  readonly onRecords: (batch: RecordBatch) => Promise<void>;
  /** Called when everything that was in the topic at the start has been read. */
  readonly onRead: () => void;
  /** The log line of a failure. */
  readonly problem: string;
  readonly logger: Logger;
}): WholeTopic {
  const { sealedLog, topic, onRecords, onRead, problem, logger } = options;
  let openReader: Reader | undefined;
  let isClosed = false;

  async function open(): Promise<void> {
    const reader = await createReader(sealedLog.kafka, {
      ...{ group: `dashboard-${sealedLog.boot}-${topic}`, topics: [topic], start: 'beginning', log: logger, onRecords },
    });
    if (isClosed) return reader.close();
    openReader = reader;
    await reader.caughtUp;
    onRead();
  }

  function tryOpen(): void {
    open().catch((error) => {
      logger.error({ error: error.message }, problem);
      if (!isClosed && !openReader) setTimeout(tryOpen, retryMs).unref();
    });
  }
  tryOpen();

  return {
    reader: () => openReader,
    isClosed: () => isClosed,
    async close() {
      isClosed = true;
      await openReader?.close();
    },
  };
}

/**
 * Handles canaries: checks each canary like a reading, seals the canary, and appends it to every partition of the
 * readings, so that every alarm processor gets the canary. A client with the certificate of the canary may send nothing
 * but canaries (docs/decisions/023-canary.md).
 */
import { isUtf8 } from 'node:buffer';
import type { Logger } from 'pino';
import { isCanary } from '../contracts/canary.ts';
import { type CanaryRecord, type CanarySightRecord, contentTypes } from '../contracts/messages/records.ts';
import { formatInstant } from '../contracts/time.ts';
import { keysOfPartitions } from '../log/kafka/connect.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { type CanaryPace, judgeCanary } from './core/canary.ts';
import { inboxAt } from './core/inbox.ts';
import { linesLeftOut } from './core/log-limiter.ts';
import type { TimeBounds } from './core/validate.ts';
import type { Counters } from './counters.ts';
import type { Incoming, Outcome, Sink } from './listener/sink.ts';

/** Name of the data key for canaries in all partitions. A canary record contains no data of a person. */
const keySubject = 'canary';
const partitionKeys = keysOfPartitions('observations', 'canary');

export type CanaryOptions = {
  readonly sealedLog: Pick<SealedLog, 'sealer' | 'appender' | 'append'>;
  /** Name of this start of the process. */
  readonly boot: string;
  readonly bounds: TimeBounds;
  readonly counters: Counters;
  readonly log: Logger;
  readonly now: () => number;
  readonly monotonicMs: () => number;
};

/** Returns a sink that handles canaries itself and passes all other calls on to `sink`. */
export function withCanary(sink: Sink, options: CanaryOptions): Sink {
  const publishCanary = createCanaryIntake(options);
  const unlessCanary =
    <Rest extends unknown[]>(call: (source: Incoming['source'], ...rest: Rest) => void) =>
    (source: Incoming['source'], ...rest: Rest) => {
      if (!isCanary(source.deviceId)) call(source, ...rest);
    };
  // Each function is listed by name. If the sink gets a new function, this code does not compile until the function is
  // listed here too.
  return {
    ready: sink.ready,
    sourceOf: sink.sourceOf,
    claim: sink.claim,
    publish(message, settle) {
      if (isCanary(message.source.deviceId)) publishCanary(message, settle);
      else sink.publish(message, settle);
    },
    connected: unlessCanary(sink.connected),
    lostIdWhileAlive: unlessCanary(sink.lostIdWhileAlive),
    heldBack: unlessCanary(sink.heldBack),
    // `ended` must be called for the canary too, because `ended` gives up the claim. For a canary, `ended` reports
    // nothing: the canary was never reported as connected.
    ended: sink.ended,
    will: unlessCanary(sink.will),
    inbox(source) {
      if (!isCanary(source.deviceId)) return sink.inbox(source);
      return Buffer.from(JSON.stringify(inboxAt([], [], options.now())));
    },
  };
}

function createCanaryIntake(options: CanaryOptions): Sink['publish'] {
  const { sealedLog, boot, counters, log } = options;
  let pace: CanaryPace = [];
  let seq = 0;

  async function appendEverywhere(receivedAtMs: number): Promise<void> {
    const dataKey = await sealedLog.sealer.keyFor(keySubject, 'observations');
    const body: CanaryRecord = { receivedAt: formatInstant(receivedAtMs) };
    const plaintext = Buffer.from(JSON.stringify(body));
    const appends = partitionKeys.map((key) => {
      seq += 1;
      const place = { topic: 'observations', key, writer: 'gateway', boot, seq } as const;
      const value = sealedLog.sealer.seal(dataKey, place, contentTypes.canary, plaintext);
      return sealedLog.appender.append('observations', key, value);
    });
    // Waits for all partitions, so that a canary is counted as failed only once, even if several partitions fail.
    const failedAppend = (await Promise.allSettled(appends)).find((result) => result.status === 'rejected');
    if (failedAppend) throw failedAppend.reason;
  }

  /** Reports that the canary reached the gateway. Screens show this if Kafka accepts no readings. */
  function reportReceived(receivedAtMs: number): void {
    const body: CanarySightRecord = { taken: formatInstant(receivedAtMs) };
    // If this fails, Kafka is away. The canary itself then fails too, which is counted and shown.
    sealedLog.append('canary', boot, contentTypes.canarySight, body).catch(() => {});
  }

  /** Logs a warning, at most one line per second for each connection. */
  function logLimited({ source, receivedAtMs }: Incoming, fields: object, text: string): void {
    const leftOut = linesLeftOut(source.logLimiter, receivedAtMs);
    if (leftOut !== undefined) log.warn({ ...fields, leftOut }, text);
  }

  return (message, settle: (outcome: Outcome) => void) => {
    const { source, topic, payload, receivedAtMs } = message;
    const text = isUtf8(payload) ? payload.toString('utf8') : undefined;
    const kind = source.topics.get(topic);
    const judgement = judgeCanary(kind, payload, text, receivedAtMs, options.bounds, pace, options.monotonicMs());
    if (!judgement.ok) {
      counters.canariesRefused += 1;
      logLimited(message, { reason: judgement.reasonString }, 'a canary was refused');
      settle({ kind: 'refused', code: judgement.code, reasonString: judgement.reasonString });
      return;
    }
    pace = judgement.pace;
    reportReceived(receivedAtMs);
    appendEverywhere(receivedAtMs).then(
      () => {
        counters.canariesAppended += 1;
        settle({ kind: 'appended' });
      },
      (error: unknown) => {
        counters.canariesFailed += 1;
        logLimited(message, { code: (error as { code?: string }).code }, 'a canary did not reach every partition');
        settle({ kind: 'failed' });
      },
    );
  };
}

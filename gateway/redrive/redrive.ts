/** A rejected message through the gateway's pipeline again, by the rules of today. */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { RedriveRequest, RedriveResult } from '../../contracts/messages/redrive.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { TimeBounds } from '../core/validate.ts';
import { createCounters } from '../counters.ts';
import { createIngest } from '../ingest.ts';
import type { Outcome } from '../listener/sink.ts';
import { createMeasures } from '../measures.ts';
import type { AppendSealed, Unsealed } from '../sealing.ts';
import { createSource } from '../source.ts';
import type { Tables } from '../tables.ts';

/**
 * The reading keeps its device, the time at which it came, and its own `boot` and `seq`. Where it has none, it gets some that follow
 * from the rejected record: whoever sends the same record through twice writes the same reading twice, which every reader knows.
 * Nothing goes to `rejected`: what is still no good lies there already.
 */
export function createRedrive(options: {
  readonly append: AppendSealed;
  readonly tables: Pick<Tables, 'periodsOf'>;
  readonly pseudonymKey: string;
  readonly bounds: TimeBounds;
  readonly log: Logger;
}): (request: RedriveRequest) => Promise<RedriveResult> {
  const { append, tables, pseudonymKey, bounds, log } = options;

  return ({ id, boot, seq, record }) => {
    const receivedAtMs = parseInstant(record.receivedAt);
    if (receivedAtMs === undefined)
      return Promise.resolve({ id, outcome: 'invalid', words: 'It has no time of receipt.' });
    let written: Unsealed | undefined;
    const publish = createIngest({
      append(unsealed, settle) {
        if (unsealed.topic === 'rejected') {
          settle();
          return;
        }
        written = unsealed;
        append(unsealed, settle);
      },
      tables,
      boot: 'redrive',
      bounds,
      // Whose it is was decided by the person who sends it through: the time that it states counts.
      attribution: 'by-stated-time',
      counters: createCounters(),
      measures: createMeasures(),
      log,
    });
    const source = createSource(pseudonymKey, record.deviceId, bootOf(boot, seq));
    const payload = Buffer.from(record.payload, 'base64');
    return new Promise((resolve) => {
      publish({ source, topic: record.topic, payload, receivedAtMs }, (outcome) =>
        resolve(resultOf(id, outcome, written)),
      );
    });
  };
}

function resultOf(id: string, outcome: Outcome, written: Unsealed | undefined): RedriveResult {
  switch (outcome.kind) {
    case 'appended': {
      const place = written && { topic: written.topic, boot: written.boot, seq: written.seq };
      return { id, outcome: 'appended', ...(place && { place }), ...(outcome.words && { words: outcome.words }) };
    }
    case 'refused':
      return { id, outcome: 'invalid', words: outcome.words };
    case 'failed':
      return { id, outcome: 'failed', words: 'Kafka did not take it.' };
  }
}

/** The boot of a reading that brought none; its seq is then 1. */
function bootOf(boot: string, seq: number): string {
  return `redrive.${createHash('sha256').update(`${boot}/${seq}`).digest('hex').slice(0, 32)}`;
}

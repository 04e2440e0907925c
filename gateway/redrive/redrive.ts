/** Sends a rejected message through the gateway's pipeline again, by the present rules. */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { RedriveRequest, RedriveResult } from '../../contracts/messages/redrive.ts';
import { formatInstant, parseInstant } from '../../contracts/time.ts';
import type { Period } from '../core/associations.ts';
import type { TimeBounds } from '../core/validate.ts';
import { createCounters } from '../counters.ts';
import { createIngest } from '../ingest.ts';
import type { Outcome } from '../listener/sink.ts';
import { createMeasures } from '../measures.ts';
import type { AppendSealed, Unsealed } from '../sealing.ts';
import { createSource } from '../source.ts';
import type { Tables } from '../tables.ts';

/**
 * Takes rejected messages one by one. A reading keeps its device, the time at which it came, and its own `boot` and `seq`. If it has
 * none, they are derived from the rejected record. So if a person sends the same record through twice, the same reading is written
 * twice, and every reader recognises the repeat. Nothing goes to `rejected`: a message that is still not valid is there already.
 */
export function createRedrive(options: {
  readonly append: AppendSealed;
  readonly tables: Pick<Tables, 'periodsOf' | 'serves'>;
  readonly pseudonymKey: string;
  readonly bounds: TimeBounds;
  readonly log: Logger;
}): (request: RedriveRequest) => Promise<RedriveResult> {
  const { append, tables, pseudonymKey, bounds, log } = options;

  return ({ id, boot, seq, record, associationId }) => {
    const invalid = (words: string) => Promise.resolve({ id, outcome: 'invalid', words } as const);
    const receivedAtMs = parseInstant(record.receivedAt);
    if (receivedAtMs === undefined) return invalid('It has no time of receipt.');
    const source = createSource(pseudonymKey, record.deviceId, bootOf(boot, seq));
    const doubt = ownerFault(record.code, associationId, tables.periodsOf(source.pseudonym), receivedAtMs);
    if (doubt !== undefined) return invalid(doubt);
    let written: Unsealed | undefined;
    const publish = createIngest({
      append(unsealed, settle) {
        written = unsealed;
        append(unsealed, settle);
      },
      // A message that is still not valid is in `rejected` already.
      rejections: { keep: (_message, _fault, _how, settle) => settle(), keepApart: () => false },
      tables,
      bounds,
      attribution: associationId === undefined ? 'by-stated-time' : { associationId },
      counters: createCounters(),
      measures: createMeasures(),
      log,
    });
    const payload = Buffer.from(record.payload, 'base64');
    return new Promise((resolve) => {
      publish({ source, topic: record.topic, payload, receivedAtMs }, (outcome) =>
        resolve(resultOf(id, outcome, written)),
      );
    });
  };
}

/** Periods of the device that a refusal names; the newest. */
const periodsNamedMax = 5;

/**
 * Returns why the owner of a rejected message is not known; undefined if it is known. If the owner was unclear, nobody can trust the stated
 * time. Then a person must name the association. It must belong to this device and have begun before the message came.
 */
function ownerFault(
  code: string,
  associationId: string | undefined,
  periods: readonly Period[],
  receivedAtMs: number,
): string | undefined {
  if (associationId === undefined && code !== 'association-unclear') return undefined;
  const begun = periods.filter(({ fromMs }) => fromMs <= receivedAtMs);
  if (begun.some((period) => period.associationId === associationId)) return undefined;
  const named = begun.slice(-periodsNamedMax).map(({ associationId: id, ward, fromMs, toMs }) => {
    const to = Number.isFinite(toMs) ? formatInstant(toMs) : 'now';
    return `${id} (${ward}, ${formatInstant(fromMs)} to ${to})`;
  });
  const which = named.length === 0 ? 'The device had no patient then.' : `The device had: ${named.join('; ')}.`;
  return associationId === undefined
    ? `The time that it states says not whose it is. Name its association with --association. ${which}`
    : `The association is none that this device had when it came. ${which}`;
}

function resultOf(id: string, outcome: Outcome, written: Unsealed | undefined): RedriveResult {
  switch (outcome.kind) {
    case 'appended': {
      const place = written && { topic: written.topic, boot: written.boot, seq: written.seq };
      return {
        id,
        outcome: 'appended',
        ...(place && { place }),
        ...(outcome.reasonString && { words: outcome.reasonString }),
      };
    }
    case 'refused':
      return { id, outcome: 'invalid', words: outcome.reasonString };
    case 'failed':
      return { id, outcome: 'failed', words: 'Kafka did not take it.' };
  }
}

/** Returns the boot of a reading that came without one; its seq is then 1. */
function bootOf(boot: string, seq: number): string {
  return `redrive.${createHash('sha256').update(`${boot}/${seq}`).digest('hex').slice(0, 32)}`;
}

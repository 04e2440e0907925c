/** Sends a rejected message through the gateway's pipeline again, with the present rules. */
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
 * Returns a function that redrives one rejected message. The reading keeps its device, its time of receipt, and its own
 * `boot` and `seq`. If the reading has no `boot` and `seq`, they are derived from the rejected record. So if a person
 * redrives the same record twice, readers of the log recognise the second reading as a repeat. A message that is still
 * not valid is not written to `rejected` again.
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
    const invalidResult = (reasonText: string) =>
      Promise.resolve({ id, outcome: 'invalid', words: reasonText } as const);
    const receivedAtMs = parseInstant(record.receivedAt);
    if (receivedAtMs === undefined) return invalidResult('The record has no valid time of receipt.');
    const source = createSource(pseudonymKey, record.deviceId, bootOf(boot, seq));
    const fault = attributionFault(record.code, associationId, tables.periodsOf(source.pseudonym), receivedAtMs);
    if (fault !== undefined) return invalidResult(fault);
    let writtenRecord: Unsealed | undefined;
    const publish = createIngest({
      append(unsealed, settle) {
        writtenRecord = unsealed;
        append(unsealed, settle);
      },
      // A message that is still not valid is in `rejected` already, so nothing is written.
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
        resolve(resultOf(id, outcome, writtenRecord)),
      );
    });
  };
}

/** Maximum number of periods of the device that a refusal names: the newest periods. */
const periodsNamedMax = 5;

/**
 * Returns why a rejected message cannot be attributed to a patient; undefined if it can. If the message was rejected
 * because its patient was not clear, its time cannot be trusted, so a person must name the association. The association
 * must be an association of this device that began before the message came.
 */
function attributionFault(
  code: string,
  associationId: string | undefined,
  periods: readonly Period[],
  receivedAtMs: number,
): string | undefined {
  if (associationId === undefined && code !== 'association-unclear') return undefined;
  const earlierPeriods = periods.filter(({ fromMs }) => fromMs <= receivedAtMs);
  if (earlierPeriods.some((period) => period.associationId === associationId)) return undefined;
  const periodTexts = earlierPeriods.slice(-periodsNamedMax).map(({ associationId: id, ward, fromMs, toMs }) => {
    const to = Number.isFinite(toMs) ? formatInstant(toMs) : 'now';
    return `${id} (${ward}, ${formatInstant(fromMs)} to ${to})`;
  });
  const associationsText =
    periodTexts.length === 0
      ? 'The device had no association when the message came.'
      : `The associations of the device were: ${periodTexts.join('; ')}.`;
  return associationId === undefined
    ? `The time of the message does not show which patient it belongs to. Name its association with --association. ${associationsText}`
    : `The device did not have this association when the message came. ${associationsText}`;
}

function resultOf(id: string, outcome: Outcome, writtenRecord: Unsealed | undefined): RedriveResult {
  switch (outcome.kind) {
    case 'appended': {
      const place = writtenRecord && { topic: writtenRecord.topic, boot: writtenRecord.boot, seq: writtenRecord.seq };
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
      return { id, outcome: 'failed', words: 'The message could not be written to Kafka. Try again.' };
  }
}

/** Returns the boot for a reading without a boot, derived from the rejected record. */
function bootOf(boot: string, seq: number): string {
  return `redrive.${createHash('sha256').update(`${boot}/${seq}`).digest('hex').slice(0, 32)}`;
}

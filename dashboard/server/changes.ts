/**
 * Decides and writes changes of associations one after the other (turns.ts), so that each change is decided on the
 * result of all earlier changes. Without this order, two devices could get the same bed, or one change could undo
 * another.
 *
 * A change of several devices writes one record for each device. Kafka gets either all these records or no record.
 */
import { contentTypes, type DeviceAssociations } from '../../contracts/messages/records.ts';
import type { AuditEvent } from '../../log/audit/chain.ts';
import type { Trail } from '../../log/audit/trail.ts';
import { pseudonym } from '../../log/envelope/pseudonym.ts';
import type { SealedLog, SealedTurn } from '../../log/sealed-log.ts';
import type { Decision } from './core/associate.ts';
import type { ActContext, Denied } from './core/association-refusals.ts';
import type { Viewer } from './core/rights.ts';
import type { Who } from './core/who.ts';
import type { Feed } from './live/feed.ts';
import { createTurns, notDoneTexts } from './turns.ts';

export type Change = {
  readonly action: AuditEvent['action'];
  readonly decide: (context: ActContext) => Decision;
  /** Returns the `detail` of the audit record. */
  readonly detail: (decision: Allowed) => string;
};
type Allowed = Extract<Decision, { ok: true }>;
type Occupied = NonNullable<Extract<Decision, { ok: false }>['occupiedBy']>;

/** The person who asks for a change: `viewer` for the rights, `who` for the audit trail. */
export type Requester = { readonly viewer: Viewer; readonly who: Who };

/**
 * Decides a change, and writes it if it is allowed.
 * @throws VigilError `log-backlog-full`, `log-unavailable`, and the errors of the log and of the audit trail
 */
export type MakeChange = (requester: Requester, change: Change) => Promise<Decision>;

export function createChanges(options: {
  readonly feed: Pick<Feed, 'readAssociations'>;
  readonly trail: Pick<Trail, 'record'>;
  readonly log: Pick<SealedLog, 'takeTurn'>;
  readonly pseudonymKey: string;
  readonly now: () => number;
  /** `waitMsMax` of turns.ts, or another value in a test. */
  readonly waitMs?: number;
  /** `beginMsMax` of turns.ts, or another value in a test. */
  readonly beginMs?: number;
}): MakeChange {
  const { feed, trail, log, pseudonymKey, now, waitMs, beginMs } = options;
  const runInTurn = createTurns<Decision>({
    ...{ topic: 'associations', log, readToEnd: feed.readAssociations, waitMs },
    ...(beginMs !== undefined && { beginMs }),
  });

  async function recordDenied({ who }: Requester, { action }: Change, { detail, ...about }: Denied): Promise<void> {
    await trail.record({ ...who, action: 'access-denied', ...about, detail: `${action} ${detail}` });
  }

  /** Records that the person saw the patient, because a refusal with `occupiedBy` shows who is in the bed. */
  async function recordSeen({ who }: Requester, { associationId, patient }: Occupied): Promise<void> {
    await trail.record({ ...who, action: 'patient-viewed', associationId, patientId: patient.patientId });
  }

  async function recordAllowed(
    { who }: Requester,
    { action }: Change,
    { period }: Allowed,
    detail: string,
  ): Promise<void> {
    await trail.record({
      ...who,
      action,
      associationId: period.associationId,
      ward: period.ward,
      bed: period.bed,
      ...(period.patient ? { patientId: period.patient.patientId } : {}),
      detail,
    });
  }

  const recordOf = (table: DeviceAssociations) => ({
    key: pseudonym(pseudonymKey, 'device', table.deviceId),
    contentType: contentTypes.associations,
    body: table,
  });

  /** Decides and writes. The audit record is written before the change is committed. */
  async function decideAndWrite(turn: SealedTurn, requester: Requester, change: Change): Promise<Decision> {
    const decision = change.decide({ viewer: requester.viewer, nowMs: now() });
    if (!decision.ok) {
      if (decision.denied) await recordDenied(requester, change, decision.denied);
      if (decision.occupiedBy) await recordSeen(requester, decision.occupiedBy);
      return decision;
    }
    await turn.write(decision.tables.map(recordOf));
    await recordAllowed(requester, change, decision, change.detail(decision));
    return decision;
  }

  return (requester, change) =>
    runInTurn(requester.viewer.userId, {
      decideAndWrite: (turn) => decideAndWrite(turn, requester, change),
      async onNotDone(decision, why) {
        if (decision.ok)
          await recordAllowed(requester, change, decision, `${notDoneTexts[why]}${change.detail(decision)}`);
      },
    });
}

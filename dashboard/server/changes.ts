/**
 * Decides and writes changes of associations one after the other, so that each change is decided on the result of all
 * earlier changes. Otherwise two devices could get the same bed, or a change could undo the former change. Because several
 * dashboards may run, each change first takes the turn (log/kafka/turn.ts) and then reads the topic to its end. If another
 * dashboard takes the turn before the change is written, the change is decided again (docs/decisions/019-turns.md).
 *
 * A change of several devices writes one record for each device. Kafka gets all of these records or none of them.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { VigilError } from '../../contracts/errors.ts';
import { contentTypes, type DeviceAssociations } from '../../contracts/messages/records.ts';
import type { AuditEvent } from '../../log/audit/chain.ts';
import type { Trail } from '../../log/audit/trail.ts';
import { pseudonym } from '../../log/envelope/pseudonym.ts';
import type { SealedLog, SealedTurn } from '../../log/sealed-log.ts';
import type { Decision } from './core/associate.ts';
import type { ActContext, Denied } from './core/association-refusals.ts';
import type { Viewer } from './core/rights.ts';
import { createSlots } from './core/slots.ts';
import type { Who } from './core/who.ts';
import type { Feed } from './live/feed.ts';

/** Maximum wait for the turn, and for the reading of the topic to its end before and after the change. */
const waitMsMax = 5_000;
/** Maximum number of tries of a change while other dashboards take the turn. */
const triesMax = 12;
/**
 * The pause before the next try is random: at most `retryMsMax` multiplied by the number of tries so far. Because the
 * pause is random, dashboards do not take the turn from each other without end.
 */
const retryMsMax = 100;
/**
 * Maximum of waiting changes of all accounts, and of one account (ours). The accounts are served in rotation. If there are
 * more, the newest change of the account with most waiting changes is refused.
 */
const waitingMax = 50;
export const waitingPerAccountMax = 8;

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

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createChanges(options: {
  readonly feed: Pick<Feed, 'readAssociations'>;
  readonly trail: Pick<Trail, 'record'>;
  readonly log: Pick<SealedLog, 'takeTurn'>;
  readonly pseudonymKey: string;
  readonly now: () => number;
  /** `waitMsMax`, or another value in a test. */
  readonly waitMs?: number;
}): MakeChange {
  const { feed, trail, log, pseudonymKey, now, waitMs = waitMsMax } = options;
  const tooManyChanges = () =>
    new VigilError('log-backlog-full', 'Nothing was changed: too many changes wait. Try again in a moment.');
  const bounds = { atOnceMax: 1, atOncePerKeyMax: 1, waitingMax, waitingPerKeyMax: waitingPerAccountMax };
  const slots = createSlots(bounds, tooManyChanges);

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
      ...(period.patient ? { patientId: period.patient.patientId } : {}),
      detail,
    });
  }

  const recordOf = (table: DeviceAssociations) => ({
    key: pseudonym(pseudonymKey, 'device', table.deviceId),
    contentType: contentTypes.associations,
    body: table,
  });

  /** Decides and writes in one turn. The audit record is written before the change is committed. */
  async function decideAndCommit(turn: SealedTurn, requester: Requester, change: Change): Promise<Decision> {
    const decision = change.decide({ viewer: requester.viewer, nowMs: now() });
    if (!decision.ok) {
      if (decision.denied) await recordDenied(requester, change, decision.denied);
      if (decision.occupiedBy) await recordSeen(requester, decision.occupiedBy);
      return decision;
    }
    await turn.write(decision.tables.map(recordOf));
    const detail = change.detail(decision);
    await recordAllowed(requester, change, decision, detail);
    try {
      await turn.commit();
    } catch (error) {
      if (isTurnLost(error))
        await recordAllowed(requester, change, decision, `not done, another change came first: ${detail}`);
      throw error;
    }
    return decision;
  }

  async function tryChange(requester: Requester, change: Change): Promise<Decision> {
    const turn = await withinWait(log.takeTurn('associations'), waitMs, (late) => late.close());
    try {
      if (!(await readToEnd()))
        throw new VigilError(
          'log-unavailable',
          'Nothing was changed: this server reads from Kafka too slowly. Try again.',
        );
      const decision = await decideAndCommit(turn, requester, change);
      if (decision.ok && !(await readToEnd()))
        throw new VigilError(
          'log-unavailable',
          'The change was saved, but this server does not show it yet. Look again in a few seconds.',
        );
      return decision;
    } finally {
      void turn.close();
    }
  }

  /** Reads the associations to the end of the topic. Returns false if this takes too long. */
  async function readToEnd(): Promise<boolean> {
    try {
      await withinWait(feed.readAssociations(), waitMs);
      return true;
    } catch {
      return false;
    }
  }

  async function makeChange(requester: Requester, change: Change): Promise<Decision> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await tryChange(requester, change);
      } catch (error) {
        if (!isTurnLost(error)) throw error;
        if (tries === triesMax)
          throw new VigilError(
            'log-unavailable',
            'Nothing was changed: too many people change beds at the same time. Try again.',
          );
        await sleep(randomInt(retryMsMax * tries));
      }
    }
  }

  return (requester, change) => slots.run(requester.viewer.userId, () => makeChange(requester, change));
}

const isTurnLost = (error: unknown) => error instanceof VigilError && error.code === 'turn-lost';

/**
 * Waits for a result, but not longer than `waitMs`.
 * @param discard called with a result that comes too late
 * @throws VigilError `log-unavailable` if the result does not come in time
 */
async function withinWait<T>(result: Promise<T>, waitMs: number, discard?: (late: T) => unknown): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    result.then(discard, () => {});
    reject(new VigilError('log-unavailable', 'Nothing was changed: Kafka did not answer in time. Try again.'));
  }, waitMs);
  try {
    return await Promise.race([result, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Decides and writes changes of associations one after the other, each on all earlier ones: two devices may want one
 * bed, and a change that is decided on an old state would undo the change before it. Several dashboards may run. So
 * each change first takes the turn (log/kafka/turn.ts) and then reads the log to its end. If another dashboard takes
 * the turn meanwhile, nothing of this change is written, and it is decided anew. Why: docs/decisions/019-turns.md.
 *
 * A change of several devices has a record for the table of each. The records are in the log all together or not at
 * all.
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

/** A change waits this long for Kafka to give it the turn, and for the log's end, before and after. */
const waitMsMax = 5_000;
/** A change is decided anew at most this often because another dashboard took the turn. */
const triesMax = 12;
/**
 * Longest pause before the next try, for each try so far. The pause is random, so that dashboards do not take the turn
 * from each other for ever.
 */
const againMsMax = 100;
/**
 * Changes that wait, of all accounts and of one, served in turn (ours). Past it the newest of the account with most is
 * refused.
 */
const waitingMax = 50;
export const waitingPerAccountMax = 8;

export type Change = {
  readonly action: AuditEvent['action'];
  readonly decide: (asked: ActContext) => Decision;
  /** The part of an audit record beside who asked, which patient and where. */
  readonly detail: (decision: Made) => string;
};
type Made = Extract<Decision, { ok: true }>;
type Occupied = NonNullable<Extract<Decision, { ok: false }>['occupiedBy']>;

/** Who asks for a change: their rights, and what goes on record of them. */
export type Asking = { readonly viewer: Viewer; readonly who: Who };

/** @throws VigilError `log-backlog-full`, `log-unavailable`, and the errors of the log and the trail */
export type MakeChange = (asking: Asking, change: Change) => Promise<Decision>;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createChanges(options: {
  readonly feed: Pick<Feed, 'readAssociations'>;
  readonly trail: Pick<Trail, 'record'>;
  readonly log: Pick<SealedLog, 'takeTurn'>;
  readonly pseudonymKey: string;
  readonly now: () => number;
  /** As a rule `waitMsMax`. */
  readonly waitMs?: number;
}): MakeChange {
  const { feed, trail, log, pseudonymKey, now, waitMs = waitMsMax } = options;
  const tooMany = () => new VigilError('log-backlog-full', 'Too many changes at once: try again.');
  const bounds = { atOnceMax: 1, atOncePerKeyMax: 1, waitingMax, waitingPerKeyMax: waitingPerAccountMax };
  const slots = createSlots(bounds, tooMany);

  async function recordDenied({ who }: Asking, { action }: Change, { detail, ...about }: Denied): Promise<void> {
    await trail.record({ ...who, action: 'access-denied', ...about, detail: `${action} ${detail}` });
  }

  /** A question that shows who is in a bed is a look at that patient. */
  async function recordSeen({ who }: Asking, { associationId, patient }: Occupied): Promise<void> {
    await trail.record({ ...who, action: 'patient-viewed', associationId, patientId: patient.patientId });
  }

  async function recordMade({ who }: Asking, { action }: Change, { period }: Made, detail: string): Promise<void> {
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
  async function makeIn(turn: SealedTurn, asking: Asking, change: Change): Promise<Decision> {
    const decision = change.decide({ viewer: asking.viewer, nowMs: now() });
    if (!decision.ok) {
      if (decision.denied) await recordDenied(asking, change, decision.denied);
      if (decision.occupiedBy) await recordSeen(asking, decision.occupiedBy);
      return decision;
    }
    await turn.write(decision.tables.map(recordOf));
    const detail = change.detail(decision);
    await recordMade(asking, change, decision, detail);
    try {
      await turn.commit();
    } catch (error) {
      if (isLost(error)) await recordMade(asking, change, decision, `not done, another change came first: ${detail}`);
      throw error;
    }
    return decision;
  }

  async function make(asking: Asking, change: Change): Promise<Decision> {
    const turn = await withinWait(log.takeTurn('associations'), waitMs, (late) => late.close());
    try {
      if (!(await readOn()))
        throw new VigilError(
          'log-unavailable',
          'Nothing was changed: this server reads the log too slowly. Try again.',
        );
      const decision = await makeIn(turn, asking, change);
      if (decision.ok && !(await readOn()))
        throw new VigilError(
          'log-unavailable',
          'The change is written, but this server has not read it back yet. Look again.',
        );
      return decision;
    } finally {
      void turn.close();
    }
  }

  async function readOn(): Promise<boolean> {
    try {
      await withinWait(feed.readAssociations(), waitMs);
      return true;
    } catch {
      return false;
    }
  }

  async function makeInTurn(asking: Asking, change: Change): Promise<Decision> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await make(asking, change);
      } catch (error) {
        if (!isLost(error)) throw error;
        if (tries === triesMax)
          throw new VigilError('log-unavailable', 'Nothing was changed: too many change beds at once. Try again.');
        await sleep(randomInt(againMsMax * tries));
      }
    }
  }

  return (asking, change) => slots.run(asking.viewer.userId, () => makeInTurn(asking, change));
}

const isLost = (error: unknown) => error instanceof VigilError && error.code === 'turn-lost';

/**
 * @param discard called with a result that comes too late
 * @throws VigilError `log-unavailable` if the result does not come in time
 */
async function withinWait<T>(coming: Promise<T>, waitMs: number, discard?: (late: T) => unknown): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    coming.then(discard, () => {});
    reject(new VigilError('log-unavailable', 'Nothing was changed: Kafka did not answer in time. Try again.'));
  }, waitMs);
  try {
    return await Promise.race([coming, over]);
  } finally {
    clearTimeout(timer);
  }
}

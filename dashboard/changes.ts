/**
 * Decides and writes changes of associations one after the other, each when the one before has been read back: two devices may want
 * one bed, and a change that is decided on an old state would undo the one before it.
 *
 * Each table of a change of several devices is a record of its own. The asked device's is written last. Where Kafka takes only some
 * of them the answer is an error, the asked device is as it was, and the same change made again completes it.
 */
import type { AuditEvent } from '../contracts/audit-chain.ts';
import type { Trail } from '../contracts/audit-trail.ts';
import { pseudonym } from '../contracts/envelope/pseudonym.ts';
import { VigilError } from '../contracts/errors.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import type { SealedLog } from '../contracts/sealed-log.ts';
import { actorOf } from './access.ts';
import type { Decision } from './core/associate.ts';
import type { Asked, Denied } from './core/association-refusals.ts';
import type { Viewer } from './core/rights.ts';
import type { LiveState } from './core/state.ts';

/** A change waits this long for its own records to come back from Kafka. */
const readBackMsMax = 5_000;
const lookEveryMs = 20;
/** Changes under way; past it one is refused. */
const changesWaitingMax = 50;

export type Change = {
  readonly action: AuditEvent['action'];
  readonly decide: (asked: Asked) => Decision;
  /** What the audit record says beside who, which patient and where. */
  readonly detail: (decision: Extract<Decision, { ok: true }>) => string;
};

/** @throws VigilError `log-backlog-full`, `log-unavailable`, and what the log and the trail throw */
export type MakeChange = (viewer: Viewer, change: Change) => Promise<Decision>;

export function createChanges(options: {
  readonly state: Pick<LiveState, 'associations'>;
  readonly trail: Pick<Trail, 'record'>;
  readonly log: Pick<SealedLog, 'append'>;
  readonly pseudonymKey: string;
  readonly now: () => number;
  /** As a rule `readBackMsMax`. */
  readonly readBackMs?: number;
}): MakeChange {
  const { state, trail, log, pseudonymKey, now, readBackMs = readBackMsMax } = options;
  /** The versions that Kafka took and that have not been read back, by device. */
  const unread = new Map<string, number>();
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  /** Whether all that was written has been read back. */
  function isReadBack(): boolean {
    for (const [deviceId, version] of unread) {
      const table = state.associations.get(deviceId);
      // A table that is gone was deleted after it.
      const isDeleted = table === undefined && version > 1;
      if (isDeleted || (table?.version ?? 0) >= version) unread.delete(deviceId);
    }
    return unread.size === 0;
  }

  async function readBack(): Promise<boolean> {
    const untilMs = performance.now() + readBackMs;
    while (!isReadBack()) {
      if (performance.now() >= untilMs) return false;
      await new Promise((done) => setTimeout(done, lookEveryMs));
    }
    return true;
  }

  async function recordDenied(viewer: Viewer, { action }: Change, { detail, ...about }: Denied): Promise<void> {
    await trail.record({ actor: actorOf(viewer), action: 'access-denied', ...about, detail: `${action} ${detail}` });
  }

  async function make(viewer: Viewer, change: Change): Promise<Decision> {
    if (!isReadBack())
      throw new VigilError(
        'log-unavailable',
        'Nothing was changed: an earlier change is not read back yet. Try again.',
      );
    const decision = change.decide({ viewer, nowMs: now() });
    if (!decision.ok) {
      if (decision.denied) await recordDenied(viewer, change, decision.denied);
      return decision;
    }
    const { period, tables } = decision;
    await trail.record({
      actor: actorOf(viewer),
      action: change.action,
      associationId: period.associationId,
      ward: period.ward,
      ...(period.patient ? { patientId: period.patient.patientId } : {}),
      detail: change.detail(decision),
    });
    for (const table of tables.toReversed()) {
      const key = pseudonym(pseudonymKey, 'device', table.deviceId);
      await log.append('associations', key, contentTypes.associations, table);
      unread.set(table.deviceId, table.version);
    }
    if (!(await readBack()))
      throw new VigilError(
        'log-unavailable',
        'The change is written, but this server has not read it back yet. Look again.',
      );
    return decision;
  }

  return async (viewer, change) => {
    if (waiting >= changesWaitingMax) throw new VigilError('log-backlog-full', 'Too many changes at once: try again.');
    waiting += 1;
    const made = last.then(() => make(viewer, change));
    last = made.catch(() => {});
    try {
      return await made;
    } finally {
      waiting -= 1;
    }
  };
}

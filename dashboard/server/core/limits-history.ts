/** Remembers which limits were in force at which time, for the trends. Folded from the topic `alarms`, in any order. */
import type { LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { LimitsFrom } from '../../protocol/trends.ts';

/** Maximum number of associations. If there are more, the association that came first is forgotten. */
const associationsMax = 20_000;
/** Maximum number of records of one association. If there are more, the oldest is forgotten. */
export const recordsMax = 60;

type LimitsRecord = LimitsFrom & { readonly rev: number };
/** The records of each association, in the order of their revisions. */
export type LimitsHistory = Map<string, readonly LimitsRecord[]>;

export function foldLimitsHistory(history: LimitsHistory, inForce: LimitsInForce): void {
  const { associationId, rev } = inForce;
  const limits = limitsFrom(inForce);
  const former = history.get(associationId) ?? [];
  if (limits === undefined || former.some((record) => record.rev === rev)) return;
  const inOrder = [...former, { ...limits, rev }].sort((a, b) => a.rev - b.rev);
  history.set(associationId, inOrder.slice(-recordsMax));
  if (history.size > associationsMax) history.delete(history.keys().next().value!);
}

/** Returns the limits after each change, with the time of the change. A record that changes no limit is left out. */
export function limitChangesOf(history: LimitsHistory, associationId: string): LimitsFrom[] {
  const records = history.get(associationId) ?? [];
  return records
    .filter(({ groups }, index) => JSON.stringify(groups) !== JSON.stringify(records[index - 1]?.groups))
    .map(({ atMs, groups }) => ({ atMs, groups }));
}

/** Returns the plain limits of a record, without the groups whose limits are switched off. */
export function limitsFrom({ at, groups }: LimitsInForce): LimitsFrom | undefined {
  const atMs = parseInstant(at);
  if (atMs === undefined) return undefined;
  return {
    atMs,
    groups: groups.flatMap(({ group, limits: { low, high }, off }) =>
      off !== undefined || (low === undefined && high === undefined)
        ? []
        : [{ group, ...(low !== undefined && { low }), ...(high !== undefined && { high }) }],
    ),
  };
}

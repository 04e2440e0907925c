/** Finds the stays of patients at the devices of a ward, and makes the capture's lines about a stay. Pure. */
import { appliesUntilMs } from '../../contracts/association-at.ts';
import type { DeviceAssociations } from '../../contracts/messages/records.ts';
import { timedPeriods } from '../../contracts/periods.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { Disguise } from './disguise.ts';
import { instantOf, type Line } from './lines.ts';

/** The ward, bed and time for which captures are requested. */
export type CaptureScope = {
  readonly ward: string;
  readonly bed?: string | undefined;
  readonly sinceMs: number;
  readonly untilMs: number;
};

/** Part of a stay in which ward and category do not change. It begins at `atMs`. */
type StayPart = { readonly atMs: number; readonly ward: string; readonly category: string };

/** One association in the requested time. */
export type Stay = {
  readonly associationId: string;
  readonly patientId: string | undefined;
  readonly bed: string;
  readonly fromMs: number;
  /** The end of the period, ms since 1970; undefined if the period did not end within the requested time. */
  readonly endedMs: number | undefined;
  /** The parts of the stay, oldest first. The first part begins at `fromMs`. */
  readonly parts: readonly [StayPart, ...StayPart[]];
};

/**
 * Returns the stays at a device that overlap the requested time; undefined if the record of the device's periods is
 * invalid. A stay belongs to the present ward of its period, as everywhere in Vigil.
 */
export function staysOf(row: DeviceAssociations, scope: CaptureScope, nowMs: number): Stay[] | undefined {
  const timed = timedPeriods(row.periods, nowMs);
  if (!timed) return undefined;
  return timed.flatMap((timedPeriod): Stay[] => {
    const { period, fromMs: periodFromMs } = timedPeriod;
    const toMs = appliesUntilMs(timed, timedPeriod);
    const isInScope = period.ward === scope.ward && (scope.bed === undefined || period.bed === scope.bed);
    if (!isInScope || periodFromMs > scope.untilMs || toMs <= scope.sinceMs) return [];
    const { associationId, bed, patient } = period;
    const fromMs = Math.max(periodFromMs, scope.sinceMs);
    const endedMs = toMs <= scope.untilMs ? toMs : undefined;
    const currentPart = { ward: period.ward, category: patient?.category ?? 'unassigned' };
    const parts = partsOf(row, associationId, fromMs, currentPart).filter(({ atMs }) => atMs <= scope.untilMs);
    const [firstPart = { atMs: fromMs, ...currentPart }, ...laterParts] = parts;
    return [{ associationId, patientId: patient?.patientId, bed, fromMs, endedMs, parts: [firstPart, ...laterParts] }];
  });
}

/**
 * Returns the parts of a stay from `fromMs` on. Starts with the current part and undoes the changes, from the last to
 * the first.
 */
function partsOf(
  row: DeviceAssociations,
  associationId: string,
  fromMs: number,
  currentPart: Omit<StayPart, 'atMs'>,
): StayPart[] {
  const parts: StayPart[] = [];
  let part = currentPart;
  const changes = (row.changes ?? []).filter((change) => change.associationId === associationId);
  for (const { act, at, fields } of changes.toReversed()) {
    const atMs = parseInstant(at) ?? 0;
    if (atMs <= fromMs || (act !== 'moved' && act !== 'corrected')) continue;
    const ward = fields.find(({ field }) => field === 'ward');
    const category = fields.find(({ field }) => field === 'category');
    if (!ward && !category) continue;
    parts.unshift({ atMs, ...part });
    part = {
      ward: ward?.from ?? part.ward,
      category: category ? (category.from ?? 'unassigned') : part.category,
    };
  }
  return [{ atMs: fromMs, ...part }, ...parts];
}

/** A line and the time at which it is due, ms since 1970. */
export type Due = { readonly atMs: number; readonly line: Line };

/**
 * Returns the lines about the association of a stay. The last line is at the end of the stay or of the requested time.
 */
export function associationLines({ parts, endedMs }: Stay, untilMs: number, disguise: Disguise | undefined): Due[] {
  const line = ({ atMs, ward, category }: StayPart, endedAt?: string): Due => ({
    atMs,
    line: {
      at: instantOf(atMs, disguise),
      kind: 'association',
      category,
      ward: disguise?.ward(ward) ?? ward,
      ...(endedAt !== undefined && { endedAt }),
    },
  });
  const lastPart = parts.at(-1)!;
  const end =
    endedMs === undefined
      ? line({ ...lastPart, atMs: untilMs })
      : line({ ...lastPart, atMs: endedMs }, instantOf(endedMs, disguise));
  return [...parts.map((part) => line(part)), end];
}

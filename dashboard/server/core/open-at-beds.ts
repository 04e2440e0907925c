/** Finds the open points at the beds of an acceptance, and the points that the person has not seen. */
import { type DutyState, dutiesOf } from '../../../contracts/duty-state.ts';
import { type OpenPoint, openPoints, pointName, seenWith } from '../../../contracts/open-points.ts';
import { visibleText } from '../../../contracts/text.ts';
import { bedsToAccept } from './accept-duty.ts';
import { type BoardContext, type BoardRefusal, entryOf, refusalOf } from './board-context.ts';
import { seesWard, type Viewer } from './rights.ts';
import { alarmsOfBed, headOf } from './screen.ts';
import { audienceOf, type LiveState } from './state.ts';

export type OpenAtBed = { readonly bed: string; readonly points: readonly OpenPoint[] };

/** Maximum number of points that a text names. */
const namedMax = 5;
/** Maximum number of points that the record of an acceptance names. */
const auditedMax = 40;

/**
 * Returns the open points at the beds that the viewer may see. Beds without an open point are left out.
 * @param beds undefined for all beds of the ward
 */
export function openAtBeds(
  state: LiveState,
  viewer: Viewer,
  { ward, beds }: { readonly ward: string; readonly beds: readonly string[] | undefined },
  nowMs: number,
): OpenAtBed[] {
  const open = new Map<string, OpenPoint[]>();
  for (const bed of state.beds.values()) {
    const { period, associationId } = bed;
    if (period?.ward !== ward || (beds && !beds.includes(period.bed)) || !seesWard(viewer, audienceOf(bed))) continue;
    const { limits, standby, note, tasks } = headOf(state, viewer, bed);
    const alarms = alarmsOfBed(state, viewer, associationId, -1);
    const former = open.get(period.bed) ?? [];
    // All devices of a patient have the same note and tasks.
    const points = openPoints({ associationId, alarms, limits, standby, note, tasks }, nowMs).filter(
      ({ key }) => !former.some((point) => point.key === key),
    );
    if (points.length > 0) open.set(period.bed, [...former, ...points]);
  }
  return [...open].map(([bed, points]) => ({ bed: visibleText(bed), points }));
}

/** Returns the points that the person has not seen. */
export function unseenAt(open: readonly OpenAtBed[], seen: readonly string[]): OpenAtBed[] {
  const hasSeen = seenWith(seen);
  return open.flatMap(({ bed, points }) => {
    const unseen = points.filter(({ key }) => !hasSeen(key));
    return unseen.length === 0 ? [] : [{ bed, points: unseen }];
  });
}

/** Returns a text such as `A-1: HR 134 > 120, standby (Imaging); A-2: SpO2 84 < 90`. */
export function openText(open: readonly OpenAtBed[], max = namedMax): string {
  let left = max;
  const texts = open.flatMap(({ bed, points }) => {
    const named = points.slice(0, left);
    left -= named.length;
    return named.length === 0 ? [] : [`${bed}: ${named.map(pointName).join(', ')}`];
  });
  const count = open.reduce((sum, { points }) => sum + points.length, 0);
  return `${texts.join('; ')}${count > max ? `; and ${count - max} more` : ''}`;
}

/**
 * `text`: what the audit trail says about an acceptance. `refusal`: the answer if the person has not seen everything
 * that is open.
 */
export type SeenJudgement = { readonly text: string; readonly refusal?: BoardRefusal };

/**
 * Compares what is open at the beds of an acceptance with what the person has seen.
 * @param seen the keys of the points that the page showed; undefined if the page could not show points
 */
export function judgeSeen(
  state: LiveState,
  { assignmentId, beds }: { readonly assignmentId: string; readonly beds?: readonly string[] | undefined },
  seen: readonly string[] | undefined,
  duties: DutyState,
  { ward, viewer, nowMs }: BoardContext,
): SeenJudgement {
  const entry = entryOf(duties, ward, assignmentId);
  const accepted = entry && bedsToAccept(beds, dutiesOf(duties, ward), entry, nowMs);
  const open = openAtBeds(state, viewer, { ward, beds: accepted }, nowMs);
  const notesText = state.areNotesRead ? '' : 'the hand-over notes and tasks could not be read; ';
  const text = `${notesText}${open.length === 0 ? 'nothing open' : `open: ${openText(open, auditedMax)}`}`;
  if (seen === undefined) return { text: `the page could not show what is open; ${text}` };
  const unseen = unseenAt(open, seen);
  if (unseen.length === 0) return { text };
  const message = `Not accepted: this is new since you looked: ${openText(unseen)}. Look at the list, and accept again.`;
  return { text, refusal: refusalOf('conflict', message) };
}

/**
 * The detector of early warning scores of adults: NEWS2, shock index, qSOFA (CLINICAL, "NEWS2" and "Deterioration"). Values are gathered in
 * cells of 20 s of device time, and each cell is judged once. So a score that changes each second costs little and is one alarm. The cells
 * are in a timeline, so swapped messages end in the same state. A missing input neither raises nor ends an alarm. Pure.
 */
import type { Command } from '../../../../contracts/messages/alarms.ts';
import type { Condition } from '../condition.ts';
import type { Came } from '../limits.ts';
import { insert, refold, startTimeline, type Timeline } from '../timeline.ts';
import { judgeScores, nothingHeld, releaseScores, type ScoresHeld, scoreConditions } from './judged-scores.ts';
import {
  entriesOf,
  entriesTogether,
  type Known,
  type Measured,
  noEntries,
  notAfter,
  nothingKnown,
  type Sensor,
  sensorOf,
  together,
} from './score-inputs.ts';
import type { ScoreRules } from './score-rules.ts';

/** The values of 20 s: the first value of a continuous parameter, the last value of a single measurement. */
type Cell = Known & {
  /** Start of the cell. */
  readonly at: number;
  /** It contains a value that was late when it came. */
  readonly late: boolean;
};

/** The meaning of all cells up to one instant. */
type Head = {
  readonly known: Known;
  /** The instant that was judged last; null before the first. */
  readonly at: number | null;
  readonly held: ScoresHeld;
};

export type ScoresPart = {
  readonly closed: Timeline<Cell, Head>;
  /** The newest cell, which may still get values. */
  readonly open: Cell | null;
  readonly head: Head;
};

const start: Head = { known: nothingKnown, at: null, held: nothingHeld };
export const initialScores: ScoresPart = { closed: startTimeline(start), open: null, head: start };

/** How much device time is judged at once (ours). */
const cellMs = 20_000;
const cellOf = (at: number) => Math.floor(at / cellMs) * cellMs;

/** Takes the values of one reading. Questionable and invalid values are not scored. */
export function scoreValues(before: ScoresPart, came: readonly Came[], by: ScoreRules): ScoresPart {
  let part = before;
  let cell: Cell | undefined;
  for (const cameValue of came) {
    const { numeric, value, at, late, single, intervalMs } = cameValue;
    const sensor = sensorOf(numeric.code);
    if (sensor === undefined || value === null || numeric.validity !== undefined) continue;
    const cellAt = cellOf(at);
    const there = part.open?.at === cellAt ? part.open.values[sensor] : undefined;
    // The common case: this cell already has a value of the sensor.
    if (there !== undefined && !single && there.at < at) continue;
    const measured: Measured = single ? { at, value, everyMs: intervalMs } : { at, value };
    const next: Cell = { at: cellAt, values: { [sensor]: measured }, entries: noEntries, late };
    // The values of one reading are in one cell, unless they have two different clocks.
    if (cell !== undefined && cell.at !== cellAt) part = put(part, cell, by);
    cell = cell?.at === cellAt ? merged(cell, next) : next;
  }
  return cell === undefined ? part : put(part, cell, by);
}

/** Takes a nurse's entries. They count from the command's time, but never as older than the remembered cells. */
export function scoreAssessment(
  part: ScoresPart,
  command: Extract<Command, { type: 'enter-assessment' }>,
  now: number,
  by: ScoreRules,
): ScoresPart {
  const enteredAt = Math.min(Date.parse(command.at), now);
  const cellAt = cellOf(enteredAt);
  const { baseAt } = part.closed;
  const cell: Cell = {
    at: baseAt !== null && cellAt <= baseAt ? part.open!.at : cellAt,
    values: {},
    entries: entriesOf(command, enteredAt, command.by),
    late: false,
  };
  return put(part, cell, by);
}

function put(part: ScoresPart, cell: Cell, by: ScoreRules): ScoresPart {
  const { closed, open } = part;
  const judgeCell = judgeBy(by);
  if (open === null || cell.at > open.at) {
    const next = open === null ? closed : insert(closed, open, judgeCell).line;
    return withOpen(next, cell, by);
  }
  if (cell.at === open.at) return withOpen(closed, merged(open, cell), by);
  const there = closed.window.find(({ at }) => at === cell.at);
  const { line, place } = insert(closed, there === undefined ? cell : merged(there, cell), judgeCell);
  if (place !== 'too-old') return withOpen(line, open, by);
  // A current value before all remembered cells shows that a clock was set back. A backlog is of no use for a score.
  return cell.late ? part : withOpen(rebased(part, cell.at).closed, cell, by);
}

const withOpen = (closed: ScoresPart['closed'], open: Cell, by: ScoreRules): ScoresPart => ({
  closed,
  open,
  head: judgeBy(by)(closed.head, open),
});

function merged(a: Cell, b: Cell): Cell {
  const entries = entriesTogether(a.entries, b.entries);
  const values: Partial<Record<Sensor, Measured>> = { ...a.values };
  for (const [sensor, measured] of Object.entries(b.values) as [Sensor, Measured][]) {
    const there = values[sensor];
    const isLater = there === undefined || measured.at >= there.at;
    const isWanted = there === undefined || (measured.everyMs === undefined ? measured.at <= there.at : isLater);
    if (isWanted) values[sensor] = measured;
  }
  return { at: a.at, values, entries, late: a.late || b.late };
}

/** Caches the meaning of each cell: a cell is judged again when it is closed and when it leaves the window. */
const judged = new WeakMap<Cell, { readonly before: Head; readonly by: ScoreRules; readonly head: Head }>();

const judgeBy =
  (by: ScoreRules) =>
  (before: Head, cell: Cell): Head => {
    const there = judged.get(cell);
    if (there?.before === before && there.by === by) return there.head;
    const head = judgeAnew(before, cell, by);
    judged.set(cell, { before, by, head });
    return head;
  };

function judgeAnew(before: Head, cell: Cell, by: ScoreRules): Head {
  const known = together(before.known, cell);
  // The instant of the cell's first measurement. Later values of the cell do not change it.
  const at = firstIn(cell.values) ?? firstIn(cell.entries) ?? cell.at;
  return { known, at, held: judgeScores(before.held, known, { at, late: cell.late }, by) };
}

/** Applies changed rules: they judge the last sets at once. Without a change the result has the same meaning. */
export function refoldScores(part: ScoresPart, by: ScoreRules): ScoresPart {
  const closed = refold(part.closed, (base) => base, judgeBy(by));
  return part.open === null ? { ...part, closed, head: closed.head } : withOpen(closed, part.open, by);
}

function firstIn(of: Readonly<Record<string, { readonly at: number }>>): number | undefined {
  let first: number | undefined;
  for (const { at } of Object.values(of)) if (first === undefined || at < first) first = at;
  return first;
}

/** A clock was set back: no known value is later than now, and delays start anew. Conditions that hold stay. */
export function rebased({ head }: ScoresPart, now: number): ScoresPart {
  const next: Head = {
    known: notAfter(head.known, now),
    at: head.at === null ? null : now,
    held: releaseScores(head.held),
  };
  return { closed: startTimeline(next), open: null, head: next };
}

/** Corrects a state that was taken by a clock ahead of the present one. */
export function rearmScores(part: ScoresPart, now: number): ScoresPart {
  return part.open !== null && part.open.at > now ? rebased(part, now) : part;
}

export function scoresConditions({ head }: ScoresPart, by: ScoreRules): readonly Condition[] {
  return scoreConditions(head.held, by);
}

/**
 * The detector of early warning scores of adults: NEWS2, shock index, qSOFA (CLINICAL, "NEWS2" and "Deterioration").
 * Values are collected in cells of 20 s of device time, and each cell gives one result. So a score that changes each
 * second makes one alarm. The cells are in a timeline, so messages out of order give the same result. A missing input
 * neither raises nor ends an alarm. Pure.
 */
import type { Command } from '../../../../contracts/messages/alarms.ts';
import type { Condition } from '../condition.ts';
import type { ReceivedValue } from '../limits.ts';
import { insert, refold, startTimeline, type Timeline } from '../timeline.ts';
import {
  judgeScores,
  noScoreTrackers,
  restartScoreDelays,
  type ScoreTrackers,
  scoreConditions,
} from './judged-scores.ts';
import {
  entriesOf,
  joinEntries,
  joinInputs,
  type Measured,
  noEntries,
  noInputs,
  type ScoreInputs,
  type Sensor,
  sensorOf,
  withTimesNotAfter,
} from './score-inputs.ts';
import type { ScoreRules } from './score-rules.ts';

/**
 * The values of 20 s. If a sensor has several values, the first value counts, or the last value if they are single
 * measurements.
 */
type Cell = ScoreInputs & {
  /** Start of the cell. */
  readonly at: number;
  /** The cell contains a late value. */
  readonly late: boolean;
};

/** The result of all cells up to one instant. */
type Head = {
  readonly known: ScoreInputs;
  /** The instant that was judged last; null before the first cell. */
  readonly at: number | null;
  readonly held: ScoreTrackers;
};

export type ScoresPart = {
  readonly closed: Timeline<Cell, Head>;
  /** The newest cell, which may still receive values. */
  readonly open: Cell | null;
  readonly head: Head;
};

const initialHead: Head = { known: noInputs, at: null, held: noScoreTrackers };
export const initialScores: ScoresPart = { closed: startTimeline(initialHead), open: null, head: initialHead };

/** Length of a cell in device time (ours). */
const cellMs = 20_000;
const cellOf = (at: number) => Math.floor(at / cellMs) * cellMs;

/** Handles the values of one reading. Questionable and invalid values are not scored. */
export function scoreValues(
  before: ScoresPart,
  received: readonly ReceivedValue[],
  scoreRules: ScoreRules,
): ScoresPart {
  let part = before;
  let cell: Cell | undefined;
  for (const { numeric, value, at, late, single, intervalMs } of received) {
    const sensor = sensorOf(numeric.code);
    if (sensor === undefined || value === null || numeric.validity !== undefined) continue;
    const cellAt = cellOf(at);
    const existing = part.open?.at === cellAt ? part.open.values[sensor] : undefined;
    // The usual case: this cell already has a value of the sensor.
    if (existing !== undefined && !single && existing.at < at) continue;
    const measured: Measured = single ? { at, value, everyMs: intervalMs } : { at, value };
    const next: Cell = { at: cellAt, values: { [sensor]: measured }, entries: noEntries, late };
    // The values of one reading are in one cell, unless two parameters have different clocks.
    if (cell !== undefined && cell.at !== cellAt) part = withCell(part, cell, scoreRules);
    cell = cell?.at === cellAt ? mergeCells(cell, next) : next;
  }
  return cell === undefined ? part : withCell(part, cell, scoreRules);
}

/**
 * Handles a nurse's entries. The entries belong to the cell of the command's time. If this time is before all cells,
 * the entries belong to the open cell.
 */
export function scoreAssessment(
  part: ScoresPart,
  command: Extract<Command, { type: 'enter-assessment' }>,
  now: number,
  scoreRules: ScoreRules,
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
  return withCell(part, cell, scoreRules);
}

/** Returns the part with the values and entries of a further cell. Cells that follow this cell are judged again. */
function withCell(part: ScoresPart, cell: Cell, scoreRules: ScoreRules): ScoresPart {
  const { closed, open } = part;
  const judgeCell = judgeBy(scoreRules);
  if (open === null || cell.at > open.at) {
    const next = open === null ? closed : insert(closed, open, judgeCell).line;
    return withOpen(next, cell, scoreRules);
  }
  if (cell.at === open.at) return withOpen(closed, mergeCells(open, cell), scoreRules);
  const sameCell = closed.window.find(({ at }) => at === cell.at);
  const { line, place } = insert(closed, sameCell === undefined ? cell : mergeCells(sameCell, cell), judgeCell);
  if (place !== 'too-old') return withOpen(line, open, scoreRules);
  // A current value that is older than all cells shows that a clock was set back. A late value of that age is not
  // scored.
  return cell.late ? part : withOpen(afterClockSetBack(part, cell.at).closed, cell, scoreRules);
}

const withOpen = (closed: ScoresPart['closed'], open: Cell, scoreRules: ScoreRules): ScoresPart => ({
  closed,
  open,
  head: judgeBy(scoreRules)(closed.head, open),
});

/** Returns one cell with the values and entries of two cells of the same time. */
function mergeCells(a: Cell, b: Cell): Cell {
  const entries = joinEntries(a.entries, b.entries);
  const values: Partial<Record<Sensor, Measured>> = { ...a.values };
  for (const [sensor, measured] of Object.entries(b.values) as [Sensor, Measured][]) {
    const existing = values[sensor];
    const replaces =
      existing === undefined ||
      (measured.everyMs === undefined ? measured.at <= existing.at : measured.at >= existing.at);
    if (replaces) values[sensor] = measured;
  }
  return { at: a.at, values, entries, late: a.late || b.late };
}

/** Caches the result of each cell, because a cell is judged again when it is closed and when it leaves the window. */
const judgedCells = new WeakMap<
  Cell,
  { readonly before: Head; readonly scoreRules: ScoreRules; readonly head: Head }
>();

const judgeBy =
  (scoreRules: ScoreRules) =>
  (before: Head, cell: Cell): Head => {
    const cached = judgedCells.get(cell);
    if (cached?.before === before && cached.scoreRules === scoreRules) return cached.head;
    const head = judgeCellAnew(before, cell, scoreRules);
    judgedCells.set(cell, { before, scoreRules, head });
    return head;
  };

function judgeCellAnew(before: Head, cell: Cell, scoreRules: ScoreRules): Head {
  const joinedInputs = joinInputs(before.known, cell);
  // The time of the cell's first measurement, so that later values of the cell do not change the judged instant.
  const at = earliestIn(cell.values) ?? earliestIn(cell.entries) ?? cell.at;
  return { known: joinedInputs, at, held: judgeScores(before.held, joinedInputs, { at, late: cell.late }, scoreRules) };
}

/** Returns the part after a change of the rules: the new rules judge the last cells immediately. */
export function judgeScoresAgain(part: ScoresPart, scoreRules: ScoreRules): ScoresPart {
  const closedPart = refold(part.closed, judgeBy(scoreRules));
  return part.open === null
    ? { ...part, closed: closedPart, head: closedPart.head }
    : withOpen(closedPart, part.open, scoreRules);
}

/** Returns the earliest time of some inputs; undefined if the object is empty. */
function earliestIn(inputs: Readonly<Record<string, { readonly at: number }>>): number | undefined {
  let first: number | undefined;
  for (const { at } of Object.values(inputs)) if (first === undefined || at < first) first = at;
  return first;
}

/**
 * Returns the part after a clock was set back: no input is later than `now`, and delays start again. Conditions that
 * hold stay.
 */
export function afterClockSetBack({ head }: ScoresPart, now: number): ScoresPart {
  const next: Head = {
    known: withTimesNotAfter(head.known, now),
    at: head.at === null ? null : now,
    held: restartScoreDelays(head.held),
  };
  return { closed: startTimeline(next), open: null, head: next };
}

/** Returns the part of a saved state after the machine's clock was set back. */
export function rearmScores(part: ScoresPart, now: number): ScoresPart {
  return part.open !== null && part.open.at > now ? afterClockSetBack(part, now) : part;
}

/** Returns one condition for each score whose delay has passed. */
export function scoresConditions({ head }: ScoresPart, scoreRules: ScoreRules): readonly Condition[] {
  return scoreConditions(head.held, scoreRules);
}

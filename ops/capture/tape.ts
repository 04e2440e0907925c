/**
 * Merges the lines of one capture. Commands and readings come from different topics, and a capture contains them in
 * order of time.
 */
import type { Line } from './lines.ts';
import type { Due } from './stays.ts';

export type Tape = {
  readonly count: { readings: number; commands: number; lines: number };
  /**
   * Writes the lines that are due, and then the line of a reading.
   * @param appendedMs the time at which Kafka got the reading
   */
  take(line: Line, appendedMs: number): void;
  /** Writes all remaining lines. */
  finish(): void;
};

/**
 * Returns a tape that writes lines in order of time. A command that is due at the same time as a reading comes before
 * the reading, as in the alarm processor.
 * @param due the lines of commands and of changes of the association
 */
export function createTape(due: readonly Due[], write: (line: Line) => void): Tape {
  const count = { readings: 0, commands: 0, lines: 0 };
  // The sort is stable, so lines with the same time keep their order.
  const sortedLines = due.toSorted((a, b) => a.atMs - b.atMs);
  let nextIndex = 0;

  function writeLine(line: Line): void {
    count.lines += 1;
    if (line.kind === 'command') count.commands += 1;
    if (line.kind === 'observations') count.readings += 1;
    write(line);
  }

  function writeUntil(ms: number): void {
    for (let due = sortedLines[nextIndex]; due && due.atMs <= ms; due = sortedLines[nextIndex]) {
      nextIndex += 1;
      writeLine(due.line);
    }
  }

  // The line about the association comes first, even if the clocks of Kafka and the dashboard differ.
  writeUntil(sortedLines[0]?.atMs ?? Number.NEGATIVE_INFINITY);
  return {
    count,
    take(line, appendedMs) {
      writeUntil(appendedMs);
      writeLine(line);
    },
    finish: () => writeUntil(Number.POSITIVE_INFINITY),
  };
}

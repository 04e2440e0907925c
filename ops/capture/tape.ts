/** Writes the lines of one capture in the order in which the engine got them: commands and readings are in different topics. */
import type { Line } from './lines.ts';
import type { Due } from './stays.ts';

export type Tape = {
  readonly count: { readings: number; commands: number; lines: number };
  /** Takes a line from the log of readings. @param appendedMs when Kafka got it, ms since 1970 */
  take(line: Line, appendedMs: number): void;
  /** Writes all lines that are still due. */
  finish(): void;
};

/**
 * Writes lines in order. A command that is due at the same time as a reading comes before it, as in the alarm processor.
 * @param due commands and changes of the association
 */
export function createTape(due: readonly Due[], write: (line: Line) => void): Tape {
  const count = { readings: 0, commands: 0, lines: 0 };
  // The sort is stable: lines of the same time keep their order.
  const waiting = due.toSorted((a, b) => a.atMs - b.atMs);
  let next = 0;

  function put(line: Line): void {
    count.lines += 1;
    if (line.kind === 'command') count.commands += 1;
    if (line.kind === 'observations') count.readings += 1;
    write(line);
  }

  function upTo(ms: number): void {
    for (let one = waiting[next]; one && one.atMs <= ms; one = waiting[next]) {
      next += 1;
      put(one.line);
    }
  }

  // The line about the patient comes first, even if the clocks of Kafka and the dashboard differ.
  upTo(waiting[0]?.atMs ?? Number.NEGATIVE_INFINITY);
  return {
    count,
    take(line, appendedMs) {
      upTo(appendedMs);
      put(line);
    },
    finish: () => upTo(Number.POSITIVE_INFINITY),
  };
}

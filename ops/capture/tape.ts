/** The lines of one capture in the order in which the engine had them: commands and readings lie in different topics. */
import type { Line } from './lines.ts';
import type { Due } from './stays.ts';

export type Tape = {
  readonly count: { readings: number; commands: number; lines: number };
  /** A line of the log of readings. @param appendedMs when Kafka had it, ms since 1970 */
  take(line: Line, appendedMs: number): void;
  /** Writes what is still due. */
  finish(): void;
};

/**
 * Writes lines in order. What is due at the same time as a reading comes before it, as the alarm processor has it.
 * @param due commands and what happened to the association
 */
export function createTape(due: readonly Due[], write: (line: Line) => void): Tape {
  const count = { readings: 0, commands: 0, lines: 0 };
  // Stable: what has the same time stays in the order in which it is given.
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

  // Who is at the device comes first, also where the clocks of Kafka and of the dashboard differ.
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

/** Prints the progress of a start: one line for each step, with its duration in seconds. */
import type { Report } from './platform/programs.ts';

export type Steps = {
  /** Prints the title of a step, runs the step, and prints its duration. `report` adds a remark to the line. */
  run<T>(title: string, work: (report: Report) => Promise<T>): Promise<T>;
};

export function createSteps(write: (text: string) => void, nowMs: () => number): Steps {
  return {
    async run(title, work) {
      const startedAtMs = nowMs();
      write(`${title} …`);
      try {
        const result = await work((remark) => write(` ${remark} …`));
        write(` ${((nowMs() - startedAtMs) / 1000).toFixed(1)} s\n`);
        return result;
      } catch (error) {
        write(' failed\n');
        throw error;
      }
    },
  };
}

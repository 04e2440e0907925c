/** Progress for a person who waits: one line for each step, with its seconds. */
import type { Report } from './platform/programs.ts';

export type Steps = {
  /** Announces a step, runs it, and prints how long it took. `report` adds a remark to its line. */
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

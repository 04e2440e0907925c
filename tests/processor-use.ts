/** Computes how busy the processors of the machine were during a test run. Pure. */
import type { CpuInfo } from 'node:os';

/** How long the processors of a machine worked between two measurements, and how long they could have worked, s. */
export type ProcessorUse = { readonly busyS: number; readonly possibleS: number };

type Times = Pick<CpuInfo, 'times'>;

/**
 * Returns the use of the processors between two results of `os.cpus()`. Counts every program of the machine, not only
 * the tests.
 */
export function processorUse(before: readonly Times[], after: readonly Times[]): ProcessorUse {
  const at = (cpus: readonly Times[]) => {
    const sums = { busyMs: 0, idleMs: 0 };
    for (const { times } of cpus) {
      sums.busyMs += times.user + times.nice + times.sys + times.irq;
      sums.idleMs += times.idle;
    }
    return sums;
  };
  const start = at(before);
  const end = at(after);
  const busyS = (end.busyMs - start.busyMs) / 1000;
  return { busyS, possibleS: busyS + (end.idleMs - start.idleMs) / 1000 };
}

/** Returns a line about the use. If the share is low, more parts of the test run can run at once (tests/run.ts). */
export function describeUse({ busyS, possibleS }: ProcessorUse): string {
  const percent = possibleS > 0 ? Math.round((100 * busyS) / possibleS) : 0;
  return `processors       ${busyS.toFixed(1).padStart(7)} s busy, ${percent} % of the possible ${possibleS.toFixed(1)} s`;
}

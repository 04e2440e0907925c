/** The machine's clock as `npm start` sees it: a step is reported, and told to every process that is started again. */
import { clockSettings, type SystemClock } from '../process/system-clock.ts';

/** Settings for a process that joins those that run already. */
export function clockEnv(clock: Pick<SystemClock, 'step'>): Record<string, string> {
  const aheadMs = clock.step()?.aheadMs ?? 0;
  return aheadMs === 0 ? {} : { [clockSettings.clockAheadMs.env]: String(aheadMs) };
}

/** Writes what happens to the clock as one sentence. */
export function clockLog(report: (line: string) => void) {
  return {
    warn({ stepMs }: { stepMs: number }) {
      const set = `set ${stepMs < 0 ? 'back' : 'forward'} by ${Math.round(Math.abs(stepMs) / 1000)} s`;
      report(
        `The clock of this machine was ${set}. Vigil goes on by its own time; it takes the new time when it is started anew`,
      );
    },
    info: () => report('The clock of this machine agrees with the time of Vigil again'),
  };
}

/** The machine's clock in `npm start`: it reports a step of the clock, and passes it to every process that it starts again. */
import { clockSettings, type SystemClock } from '../process/system-clock.ts';

/** Returns the settings for a process that joins the running ones. */
export function clockEnv(clock: Pick<SystemClock, 'step'>): Record<string, string> {
  const aheadMs = clock.step()?.aheadMs ?? 0;
  return aheadMs === 0 ? {} : { [clockSettings.clockAheadMs.env]: String(aheadMs) };
}

/** Reports each event of the clock as one sentence. */
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

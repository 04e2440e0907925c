/**
 * The machine's clock in `npm start`: reports when somebody sets the clock, and passes the difference on to restarted
 * processes.
 */
import { clockSettings, type SystemClock } from '../process/system-clock.ts';

/** Returns the setting with which a new process has the same time as the running processes. */
export function clockEnv(clock: Pick<SystemClock, 'currentStep'>): Record<string, string> {
  const aheadMs = clock.currentStep()?.aheadMs ?? 0;
  return aheadMs === 0 ? {} : { [clockSettings.clockAheadMs.env]: String(aheadMs) };
}

/** Reports each event of the clock as one sentence. */
export function clockLog(report: (line: string) => void) {
  return {
    warn({ stepMs }: { stepMs: number }) {
      const set = `set ${stepMs < 0 ? 'back' : 'forward'} by ${Math.round(Math.abs(stepMs) / 1000)} s`;
      report(`The clock of this machine was ${set}. Vigil keeps its own time until you stop it and start it again`);
    },
    info: () => report("The clock of this machine shows Vigil's time again"),
  };
}

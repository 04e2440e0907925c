/**
 * A state that was taken by a clock ahead of the present one: the machine's clock was set back before this process started. Nothing
 * in it can have happened after now, so what is dated ahead of now counts as of now, and no timer runs longer than it ever does.
 */
import { notAhead } from '../../contracts/steady-time.ts';
import type { LiveAlarm, State } from './state.ts';
import { escalationMs, pauseMsMax, realarmMs } from './tuning.ts';

export function rearm(state: State, now: number): State {
  const past = (ms: number) => notAhead(ms, now);
  const { silence, main, late, pause } = state;
  return {
    ...state,
    main: { ...main, heardAt: past(main.heardAt) },
    late: { ...late, heardAt: past(late.heardAt) },
    silence: {
      ...silence,
      receivedAt: past(silence.receivedAt),
      heardAt: past(silence.heardAt),
      readingAt: past(silence.readingAt),
      connectionAt: past(silence.connectionAt),
      statusAt: past(silence.statusAt),
    },
    live: Object.fromEntries(Object.entries(state.live).map(([key, alarm]) => [key, rearmAlarm(alarm, now)])),
    held: state.held.map((one) => ({ ...one, heldAt: past(one.heldAt) })),
    pause: pause && { ...pause, until: Math.min(pause.until, now + pauseMsMax) },
  };
}

function rearmAlarm(live: LiveAlarm, now: number): LiveAlarm {
  const { escalateAt, realarmAt } = live;
  const waitMs = escalationMs[live.alarm.priority];
  return {
    ...live,
    signalSince: notAhead(live.signalSince, now),
    escalateAt: escalateAt === null || waitMs === undefined ? escalateAt : Math.min(escalateAt, now + waitMs),
    realarmAt: realarmAt === null ? null : Math.min(realarmAt, now + realarmMs),
  };
}

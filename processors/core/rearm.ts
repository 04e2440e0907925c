/**
 * A state that was taken by a clock ahead of the present one: the machine's clock was set back before this process started. Nothing
 * in it can have happened after now, so what is dated ahead of now counts as of now, and no timer runs longer than it ever does.
 */
import { audioPauseUntil } from '../../contracts/audio-pause.ts';
import { type GatewayNotice, gatewayNoticeForMs } from '../../contracts/bed-notices.ts';
import type { Starts } from '../../contracts/shared-identity.ts';
import { notAhead, notLonger } from '../../contracts/steady-time.ts';
import type { Continuity } from './missing.ts';
import type { LiveAlarm, State } from './state.ts';
import { escalationMs, realarmMs } from './tuning.ts';

export function rearm(state: State, now: number): State {
  const past = (ms: number) => notAhead(ms, now);
  const { silence, main, late, notices, continuity, starts } = state;
  const pause = state.pause && audioPauseUntil(state.pause.until, now) !== undefined ? state.pause : null;
  const live = Object.entries(state.live).map(([key, one]) => [key, rearmAlarm(one, pause, now)] as const);
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
    live: Object.fromEntries(live),
    held: state.held.map((one) => ({ ...one, heldAt: past(one.heldAt) })),
    pause,
    ...(notices && { notices: rearmNotices(notices, now) }),
    ...(continuity && { continuity: rearmContinuity(continuity, now) }),
    ...(starts && { starts: rearmStarts(starts, now) }),
  };
}

function rearmNotices(notices: NonNullable<State['notices']>, now: number): NonNullable<State['notices']> {
  const ends = Object.entries(notices).map(([code, untilMs]) => {
    const forMs = gatewayNoticeForMs[code as GatewayNotice] ?? 0;
    return [code, notLonger(untilMs, now, forMs)] as const;
  });
  return Object.fromEntries(ends);
}

function rearmContinuity({ heads, holes, toldAt }: Continuity, now: number): Continuity {
  return {
    heads,
    holes: holes.map((hole) => ({ ...hole, since: notAhead(hole.since, now) })),
    toldAt: notAhead(toldAt, now),
  };
}

function rearmStarts({ turns, starts }: Starts, now: number): Starts {
  const past = (ms: number) => notAhead(ms, now);
  return {
    turns: { ...turns, turnsMs: turns.turnsMs.map(past) },
    starts: starts.map((start) => ({ ...start, firstMs: past(start.firstMs), lastMs: past(start.lastMs) })),
  };
}

/** An audio pause that is not in force silences no alarm, also where it ended before the clock was set back. */
function rearmAlarm(live: LiveAlarm, pause: State['pause'], now: number): LiveAlarm {
  const { escalateAt, realarmAt } = live;
  const waitMs = escalationMs[live.alarm.priority];
  const { audioPausedUntil, ...alarm } = live.alarm;
  const pauseIsOver = audioPausedUntil !== undefined && Date.parse(audioPausedUntil) > (pause?.until ?? now);
  return {
    ...live,
    alarm: pauseIsOver ? alarm : live.alarm,
    signalSince: notAhead(live.signalSince, now),
    escalateAt: escalateAt === null || waitMs === undefined ? escalateAt : notLonger(escalateAt, now, waitMs),
    realarmAt: realarmAt === null ? null : notLonger(realarmAt, now, realarmMs),
  };
}

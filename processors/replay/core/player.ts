/** Plays recorded inputs to an engine, with a wall clock that moves from input to input. Pure. */
import { clocksApartMsMax } from '../../../contracts/steady-time.ts';
import { nextDue, type Step, step } from '../../alarms/core/engine.ts';
import type { Environment } from '../../alarms/core/environment.ts';
import type { Input } from '../../alarms/core/inputs.ts';
import { profileInForce } from '../../alarms/core/judging.ts';
import { adultProfile } from '../../alarms/core/profile.ts';
import { rearm } from '../../alarms/core/rearm.ts';
import type { State } from '../../alarms/core/state.ts';

export type Player = {
  readonly state: State;
  /** The present time of the wall clock, ms since 1970; minus infinity before the first input. */
  readonly now: number;
  /**
   * Moves the clock to `atMs`, with a tick at each moment at which the engine is due. If `atMs` is a little earlier
   * than `now`, the clock stays, because the clocks of two gateways may differ. If `atMs` is much earlier, the server's
   * clock was set back. Then the clock is set back too, and the timers of the engine are corrected as after a start of
   * the processor.
   */
  passTo(atMs: number): void;
  feed(input: Input): void;
  /** Continues with the state of another patient's engine. */
  replaceState(state: State): void;
};

/** @param onStep is called with the result of each step of the engine */
export function createPlayer(env: Environment, first: State, onStep: (result: Step) => void): Player {
  let state = first;
  let now = Number.NEGATIVE_INFINITY;

  function feed(input: Input): void {
    const result = step(env, state, input, now);
    state = result.state;
    onStep(result);
  }

  return {
    get state() {
      return state;
    },
    get now() {
      return now;
    },
    passTo(atMs) {
      for (let due = nextDue(state); due <= atMs; due = nextDue(state)) {
        now = Math.max(now, due);
        feed({ type: 'tick' });
        // If the engine is due at the same time again, another tick would change nothing.
        if (nextDue(state) <= due) break;
      }
      if (now - atMs > clocksApartMsMax) {
        now = atMs;
        state = rearm(state, profileInForce(env, state) ?? adultProfile, now);
      }
      now = Math.max(now, atMs);
    },
    feed,
    replaceState(other) {
      state = other;
    },
  };
}

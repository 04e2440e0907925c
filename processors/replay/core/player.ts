/** Plays past inputs to one patient's engine, with a wall clock that moves from input to input. Pure. */
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
  /** Wall clock, ms since 1970; minus infinity before the first input. */
  readonly now: number;
  /**
   * Moves the clock to `atMs`. The engine is woken whenever something is due, as the processor does. If `atMs` is a little earlier than the
   * present clock, the clock does not turn back: two gateways' clocks may differ. If it is much earlier, the server's clock was set back,
   * and every timer counts from there, as after a start of the processor.
   */
  passTo(atMs: number): void;
  feed(input: Input): void;
  /** Begins with the state of another patient's engine. */
  begin(state: State): void;
};

/** @param onStep gets each step: its events, and the state after it */
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
        // The engine is due again at the same time, so another tick would change nothing.
        if (nextDue(state) <= due) break;
      }
      if (now - atMs > clocksApartMsMax) {
        now = atMs;
        state = rearm(state, profileInForce(env, state) ?? adultProfile, now);
      }
      now = Math.max(now, atMs);
    },
    feed,
    begin(other) {
      state = other;
    },
  };
}

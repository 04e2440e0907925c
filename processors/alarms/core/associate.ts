/** Handles a change of the patient at the device. Pure. */
import { initialArrivals } from './arrivals.ts';
import { awaitFirstReading } from './device.ts';
import type { EngineResult } from './engine-result.ts';
import type { Environment } from './environment.ts';
import type { AssociationInput } from './inputs.ts';
import { isPeriodOver, judgeAgain, rulesIn } from './judging.ts';
import { withoutAlerts } from './own-alerts.ts';
import { initialScores } from './scores/scores.ts';
import type { State } from './state.ts';

/**
 * Handles a change of the patient at the device. If the patient's time at the device has ended, all conditions end and
 * all alarms leave the screens, even those that nobody has acknowledged.
 */
export function associate(env: Environment, before: State, input: AssociationInput, now: number): EngineResult {
  const { category, ward, endedAt, from } = input;
  const next: State = { ...before, association: { category, ward, endedAt } };
  // While a device has no patient, it always has the same association. This association ended when the last patient
  // came, and begins again when the patient has left. Its values are from before that patient, so they are dropped.
  const state = isPeriodOver(before) ? { ...next, arrivals: initialArrivals, limits: {} } : next;
  if (endedAt === null) {
    const awaitsReading = from !== undefined && category !== null && category !== 'unassigned';
    const device = awaitsReading ? awaitFirstReading(state.device, from, now) : state.device;
    return { state: judgeAgain(env, { ...state, device }, rulesIn(env, before)), endAt: now };
  }
  const continuity = { ...state.continuity, holes: [], since: null };
  const device = {
    ...state.device,
    armed: false,
    returning: false,
    silentSince: null,
    disconnectedSince: null,
    own: {},
  };
  const ended = {
    continuity,
    notices: {},
    limits: {},
    standby: null,
    scores: initialScores,
    ownAlerts: withoutAlerts(state.ownAlerts),
  };
  return { state: { ...state, device, ...ended }, endAt: endedAt };
}

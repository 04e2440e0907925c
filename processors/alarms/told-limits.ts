/** The limits in force that were published of an association, and whether others are to be published. */
import type { LimitsInForce } from '../../contracts/messages/alarms.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Environment } from './core/engine.ts';
import { limitsInForce } from './core/in-force.ts';
import { profileInForce } from './core/judging.ts';
import type { Profile } from './core/profile.ts';
import type { State } from './core/state.ts';

export type ToldLimits = {
  /** What was published last. */
  readonly limits: LimitsInForce | undefined;
  /** Of which profile and own limits it was made; undefined: it is not known. */
  readonly of:
    | {
        readonly profile: Profile | undefined;
        readonly overrides: State['overrides'];
        readonly setBy: State['setBy'] | undefined;
      }
    | undefined;
};

export const noLimits: ToldLimits = { limits: undefined, of: undefined };

export const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** What is published last after `state`: other limits than in `before` are to be published now. */
export function limitsAfter(env: Environment, state: State, before: ToldLimits, nowMs: number): ToldLimits {
  if (state.association === null) return before;
  const of = { profile: profileInForce(env, state), overrides: state.overrides, setBy: state.setBy };
  const { limits: told, of: was } = before;
  if (was?.profile === of.profile && was?.overrides === of.overrides && was?.setBy === of.setBy) return before;
  const { profile, groups } = limitsInForce(env, state);
  if (told && isSame([told.profile, told.groups], [profile, groups])) return { limits: told, of };
  const { associationId } = state;
  const limits = { associationId, rev: (told?.rev ?? 0) + 1, at: formatInstant(nowMs), profile, groups };
  return { limits, of };
}

/** Notes what the last owner told, who may have died before its snapshot: the next ones are counted from it, else no screen takes them. */
export function noteTold(held: { toldLimits: ToldLimits }, limits: LimitsInForce): void {
  if (limits.rev > (held.toldLimits.limits?.rev ?? 0)) held.toldLimits = { limits, of: undefined };
}

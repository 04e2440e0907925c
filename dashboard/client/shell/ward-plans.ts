/**
 * The plans of the person's wards, from the registry: order of beds, sectors, theme, night. The page requests the plans
 * after a login, and then each minute. Without an answer, the page shows all beds in the order of their names.
 */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import {
  type FormerSectors,
  formersAfterChange,
  planAgeMsMax,
  withFormerSectors,
} from '../../../contracts/former-sectors.ts';
import type { ShownPlan } from '../../../contracts/ward-plan.ts';
import type { Places } from '../../protocol/devices.ts';
import type { Session } from '../../protocol/rest.ts';
import { createSteadyClock } from '../core/connection.ts';
import { isNightOfWard } from '../core/night.ts';
import { type Theme, themeOfWard } from '../core/theme.ts';
import type { Answer } from './answer.ts';

export type WardPlans = {
  readonly plans: ReadonlySignal<readonly ShownPlan[]>;
  /** False if the plans are so old that the sectors may have changed. Then the page shows the beds of all sectors. */
  readonly areCurrent: ReadonlySignal<boolean>;
  /**
   * The theme of the watched ward at this time; undefined if the ward has no theme, or if the screen watches several
   * wards.
   */
  readonly theme: ReadonlySignal<Theme | undefined>;
  /** The plan of the watched ward; undefined if the plan is not known, or if the screen watches several wards. */
  readonly plan: ReadonlySignal<ShownPlan | undefined>;
  /** Whether it is night in the watched ward, by the server's time. False until the page has got the server's time. */
  readonly isNight: ReadonlySignal<boolean>;
  close(): void;
};

const WardPlansContext = createContext<WardPlans | undefined>(undefined);
export const WardPlansProvider = WardPlansContext.Provider;

export function useWardPlans(): WardPlans {
  const state = useContext(WardPlansContext);
  if (!state) throw new Error('useWardPlans was called outside of a WardPlansProvider.');
  return state;
}

/** How long the page waits before its next request: after an answer, and after a failure. */
const refreshMs = 60_000;
const retryMs = 10_000;

const noPlans: readonly ShownPlan[] = [];

export type WardPlansShell = {
  readonly session: ReadonlySignal<Session | null | undefined>;
  readonly ward: ReadonlySignal<string>;
  /** The server's time, ms since 1970. */
  readonly now: ReadonlySignal<number>;
  /** When the last message of a server came; undefined if `now` is still the time of the browser. */
  readonly lastHeardMs: ReadonlySignal<number | undefined>;
  readonly load: () => Promise<Answer<Places>>;
};

export function openWardPlans({ session, ward, now, lastHeardMs, load }: WardPlansShell): WardPlans {
  // This clock also counts the time in which the computer sleeps, because the sectors may change in this time.
  const steady = createSteadyClock(Date.now, () => performance.now());
  const plans = signal(noPlans);
  const plan = computed(() => plans.value.find((each) => each.ward === ward.value));
  /** The value of `now` when the first message of a server came: perhaps still the time of the browser. */
  let browserMs: number | undefined;
  const person = computed(() => {
    const current = session.value;
    return current?.may.includes('view-devices') ? `${current.actor.userId} ${current.wards.join()}` : undefined;
  });
  /** When the page sent the request for the present plans. */
  const askedMs = signal(0);
  let answered = noPlans;
  let formers: readonly FormerSectors[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function ask(asking: string) {
    const beganMs = steady();
    const answer = await load();
    if (person.peek() !== asking) return;
    if (answer.ok) {
      const { wards } = answer.data;
      // A server does not have the former sectors after a restart, but this page has them.
      formers = formersAfterChange(formers, answered, wards, steady());
      answered = wards;
      const next = withFormerSectors(wards, formers, steady());
      // If the plans have not changed, nothing is drawn again.
      if (JSON.stringify(next) !== JSON.stringify(plans.peek())) plans.value = next;
      askedMs.value = beganMs;
    }
    timer = setTimeout(() => void ask(asking), answer.ok ? refreshMs : retryMs);
  }

  const stop = effect(() => {
    const asking = person.value;
    clearTimeout(timer);
    // Without a login the page keeps the former plans, so that the login page has the theme of the ward.
    if (asking !== undefined) void ask(asking);
  });
  return {
    plans,
    areCurrent: computed(() => {
      void now.value;
      return steady() - askedMs.value <= planAgeMsMax;
    }),
    theme: computed(() => themeOfWard(plan.value?.theme, now.value)),
    plan,
    isNight: computed(() => {
      const nowMs = now.value;
      if (lastHeardMs.value === undefined) browserMs = undefined;
      else browserMs ??= nowMs;
      // Until its next change, `now` may still be the time of the browser, which may be wrong.
      if (browserMs === undefined || nowMs === browserMs) return false;
      return isNightOfWard(plan.value, nowMs);
    }),
    close() {
      stop();
      clearTimeout(timer);
    },
  };
}

/**
 * How the registry arranges the wards of the person: order of beds, sectors, theme. The page asks after a login, and then
 * every few minutes. Without an answer the beds are in the order of their names, and all are shown.
 */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { WardPlan } from '../../../contracts/ward-plan.ts';
import type { Places } from '../../protocol/devices.ts';
import type { Session } from '../../protocol/rest.ts';
import { type Theme, themeOfWard } from '../core/theme.ts';
import type { Answer } from './answer.ts';

export type WardPlans = {
  readonly plans: ReadonlySignal<readonly WardPlan[]>;
  /** The theme of the watched ward at this time; undefined if the ward has none, or if several wards are watched. */
  readonly theme: ReadonlySignal<Theme | undefined>;
  close(): void;
};

const WardPlansContext = createContext<WardPlans | undefined>(undefined);
export const WardPlansProvider = WardPlansContext.Provider;

export function useWardPlans(): WardPlans {
  const state = useContext(WardPlansContext);
  if (!state) throw new Error('useWardPlans was called outside of a WardPlansProvider.');
  return state;
}

/** How long the page waits before it asks again, after an answer and without one. */
const refreshMs = 5 * 60_000;
const retryMs = 10_000;

const noPlans: readonly WardPlan[] = [];

export type WardPlansShell = {
  readonly session: ReadonlySignal<Session | null | undefined>;
  readonly ward: ReadonlySignal<string>;
  /** The server's time, ms since 1970. */
  readonly now: ReadonlySignal<number>;
  readonly load: () => Promise<Answer<Places>>;
};

export function openWardPlans({ session, ward, now, load }: WardPlansShell): WardPlans {
  const plans = signal(noPlans);
  const person = computed(() => {
    const current = session.value;
    return current?.may.includes('view-devices') ? `${current.actor.userId} ${current.wards.join()}` : undefined;
  });
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function ask(asking: string) {
    const answer = await load();
    if (person.peek() !== asking) return;
    // The arrangement may have stayed the same. Then nothing is drawn again.
    if (answer.ok && JSON.stringify(answer.data.wards) !== JSON.stringify(plans.peek()))
      plans.value = answer.data.wards;
    timer = setTimeout(() => void ask(asking), answer.ok ? refreshMs : retryMs);
  }

  const stop = effect(() => {
    const asking = person.value;
    clearTimeout(timer);
    // Without a login the page keeps the arrangement: the login page has the theme that the ward had.
    if (asking !== undefined) void ask(asking);
  });
  return {
    plans,
    theme: computed(() => themeOfWard(plans.value.find((plan) => plan.ward === ward.value)?.theme, now.value)),
    close() {
      stop();
      clearTimeout(timer);
    },
  };
}

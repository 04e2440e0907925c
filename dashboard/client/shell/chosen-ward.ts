/** The ward that the person has chosen, or that the address names. The browser stores the ward for the next visit. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Route } from '../core/routes.ts';

const wardKey = 'vigil.ward';

export function openChosenWard(route: ReadonlySignal<Route>) {
  const ward = signal(localStorage.getItem(wardKey) ?? '*');
  const setWard = (next: string) => {
    localStorage.setItem(wardKey, next);
    ward.value = next;
  };
  const stop = effect(() => {
    const current = route.value;
    if (current.page === 'ward' && current.ward !== undefined && current.ward !== ward.peek()) setWard(current.ward);
  });
  return { ward, setWard, close: stop };
}

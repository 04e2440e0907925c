/**
 * Follows the route in the page's address. If the page has text that was typed and not saved, the route changes only
 * after the person has agreed to drop the text.
 */
import { signal } from '@preact/signals';
import { formatRoute, isSamePatient, parseRoute, type Route } from '../core/routes.ts';
import type { createUnsaved } from './unsaved.ts';

export function openPageRoute(unsaved: ReturnType<typeof createUnsaved>) {
  const route = signal<Route>(parseRoute(location.hash));
  const onHash = () => {
    const hash = location.hash || '#/';
    // If only the trends of the patient change, no typed text is lost.
    if (isSamePatient(route.peek(), parseRoute(hash))) {
      route.value = parseRoute(hash);
      return;
    }
    unsaved.leave(() => {
      route.value = parseRoute(hash);
      if (location.hash !== hash) history.replaceState(null, '', hash);
    });
    // While the page asks the person, the address must name the page that the person still sees.
    if (unsaved.asks.peek()) history.replaceState(null, '', formatRoute(route.peek()));
  };
  addEventListener('hashchange', onHash);
  return {
    route,
    go(to: Route): void {
      location.hash = formatRoute(to);
    },
    close: () => removeEventListener('hashchange', onHash),
  };
}

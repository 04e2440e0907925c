/**
 * Which page the address names. Text that was typed and not saved keeps the page until the person says that it may go.
 */
import { signal } from '@preact/signals';
import { formatRoute, parseRoute, type Route } from '../core/routes.ts';
import type { createUnsaved } from './unsaved.ts';

export function openPageRoute(unsaved: ReturnType<typeof createUnsaved>) {
  const route = signal<Route>(parseRoute(location.hash));
  const onHash = () => {
    const hash = location.hash || '#/';
    unsaved.leave(() => {
      route.value = parseRoute(hash);
      if (location.hash !== hash) history.replaceState(null, '', hash);
    });
    // While the page asks the person, the address names the page that they still see.
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

/**
 * Shows a rarely used page. The code of all rarely used pages is loaded when a person first opens such a page, so that
 * the first load of Vigil stays small. The alarms beside such a page do not wait for this code.
 */
import { useSignal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import type { RarePage, RareRoute } from './rare-pages.tsx';
import { ScrollBox } from './scroll-box.tsx';

/** The rarely used pages that show all alarms of the watched wards at their side. */
const pagesWithAlarms: readonly RareRoute['page'][] = [
  'alarms',
  'assignments',
  'devices',
  'shift',
  'strip',
  'wards',
  'waves',
];

export function LazyPage({ route }: { route: RareRoute }) {
  const loaded = useSignal<{ readonly Page: typeof RarePage } | undefined>(undefined);
  const hasFailed = useSignal(false);

  function load(): void {
    hasFailed.value = false;
    import('./rare-pages.tsx').then(
      ({ RarePage: Page }) => {
        loaded.value = { Page };
      },
      () => {
        hasFailed.value = true;
      },
    );
  }
  // Code that the browser already has arrives before the next frame, so "Loading …" does not flash.
  useLayoutEffect(load, []);

  if (loaded.value) return <loaded.value.Page route={route} />;
  const main = (
    <main class="sheet" id="main" tabIndex={-1} data-testid="page-waiting">
      {hasFailed.value ? (
        <ScrollBox label={t('This page cannot be loaded')}>
          <LoadProblem onAgain={load} />
        </ScrollBox>
      ) : (
        <p class="dim sheet__none" role="status">
          {t('Loading …')}
        </p>
      )}
    </main>
  );
  if (!pagesWithAlarms.includes(route.page)) return main;
  return (
    <div class="ward">
      {main}
      <AlarmPanel />
    </div>
  );
}

function LoadProblem({ onAgain }: { onAgain: () => void }) {
  const app = useApp();
  // If the server does not answer, a load of Vigil would end in an error page of the browser, which shows no alarms.
  const mayLoadVigil = app.link.value === 'live' || !app.watches.value;
  return (
    <div class="empty" role="alert" data-testid="page-problem">
      <p class="empty__title">{t('This page cannot be loaded')}</p>
      <p>{t('Try again. If this fails again, load Vigil again: the server may have a newer version.')}</p>
      <p>
        <button class="button" type="button" data-testid="page-again" onClick={onAgain}>
          {t('Try again')}
        </button>{' '}
        {mayLoadVigil && (
          <button class="button" type="button" data-testid="page-load-vigil" onClick={app.newVersion.loadNow}>
            {t('Load Vigil again')}
          </button>
        )}
      </p>
    </div>
  );
}

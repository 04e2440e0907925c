/** The help of a page: what the page shows, and the keys of the page. Also the button that opens the help. */
import { pageHelp } from '../core/page-help.ts';
import { shownRoute } from '../core/routes.ts';
import { shortcutsFor } from '../core/shortcuts.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { useKeys } from '../shell/keys.ts';
import { Dialog } from './dialog.tsx';
import { OwnSettings } from './own-settings.tsx';

export function KeysButton() {
  const keys = useKeys();
  return (
    <button
      class="button bar__keys"
      type="button"
      aria-haspopup="dialog"
      aria-expanded={keys.dialog.value === 'help'}
      data-testid="keys"
      onClick={() => {
        keys.dialog.value = keys.dialog.peek() === 'help' ? undefined : 'help';
      }}
    >
      {t('Keys')}
    </button>
  );
}

export function KeysHelp() {
  const app = useApp();
  const keys = useKeys();
  const { page } = shownRoute(app.route.value, app.may);
  return (
    <Dialog
      title={t('This page, and its keys')}
      testId="help"
      onClose={() => {
        keys.dialog.value = undefined;
      }}
    >
      <ul class="help__page" data-testid="help-page">
        {pageHelp[page].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <dl class="help__keys" data-testid="help-keys">
        {shortcutsFor(app.may).map(({ act, keys: pressed, text }) => (
          <div key={act} class="help__key">
            <dt>
              {pressed.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p class="dim">
        {t('Keys do nothing while you type in a field, while this screen is locked, and while it has no connection.')}
      </p>
      <label class="field field--inline">
        <input
          type="checkbox"
          checked={keys.isOn.value}
          data-testid="keys-on"
          onChange={(event) => keys.turn(event.currentTarget.checked)}
        />
        <span>{t('These keys work in this browser')}</span>
      </label>
      <OwnSettings />
    </Dialog>
  );
}

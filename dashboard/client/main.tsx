/** Composition root of the browser client. */
import { render } from 'preact';
import { AppProvider, createApp } from './shell/app.ts';
import { openGuard } from './shell/guard.ts';
import { KeysProvider, openKeys } from './shell/keys.ts';
import { LanguageProvider, openLanguage } from './shell/language.ts';
import { openPreferences, PreferenceProvider } from './shell/preferences.ts';
import { startWorkerIfInstalled } from './shell/push.ts';
import { openSoundSettings, SoundSettingsProvider } from './shell/sound-settings.ts';
import { openTheme, ThemeProvider } from './shell/theme.ts';
import { openWardPlans, WardPlansProvider } from './shell/ward-plans.ts';
import { openZones } from './shell/zones.ts';
import { Shell } from './ui/shell.tsx';

const app = createApp();
openZones(app);
const keys = openKeys(app, document, () => performance.now());
const root = document.getElementById('app');
if (!root) throw new Error('The page has no element #app. Serve dashboard/client/index.html unchanged.');
const language = openLanguage({
  preferred: navigator.languages,
  root: document.documentElement,
  store: () => localStorage,
  load: async () => (await import('./german/german.ts')).german,
});
const wardPlans = openWardPlans({ ...app, load: app.api.places });
const soundSettings = openSoundSettings({
  ...{ now: app.now, isWardNight: wardPlans.isNight },
  ...{ root: document.documentElement, tune: app.wardSounds.tune },
});
const theme = openTheme(document.documentElement, wardPlans.theme, soundSettings.isNight);
const preferences = openPreferences({
  session: app.session,
  language,
  theme,
  openWard(ward) {
    const route = app.route.peek();
    if (route.page === 'ward' && route.ward === undefined) app.setWard(ward);
  },
  load: app.api.preferences,
  save: app.api.savePreferences,
});
render(
  <LanguageProvider value={language}>
    <ThemeProvider value={theme}>
      <AppProvider value={app}>
        <PreferenceProvider value={preferences}>
          <KeysProvider value={keys}>
            <WardPlansProvider value={wardPlans}>
              <SoundSettingsProvider value={soundSettings}>
                <Shell />
              </SoundSettingsProvider>
            </WardPlansProvider>
          </KeysProvider>
        </PreferenceProvider>
      </AppProvider>
    </ThemeProvider>
  </LanguageProvider>,
  root,
);
startWorkerIfInstalled();
openGuard(document, () => performance.now());

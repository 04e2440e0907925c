/** Composition root of the browser client. */
import { render } from 'preact';
import { AppProvider, createApp } from './shell/app.ts';
import { openGuard } from './shell/guard.ts';
import { startWorkerIfInstalled } from './shell/push.ts';
import { Shell } from './ui/shell.tsx';

const app = createApp();
const root = document.getElementById('app');
if (!root) throw new Error('The page has no element #app. Serve dashboard/client/index.html unchanged.');
render(
  <AppProvider value={app}>
    <Shell />
  </AppProvider>,
  root,
);
startWorkerIfInstalled();
openGuard(document, () => performance.now());

/** Opens the dashboard in a real, headless Chromium, and acts there as a clinician does. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type { Role } from '../contracts/messages/records.ts';
import type { TestPlatform } from './platform.ts';
import { root } from './system.ts';

/**
 * Parts of Chromium that no test needs. The first three are popups of the address bar, which load as pages of their own
 * with each window. With these popups, 15 browser contexts took 18 s of processor time; without them, 5 s. Playwright
 * itself turns off the other parts. They are repeated here because Chromium reads only the last flag of this name.
 */
const featuresOff = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxFullPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'TcpPortRandomizationWin',
  'ThirdPartyStoragePartitioning',
];

/** The flags with which all tests and benchmarks start Chromium. */
export const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${featuresOff.join()}`,
];

export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, headless: true, args: browserFlags });
}

/** Password of every account that `addAccount` adds. */
export const password = 'correct horse battery staple';

/** Adds an account to the accounts file of the platform. The dashboard reads this file when it starts. */
export function addAccount(
  platform: TestPlatform,
  userId: string,
  name: string,
  role: Role,
  wards: readonly string[],
): void {
  const file = join(platform.stateDir, 'secrets', 'accounts.json');
  const options = [
    '--user',
    userId,
    '--name',
    name,
    '--role',
    role,
    '--wards',
    wards.join(',') || '*',
    '--password-stdin',
    '--unregistered',
    '--file',
    file,
  ];
  execFileSync(process.execPath, [join(root, 'dashboard/server/account.ts'), 'add', ...options], {
    input: password,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
}

/** Opens the login page in a new browser context, which shares no cookies with others. */
export async function openLogin(browser: Browser, at: { readonly httpPort: number }): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1920, height: 1080 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`https://localhost:${at.httpPort}/`);
  return page;
}

/** Opens a page in a new browser context, and logs the user in. */
export async function logIn(browser: Browser, at: { readonly httpPort: number }, userId: string): Promise<Page> {
  const page = await openLogin(browser, at);
  await submitLogin(page, userId);
  return page;
}

/** Fills in the login form of a page, sends it, and waits until the form is gone. */
export async function submitLogin(page: Page, userId: string): Promise<void> {
  await page.getByTestId('login-user').fill(userId);
  await page.getByTestId('login-password').fill(password);
  await page.getByTestId('login-submit').click();
  await page.getByTestId('login-submit').waitFor({ state: 'hidden' });
}

/**
 * Returns the number of painted pixels of a canvas. A worker paints the waves, so the picture must be copied before it
 * can be read.
 */
export function pixelsDrawn(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const copy = Object.assign(document.createElement('canvas'), { width, height });
    const paint = copy.getContext('2d')!;
    paint.drawImage(element as HTMLCanvasElement, 0, 0);
    const { data } = paint.getImageData(0, 0, width, height);
    return data.filter((value, at) => at % 4 === 3 && value > 0).length;
  });
}

/**
 * Opens the view of a patient from the ward view. Presses again until the view is open, because the dashboard ignores a
 * press on a tile that has just moved (dashboard/client/core/stillness.ts).
 */
export async function openPatient(page: Page, bed: string): Promise<void> {
  const view = page.getByTestId('patient-view');
  const open = page.getByTestId(`open-${bed}`);
  await open.or(view).first().waitFor();
  while (!(await view.isVisible())) {
    await open.click({ timeout: 2_000 }).catch(() => {});
    await view.waitFor({ timeout: 2_000 }).catch(() => {});
  }
}

/**
 * `npm run screenshots [-- --out <folder>] [--scenes <name>,…] [--widths <px>,…]`: takes the pictures of
 * docs/screenshots, and writes the list of them. Everything in the pictures is made up. The pictures use the server and
 * the page of the product, without Kafka.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { type MadeUpWard, openMadeUpWard, userId, wardName } from '../../bench/ward.ts';
import { ensureChromium } from '../../ops/platform/software.ts';
import { openBrowser, submitLogin } from '../browser.ts';
import { buildClient } from '../screens/client.ts';
import { trendRows } from '../screens/trend-rows.ts';
import { root } from '../system.ts';
import { type Scene, scenes } from './scenes.ts';
import { openSources, type PictureSources } from './sources.ts';

const heights = new Map([
  [360, 780],
  [414, 896],
  [768, 1024],
  [1366, 768],
  [1920, 1080],
  [3840, 2160],
]);
/** Quality of a WebP picture, from 0 to 100. Large pictures have a lower quality, so that the folder stays small. */
const qualityOf = (width: number) => (width > 1920 ? 12 : 32);
/** Time for the layout after a new size. */
const settleMs = 300;
/** Time for the waves to fill their traces. */
const wavesMs = 2_000;
/** The compact layout shows no waves, so its ward sends few waves. */
const chunkMsOf = (beds: Scene['beds']) => (beds === 64 ? 5_000 : 500);

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'docs', 'screenshots') },
    scenes: { type: 'string', default: scenes.map(({ name }) => name).join() },
    widths: { type: 'string', default: [...heights.keys()].join() },
  },
});
const widths = values.widths.split(',').map(Number);
const chosenNames = values.scenes.split(',');
const chosen = scenes.filter(({ name }) => chosenNames.includes(name));
const isWhole = chosen.length === scenes.length && widths.length === heights.size;

const executablePath = await ensureChromium((line) => process.stderr.write(`screenshots: ${line}\n`));
mkdirSync(values.out, { recursive: true });
if (isWhole)
  for (const file of readdirSync(values.out))
    if (/^(?:order|trouble)-.*\.webp$/.test(file)) rmSync(join(values.out, file));
const registry = (beds: number) => [
  { ward: wardName, beds: Array.from({ length: beds }, (_, bed) => String(bed + 1)) },
  { ward: 'Step-down', beds: ['S-1', 'S-2'] },
];
const clientDir = mkdtempSync(join(tmpdir(), 'vigil-pictures-'));
const browser = await openBrowser(executablePath);
try {
  await buildClient(clientDir);
  // One ward after the other, because the devices of a ward need processor time as long as the ward is open.
  for (const beds of new Set(chosen.map((scene) => scene.beds))) await takeScenes(browser, beds);
  if (isWhole) writeFileSync(join(values.out, 'README.md'), listOfPictures());
} finally {
  await browser.close();
  rmSync(clientDir, { recursive: true, force: true });
}
process.exit(0);

async function takeScenes(browser: Browser, beds: Scene['beds']): Promise<void> {
  const sources = openSources((alarmId) => ward.server.state.alarms.get(alarmId)?.alarm);
  const server = { trends: trendRows, wards: registry(beds), ...sources.options };
  const ward = await openMadeUpWard({ beds, chunkMs: chunkMsOf(beds), clientDir, server, accounts: 3 });
  try {
    for (const scene of chosen.filter((each) => each.beds === beds)) await takeScene(browser, scene, ward, sources);
  } finally {
    await ward.close().catch(() => {});
  }
}

async function takeScene(browser: Browser, scene: Scene, ward: MadeUpWard, sources: PictureSources): Promise<void> {
  scene.before?.(ward, sources);
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' });
  await context.addInitScript(keepFromMeasuringLoad);
  await context.addInitScript(`localStorage.setItem('vigil.layout', '${scene.beds === 64 ? 'numbers' : 'waves'}')`);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.setViewportSize({ width: 1366, height: 768 });
  await page.goto(ward.server.origin);
  const hash = scene.hash(ward);
  if (hash !== 'login') {
    await submitLogin(page, userId);
    await page.evaluate((to) => location.assign(to), hash);
  }
  await page.locator(scene.ready).first().waitFor({ state: 'attached' });
  if (scene.serverEnds) {
    await ward.close();
    await page.getByTestId('banner-lost').waitFor();
  }
  for (const width of widths) await takePicture(page, scene, width);
  await context.close();
}

async function takePicture(page: Page, scene: Scene, width: number): Promise<void> {
  await page.setViewportSize({ width, height: heights.get(width) ?? 1080 });
  await page.waitForTimeout(scene.hasLiveWaves ? wavesMs : settleMs);
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: qualityOf(width) });
  await session.detach();
  const file = `${scene.name}-${width}.webp`;
  writeFileSync(join(values.out, file), Buffer.from(data, 'base64'));
  process.stdout.write(`${file}\n`);
}

/**
 * Runs in the page. Reports the page as hidden: a hidden page does not measure its load and does not say that the
 * computer is slow.
 */
function keepFromMeasuringLoad(): void {
  Object.defineProperty(Document.prototype, 'hidden', { configurable: true, get: () => true });
}

function listOfPictures(): string {
  const lines = scenes.flatMap(({ name, text }) =>
    [...heights].map(([width, height]) => {
      const file = `${name}-${width}.webp`;
      return `| [${file}](${file}) | ${text}, ${width} × ${height} px |`;
    }),
  );
  return `# Pictures of the pages

\`npm run screenshots\` takes these pictures and writes this list. All patients, persons and values in them are made up.
The names begin with \`order\` if nothing is wrong, and with \`trouble\` otherwise.

| picture | what it shows |
|---|---|
${lines.join('\n')}
`;
}

/** Measures an open ward page: busy time of the main thread, frames, memory, and the time until an alarm is painted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { VigilError } from '../contracts/errors.ts';
import { browserFlags, password } from '../tests/browser.ts';
import { cpuSeconds, rssMb } from './process-usage.ts';
import { type MadeUpWard, openMadeUpWard, userId } from './ward.ts';

/** Time between the login and the measurement, in which the page finishes its first layout and fills the traces. */
const settleMs = 8_000;
/** Time between two alarms that the benchmark raises. */
const probeEveryMs = 500;
/** How long an alarm of the benchmark lasts. */
const probeLastsMs = 3_000;

/** `layout`: whether the tiles have waves (dashboard/client/core/grid.ts). */
type Case = {
  readonly beds: number;
  readonly width: number;
  readonly height: number;
  readonly layout: 'waves' | 'numbers';
};
const cases: Readonly<Record<string, Case>> = {
  '8': { beds: 8, width: 1920, height: 1080, layout: 'waves' },
  '32': { beds: 32, width: 1920, height: 1080, layout: 'waves' },
  '64': { beds: 64, width: 1920, height: 1080, layout: 'waves' },
  '64-4k': { beds: 64, width: 3840, height: 2160, layout: 'waves' },
  '64-4k-numbers': { beds: 64, width: 3840, height: 2160, layout: 'numbers' },
};

export type Row = Case & {
  /** Busy time of the main thread, ms per second. */
  readonly mainMsPerS: number;
  /** Processor time of the main thread, ms per second. */
  readonly mainCpuMsPerS: number;
  /** Processor time of all processes of the browser, ms per second. */
  readonly browserCpuMsPerS: number;
  readonly fps: number;
  readonly heapMb: number;
  /** RAM of the page's process, including its worker. */
  readonly rendererMb: number;
  /** Time from an alarm in the server until the page has painted the row of this alarm. */
  readonly breachToPaintedMs: {
    readonly p50: number;
    readonly p99: number;
    readonly alarms: number;
    readonly notSeen: number;
  };
  /** Number of parameters that showed a dash instead of a value at the end of the measurement. */
  readonly dashes: number;
  /** Text of the page's notice that it is too slow; empty without the notice. */
  readonly notice: string;
};

export const rowNames = Object.keys(cases);

/** Measures the cases with these names, one after the other. */
export async function measureRows(
  executablePath: string,
  names: readonly string[],
  options: {
    readonly seconds: number;
    readonly chunkMs: number;
    readonly clientDir: string;
    readonly report: (line: string) => void;
  },
): Promise<Row[]> {
  const { seconds, chunkMs, clientDir, report } = options;
  const rows: Row[] = [];
  for (const name of names) {
    const screenCase = cases[name];
    if (!screenCase) throw new VigilError('settings-invalid', `--rows takes ${rowNames.join(', ')}.`);
    const ward = await openMadeUpWard({ beds: screenCase.beds, chunkMs, clientDir });
    const browser = await chromium.launch({ executablePath, headless: true, args: browserFlags });
    try {
      const row = await measureRow(browser, ward, screenCase, seconds);
      report(JSON.stringify(row));
      rows.push(row);
    } finally {
      await browser.close();
      await ward.close();
    }
  }
  return rows;
}

/** Compares the rows with the aims of issue 13. Returns a sentence for each aim that is missed. */
export function missedByRows(rows: readonly Row[]): string[] {
  return rows.flatMap((row) => {
    if (row.beds < 64 || (row.width > 1920 && row.layout === 'waves')) return [];
    const place = `${row.beds} beds at ${row.width} px, layout ${row.layout}`;
    const { p99, notSeen } = row.breachToPaintedMs;
    const missed: string[] = [];
    if (row.mainMsPerS > 350) missed.push(`${place}: the main thread is busy for ${row.mainMsPerS} ms/s, aim 350`);
    if (notSeen > 0) missed.push(`${place}: ${notSeen} alarms were never painted`);
    if (row.layout === 'waves' && row.fps < 50) missed.push(`${place}: ${row.fps} frames per second, aim 50`);
    if (row.layout === 'waves' && !(p99 <= 150))
      missed.push(`${place}: a breach is painted after ${p99} ms (p99), aim 150`);
    return missed;
  });
}

async function measureRow(browser: Browser, ward: MadeUpWard, screenCase: Case, seconds: number): Promise<Row> {
  const viewport = { width: screenCase.width, height: screenCase.height };
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport });
  // Without this setting, the page of a ward with 64 beds would choose the layout without waves.
  await context.addInitScript(`localStorage.setItem('vigil.layout', '${screenCase.layout}')`);
  const page = await context.newPage();
  await logIn(page, ward);
  const cdp = await page.context().newCDPSession(page);
  const browserCdp = await browser.newBrowserCDPSession();
  await cdp.send('Performance.enable', { timeDomain: 'timeTicks' });
  // Raises some alarms that stay, because the screen of a real ward always shows some active alarms.
  for (let bed = 0; bed < screenCase.beds; bed += 8) ward.alarm(bed, 'raised', bed % 16 === 0 ? 'high' : 'medium');
  await sleep(settleMs);
  // Measures the processor time before it counts frames, because counting needs the main thread for every frame.
  const costBefore = await costOf(cdp, browserCdp);
  await sleep(seconds * 1000);
  const costAfter = await costOf(cdp, browserCdp);
  const perS = (name: keyof Cost) =>
    Math.round(((costAfter[name] - costBefore[name]) * 1000) / (costAfter.atS - costBefore.atS));
  await page.evaluate(recordPaints);
  const raised = await probeAlarms(ward, screenCase.beds, seconds);
  const figures = await page.evaluate<PageFigures>('window.vigilBench()');
  const delays = raised.flatMap(({ alarmId, atMs }) => {
    const paintedAtMs = figures.paintedAtMs[alarmId];
    return paintedAtMs === undefined ? [] : [paintedAtMs - atMs];
  });
  const { usedSize } = await cdp.send('HeapProfiler.collectGarbage').then(() => cdp.send('Runtime.getHeapUsage'));
  return {
    ...screenCase,
    mainMsPerS: perS('mainS'),
    mainCpuMsPerS: perS('mainCpuS'),
    browserCpuMsPerS: perS('browserCpuS'),
    fps: Math.round((figures.frames * 10_000) / figures.ms) / 10,
    heapMb: Math.round(usedSize / 1e5) / 10,
    rendererMb: rssMb(await rendererPid(browserCdp)),
    breachToPaintedMs: { ...percentiles(delays), alarms: raised.length, notSeen: raised.length - delays.length },
    dashes: await page.locator('[data-age-class="expired"]').count(),
    notice: (await page.getByTestId('notice-slow').locator('p').allInnerTexts()).join(' '),
  };
}

export async function logIn(page: Page, ward: MadeUpWard): Promise<void> {
  await page.goto(ward.server.origin);
  await page.getByTestId('login-user').fill(userId);
  await page.getByTestId('login-password').fill(password);
  await page.getByTestId('login-submit').click();
  await page.getByTestId('alarm-list').waitFor();
}

type Cost = { readonly atS: number; readonly mainS: number; readonly mainCpuS: number; readonly browserCpuS: number };

async function costOf(cdp: CDPSession, browserCdp: CDPSession): Promise<Cost> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  const metric = (name: string) => metrics.find((entry) => entry.name === name)?.value ?? Number.NaN;
  const { processInfo } = await browserCdp.send('SystemInfo.getProcessInfo');
  return {
    atS: metric('Timestamp'),
    mainS: metric('TaskDuration'),
    mainCpuS: metric('ThreadTime'),
    browserCpuS: processInfo.reduce((sum, info) => sum + cpuSeconds(info.id), 0),
  };
}

/** Returns the pid of the page's process: the renderer process that has used the most processor time. */
export async function rendererPid(browserCdp: CDPSession): Promise<number> {
  const { processInfo } = await browserCdp.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter((info) => info.type === 'renderer').sort((a, b) => b.cpuTime - a.cpuTime);
  return renderers[0]!.id;
}

type PageFigures = {
  readonly frames: number;
  readonly ms: number;
  readonly paintedAtMs: Readonly<Record<string, number>>;
};

/** Runs in the page. Counts frames, and records the time at which each new row of the alarm list was painted. */
function recordPaints(): void {
  const paintedAtMs: Record<string, number> = {};
  const startMs = performance.now();
  let frames = 0;
  const count = () => {
    frames += 1;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
  const afterPaint = (act: () => void) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = act;
      port2.postMessage(undefined);
    });
  const observer = new MutationObserver((changes) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      const id = node instanceof HTMLElement ? node.dataset.testid : undefined;
      if (id?.startsWith('alarm-'))
        afterPaint(() => {
          paintedAtMs[id.slice('alarm-'.length)] ??= Date.now();
        });
    }
  });
  observer.observe(document.body, { childList: true, subtree: true });
  Object.assign(window, { vigilBench: () => ({ frames, ms: performance.now() - startMs, paintedAtMs }) });
}

/**
 * Raises alarms on one bed after the other, and ends each alarm after `probeLastsMs`. Returns the alarms with their
 * start times.
 */
async function probeAlarms(ward: MadeUpWard, beds: number, seconds: number) {
  const raised: { alarmId: string; atMs: number }[] = [];
  for (let count = 0; count < (seconds * 1000) / probeEveryMs; count += 1) {
    const step = Math.floor(count / 7) * 8 + 1 + (count % 7);
    const bed = step % beds;
    raised.push(ward.alarm(bed, 'raised'));
    setTimeout(() => ward.alarm(bed, 'cleared'), probeLastsMs);
    await sleep(probeEveryMs);
  }
  await sleep(probeLastsMs);
  return raised;
}

export function percentiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const percentile = (fraction: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))] ?? Number.NaN;
  return { p50: percentile(0.5), p99: percentile(0.99) };
}

export function tableOfRows(rows: readonly Row[]): string {
  const head =
    '| beds | pixels | main thread, ms/s | fps | heap, MB | breach → painted p50, ms | p99, ms |\n|---|---|---|---|---|---|---|\n';
  const lines = rows.map((row) => {
    const { p50, p99 } = row.breachToPaintedMs;
    return `| ${row.beds} | ${row.width} × ${row.height} | ${row.mainMsPerS} | ${row.fps} | ${row.heapMb} | ${p50} | ${p99} |\n`;
  });
  return head + lines.join('');
}

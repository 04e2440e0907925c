/**
 * Measures whether the memory of an open ward page stays the same over many hours. The hours are simulated: the page
 * gets the numbers and alarms of many hours as fast as it can process them. A simulated person opens other pages from
 * time to time. The waves run at their real speed, because the page uses the clock to draw and forget waves.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CDPSession, chromium, type Page } from 'playwright-core';
import { browserFlags } from '../tests/browser.ts';
import { rssMb } from './process-usage.ts';
import { logIn, rendererPid } from './screen-rows.ts';
import { madeUpValues } from './vitals.ts';
import { type MadeUpWard, openMadeUpWard } from './ward.ts';

const beds = 64;
/** Number of alarms of a bed in an hour: the number that docs/figures.md gives for the recordings. */
const alarmsPerBedAndHour = 16;
const alarmLastsS = 60;
/** After this time a person acknowledges every second alarm. */
const acknowledgedAfterS = 20;
/** Simulated time after which a person opens another page and comes back. */
const visitEveryS = 600;
/**
 * Simulated time after which the benchmark waits until the page has painted. So it never sends numbers faster than the
 * page paints.
 */
const stepS = 10;
/**
 * Simulated time before the first measurement. In this time the browser compiles the functions of the page that run
 * often. After half an hour it had made 3.7 MB of machine code, and after five more hours 4.8 MB.
 */
const warmUpS = 7_200;
const settleMs = 5_000;
/** Number of measurements for a point. The point has the smallest result. */
const measurements = 5;

type Point = {
  readonly hour: number;
  /** Memory that the objects of the page use (`reachableBytes`), MB. */
  readonly pageMb: number;
  /** The part of `pageMb` that is compiled code and the descriptions of functions, MB. */
  readonly codeMb: number;
  /** Memory in use by the worker that draws the waves, after garbage collection, MB. */
  readonly workerMb: number;
  /** RAM of the page's process, MB. */
  readonly rendererMb: number;
  readonly nodes: number;
  readonly listeners: number;
};

export type HeapFigures = {
  readonly beds: number;
  readonly hours: number;
  /** Real time of the measurement, s. */
  readonly tookS: number;
  readonly numbers: number;
  readonly alarms: number;
  readonly visits: number;
  readonly points: readonly Point[];
  /** The largest difference of the page's memory between two points, in percent of the smaller value. */
  readonly pageSpreadPercent: number;
  readonly workerSpreadPercent: number;
};

export async function measureHeap(
  executablePath: string,
  options: { readonly hours: number; readonly clientDir: string; readonly report: (line: string) => void },
): Promise<HeapFigures> {
  const { hours, clientDir, report } = options;
  const ward = await openMadeUpWard({ beds, chunkMs: 500, clientDir });
  const browser = await chromium.launch({ executablePath, headless: true, args: browserFlags });
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1920, height: 1080 } });
    await context.addInitScript(`localStorage.setItem('vigil.layout', 'waves')`);
    const page = await context.newPage();
    await logIn(page, ward);
    await sleep(settleMs);
    const cdp = await context.newCDPSession(page);
    const worker = await attachToWorker(cdp);
    const browserCdp = await browser.newBrowserCDPSession();
    const pid = await rendererPid(browserCdp);
    const shift = createShift(ward, page);
    await shift.work(warmUpS);
    const startMs = performance.now();
    const points: Point[] = [];
    for (let hour = 0; hour <= hours; hour += 1) {
      if (hour > 0) await shift.work(3600);
      await sleep(settleMs);
      const point = { hour, ...(await usedBy(cdp, worker, () => shift.work(stepS))), rendererMb: rssMb(pid) };
      report(JSON.stringify(point));
      points.push(point);
    }
    return {
      beds,
      hours,
      tookS: Math.round((performance.now() - startMs) / 1000),
      ...shift.counts,
      points,
      pageSpreadPercent: spreadPercent(points.map(({ pageMb }) => pageMb)),
      workerSpreadPercent: spreadPercent(points.map(({ workerMb }) => workerMb)),
    };
  } finally {
    await browser.close();
    await ward.close();
  }
}

/** Plays the numbers and alarms of a ward, and visits other pages. */
function createShift(ward: MadeUpWard, page: Page) {
  const counts = { numbers: 0, alarms: 0, visits: 0 };
  let nowS = 0;
  /** Simulated times at which something happens at a bed. */
  let due: { readonly atS: number; readonly bed: number; readonly event: 'acknowledged' | 'cleared' }[] = [];
  let alarmsOwed = 0;
  let nextBed = 0;
  const busy = new Set<number>();

  function playSecond(): void {
    nowS += 1;
    for (let bed = 0; bed < beds; bed += 1) counts.numbers += ward.observe(bed, madeUpValues(bed, nowS * 1000));
    for (const { bed, event } of due.filter(({ atS }) => atS <= nowS)) {
      ward.alarm(bed, event);
      if (event === 'cleared') busy.delete(bed);
    }
    due = due.filter(({ atS }) => atS > nowS);
    alarmsOwed += (beds * alarmsPerBedAndHour) / 3600;
    for (; alarmsOwed >= 1; alarmsOwed -= 1) raise();
    // Sends the numbers of this simulated second now. Without this call the server would join the numbers of all
    // simulated seconds that come within 250 ms.
    ward.server.hub.flushAlarms();
  }

  function raise(): void {
    do nextBed = (nextBed + 7) % beds;
    while (busy.has(nextBed));
    const bed = nextBed;
    busy.add(bed);
    counts.alarms += 1;
    ward.alarm(bed, 'raised', (['high', 'medium', 'low'] as const)[counts.alarms % 3]);
    if (counts.alarms % 2 === 0) due.push({ atS: nowS + acknowledgedAfterS, bed, event: 'acknowledged' });
    due.push({ atS: nowS + alarmLastsS, bed, event: 'cleared' });
  }

  async function visit(): Promise<void> {
    counts.visits += 1;
    const associationId = ward.associationOf(counts.visits % beds);
    const pages = [`#/patient/${associationId}`, `#/waves/${associationId}`, '#/alarms', '#/devices', '#/wards'];
    await page.evaluate((hash) => location.assign(hash), pages[counts.visits % pages.length]!);
    await sleep(300);
    await page.evaluate(() => location.assign('#/'));
    await page.getByTestId('tiles').waitFor();
  }

  return {
    counts,
    async work(seconds: number): Promise<void> {
      const endS = nowS + seconds;
      while (nowS < endS) {
        for (let second = 0; second < stepS; second += 1) {
          playSecond();
          // Without this pause, two readings of a device could have the same time. They would then count as one
          // reading.
          await sleep(2);
        }
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        if (nowS % visitEveryS === 0) await visit();
      }
    },
  };
}

type Worker = { send(method: string): Promise<Record<string, unknown>> };

/**
 * Attaches to the worker of the page. Playwright has no session for a worker, so the messages go through the session of
 * the page.
 */
async function attachToWorker(cdp: CDPSession): Promise<Worker> {
  const waiting = new Map<number, (result: Record<string, unknown>) => void>();
  cdp.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as { id?: number; result?: Record<string, unknown> };
    if (id !== undefined) waiting.get(id)?.(result ?? {});
  });
  const attached = new Promise<string>((resolve) => {
    cdp.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') resolve(sessionId);
    });
  });
  await cdp.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const sessionId = await attached;
  let sent = 0;
  return {
    send(method) {
      sent += 1;
      const id = sent;
      const answer = new Promise<Record<string, unknown>>((resolve) => waiting.set(id, resolve));
      void cdp.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
      return answer;
    },
  };
}

/**
 * Measures the memory several times and returns the smallest figure, because a message that has just arrived uses
 * memory for a moment. `next` sends new numbers before each measurement, because the page keeps parts of its former
 * picture until it draws the next picture (up to 1.3 MB with 64 beds).
 *
 * The memory of the page is the size of all objects, strings and code that can be reached. Chromium's own figure
 * (`Runtime.getHeapUsage`) also counts objects that are garbage already: up to 2.7 MB after six collections.
 */
async function usedBy(cdp: CDPSession, worker: Worker, next: () => Promise<void>) {
  const mb = (bytes: number) => Math.round(bytes / 1e4) / 100;
  let page = { all: Number.POSITIVE_INFINITY, code: 0 };
  let workerBytes = Number.POSITIVE_INFINITY;
  for (let times = 0; times < measurements; times += 1) {
    await next();
    await sleep(500);
    const now = await reachableBytes(cdp);
    if (now.all < page.all) page = now;
    await worker.send('HeapProfiler.collectGarbage');
    workerBytes = Math.min(workerBytes, Number((await worker.send('Runtime.getHeapUsage')).usedSize));
  }
  const { nodes, jsEventListeners } = await cdp.send('Memory.getDOMCounters');
  return { pageMb: mb(page.all), codeMb: mb(page.code), workerMb: mb(workerBytes), nodes, listeners: jsEventListeners };
}

/**
 * The parts of a heap snapshot that `reachableBytes` reads. `nodes` has the fields of all nodes, one after the other.
 */
type HeapSnapshot = {
  readonly snapshot: { readonly meta: { readonly node_fields: string[]; readonly node_types: [string[]] } };
  readonly nodes: number[];
};

/**
 * Returns the size of all objects of JavaScript that can be reached, and of the code among them, in bytes. The elements
 * of the page are not counted.
 */
async function reachableBytes(cdp: CDPSession): Promise<{ readonly all: number; readonly code: number }> {
  const chunks: string[] = [];
  const collect = ({ chunk }: { readonly chunk: string }) => chunks.push(chunk);
  cdp.on('HeapProfiler.addHeapSnapshotChunk', collect);
  await cdp.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  cdp.off('HeapProfiler.addHeapSnapshotChunk', collect);
  const { snapshot, nodes } = JSON.parse(chunks.join('')) as HeapSnapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, sizeAt] = [fields.indexOf('type'), fields.indexOf('self_size')];
  const [nativeType, codeType] = [types[0].indexOf('native'), types[0].indexOf('code')];
  const bytes = { all: 0, code: 0 };
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (nodes[at + typeAt] === nativeType) continue;
    bytes.all += nodes[at + sizeAt]!;
    if (nodes[at + typeAt] === codeType) bytes.code += nodes[at + sizeAt]!;
  }
  return bytes;
}

function spreadPercent(values: readonly number[]): number {
  const smallest = Math.min(...values);
  return Math.round(((Math.max(...values) - smallest) / smallest) * 1000) / 10;
}

/** Compares the figures with the aims of issue 13. Returns a sentence for each aim that is missed. */
export function missedByHeap({ hours, pageSpreadPercent, workerSpreadPercent }: HeapFigures): string[] {
  const missed: string[] = [];
  if (!(pageSpreadPercent <= 10))
    missed.push(`heap: the memory of the page changes by ${pageSpreadPercent} % over ${hours} h, aim 10 %`);
  if (!(workerSpreadPercent <= 10))
    missed.push(`heap: the memory of the worker changes by ${workerSpreadPercent} % over ${hours} h, aim 10 %`);
  return missed;
}

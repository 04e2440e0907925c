/** Measures what a browser that has stored nothing loads, and the time until it shows the login form and the ward. */
import { chromium } from 'playwright-core';
import { browserFlags } from '../tests/browser.ts';
import { type FirstLoad, firstLoadBytesMax, loadFirstPage } from '../tests/screens/first-load.ts';
import { openMadeUpWard, userId } from './ward.ts';

const beds = 8;
/** Maximum time until the login form is painted, and until the first number of the ward is painted, ms. */
const loadMsMax = 1_000;

type Times = { readonly p50: number; readonly slowest: number };
export type FirstLoadFigures = {
  readonly bytes: number;
  /** The bytes that a German browser loads. */
  readonly germanBytes: number;
  readonly files: FirstLoad['files'];
  readonly loads: number;
  readonly loginPaintedMs: Times;
  readonly wardPaintedMs: Times;
};

export async function measureFirstLoad(
  executablePath: string,
  options: { readonly loads: number; readonly clientDir: string },
): Promise<FirstLoadFigures> {
  const ward = await openMadeUpWard({ beds, chunkMs: 500, clientDir: options.clientDir });
  const browser = await chromium.launch({ executablePath, headless: true, args: browserFlags });
  try {
    // The first load of a fresh Chromium also starts processes of the browser, so it is not counted.
    await loadFirstPage(browser, ward.server, userId);
    const loads: FirstLoad[] = [];
    for (let count = 0; count < options.loads; count += 1)
      loads.push(await loadFirstPage(browser, ward.server, userId));
    const { bytes: germanBytes } = await loadFirstPage(browser, ward.server, userId, 'de-DE');
    const [{ bytes, files } = { bytes: Number.NaN, files: [] }] = loads;
    return {
      bytes,
      germanBytes,
      files,
      loads: loads.length,
      loginPaintedMs: timesOf(loads.map(({ loginPaintedMs }) => loginPaintedMs)),
      wardPaintedMs: timesOf(loads.map(({ wardPaintedMs }) => wardPaintedMs)),
    };
  } finally {
    await browser.close();
    await ward.close();
  }
}

function timesOf(values: readonly number[]): Times {
  const sorted = values.map(Math.round).sort((a, b) => a - b);
  return { p50: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, slowest: sorted.at(-1) ?? Number.NaN };
}

/** Compares the first load with the aims of issue 13. Returns a sentence for each aim that is missed. */
export function missedByFirstLoad({ bytes, germanBytes, loginPaintedMs, wardPaintedMs }: FirstLoadFigures): string[] {
  const missed: string[] = [];
  if (!(bytes < firstLoadBytesMax)) missed.push(`first load: ${bytes} bytes, aim ${firstLoadBytesMax}`);
  if (!(germanBytes < firstLoadBytesMax))
    missed.push(`first load of a German browser: ${germanBytes} bytes, aim ${firstLoadBytesMax}`);
  if (!(loginPaintedMs.slowest < loadMsMax))
    missed.push(`first load: the login form is painted after ${loginPaintedMs.slowest} ms, aim ${loadMsMax}`);
  if (!(wardPaintedMs.slowest < loadMsMax))
    missed.push(`first load: the ward is painted after ${wardPaintedMs.slowest} ms, aim ${loadMsMax}`);
  return missed;
}

/** Checks how much a new station loads before it shows the ward. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type MadeUpWard, openMadeUpWard, userId } from '../../bench/ward.ts';
import { openBrowser } from '../browser.ts';
import { firstLoadBytesMax, loadFirstPage } from './first-load.ts';

let ward: MadeUpWard;

beforeAll(async () => {
  ward = await openMadeUpWard({ beds: 4, chunkMs: 500 });
});

afterAll(() => ward.close());

it.each([
  ['an English', 'en-GB', /^(?:index|wave-worker)-/, 3],
  ['a German', 'de-DE', /^(?:index|wave-worker|german)-/, 4],
])(
  'everything that %s browser with nothing stored loads until it shows the ward is smaller than 200 kB',
  async (_name, locale, firstFiles, count) => {
    const browser = await openBrowser(inject('chromium'));
    const load = await loadFirstPage(browser, ward.server, userId, locale).finally(() => browser.close());
    const assets = readdirSync(join(ward.server.clientDir, 'assets')).filter((name) => /\.(?:js|css)$/.test(name));
    const first = assets.filter((name) => firstFiles.test(name));
    expect(first.length).toBe(count);
    const paths = load.files.map(({ path }) => path);
    // All kinds of files were counted. Otherwise the sum would be too small.
    expect(paths).toEqual(expect.arrayContaining(['/', '/sw.js', ...first.map((name) => `/assets/${name}`)]));
    // The rarely used pages exist, and are not part of the first load.
    expect(assets.some((name) => name.startsWith('rare-pages-'))).toBe(true);
    expect(paths.filter((path) => path.includes('rare-pages'))).toEqual([]);
    expect(load.bytes, JSON.stringify(load.files, null, 2)).toBeLessThan(firstLoadBytesMax);
  },
);

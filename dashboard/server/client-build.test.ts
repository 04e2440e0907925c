import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildMarkOf, followClientBuild } from './client-build.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-build-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const page = (mark: string) => `<head><meta name="vigil-build" content="${mark}"><title>Vigil</title></head>`;

it.each([
  ['a built page', page('0123456789abcdef'), '0123456789abcdef'],
  ['a page that was not built', '<head><title>Vigil</title></head>', undefined],
  ['a page with a mark that no build writes', page('<script>'), undefined],
])('buildMarkOf returns the build mark of %s, or undefined if the page has none', (_name, html, mark) => {
  expect(buildMarkOf(html)).toBe(mark);
});

it('followClientBuild returns the new mark after the page was built again, and undefined while there is no page', async () => {
  const build = followClientBuild(folder, 10);
  expect(build.current()).toBeUndefined();
  writeFileSync(join(folder, 'index.html'), page('0123456789abcdef'));
  await expect.poll(build.current, { timeout: 30_000 }).toBe('0123456789abcdef');
  rmSync(join(folder, 'index.html'));
  await expect.poll(build.current, { timeout: 30_000 }).toBe(undefined);
  writeFileSync(join(folder, 'index.html'), page('fedcba9876543210'));
  await expect.poll(build.current, { timeout: 30_000 }).toBe('fedcba9876543210');
  build.close();
});

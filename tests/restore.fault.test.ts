/**
 * A restore with the product itself: its data and its keys are two folders of a backup, and an operator may take them from two days. In
 * between a key was lost and given up (npm run certs -- accept-lost-keys).
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { readRecorded } from '../certs/fingerprints.ts';
import { newBrowser } from '../dashboard/server/browser.testing.ts';
import { type RunningProduct, startProduct } from './product.ts';
import { root, until } from './system.ts';

const platform = inject('platform');
const folder = mkdtempSync(join(platform.stateDir, 'restore-'));
const house = join(folder, 'house');
const keyFolders = ['certs', 'secrets'];
const notKept = ['logs', 'lock'];
const lost = 'secrets/reader-trends.jwk';
let running: RunningProduct | undefined;

afterAll(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

const backUp = (name: string) =>
  cpSync(house, join(folder, name), {
    recursive: true,
    filter: (path) => !notKept.includes(path.split('/').at(-1) ?? ''),
  });

/** A new folder with the data of one backup and the keys of another one. */
function restore(name: string, from: { readonly data: string; readonly keys: string }): string {
  const stateDir = join(folder, name);
  mkdirSync(stateDir, { mode: 0o700 });
  for (const part of readdirSync(join(folder, from.data)).filter((one) => !keyFolders.includes(one)))
    cpSync(join(folder, from.data, part), join(stateDir, part), { recursive: true });
  for (const part of keyFolders) cpSync(join(folder, from.keys, part), join(stateDir, part), { recursive: true });
  return stateDir;
}

async function run<T>(stateDir: string, work: (product: RunningProduct) => Promise<T>): Promise<T> {
  running = await startProduct({ stateDir, softwareDir: platform.softwareDir, beds: 1 });
  try {
    return await work(running);
  } finally {
    await running.close();
    running = undefined;
  }
}

/** Waits until a physician's screen shows the patient of the simulated bed with values of now. @returns the association */
async function seesPatient({ where: { stateDir, httpPort } }: RunningProduct): Promise<string> {
  const origin = `https://localhost:${httpPort}`;
  const browser = newBrowser({ port: httpPort, ca: readFileSync(join(stateDir, 'certs/ca.pem'), 'utf8'), origin });
  const { physician } = JSON.parse(readFileSync(join(stateDir, 'secrets/demo-logins.json'), 'utf8'));
  expect((await browser.login('physician', physician)).status).toBe(200);
  const live = await browser.live({ type: 'watch', scope: { ward: 'icu' }, waves: null });
  try {
    await until('values of now', () =>
      live.of('delta').some(({ beds }) => beds.some(({ values }) => values.length > 0)),
    );
    const bed = live.of('snapshot')[0]?.beds.find(({ patient }) => patient?.familyName === 'Demo-Alpha');
    return bed?.associationId ?? '';
  } finally {
    live.close();
  }
}

describe('a restore', () => {
  let yesterday: string;

  it('two backups exist: yesterday’s, and today’s with a key that was given up since', {
    timeout: 900_000,
  }, async () => {
    yesterday = await run(house, seesPatient);
    expect(yesterday).not.toBe('');
    backUp('yesterday');
    rmSync(join(house, lost));
    // Without the operator's word the product does not begin.
    await expect(run(house, seesPatient)).rejects.toThrow(`${lost} is missing`);
    execFileSync(process.execPath, [join(root, 'certs/main.ts'), 'accept-lost-keys', '--state', house]);
    expect(await run(house, seesPatient)).toBe(yesterday);
    backUp('today');
    expect(readRecorded(join(folder, 'today'))).toMatchObject({ epoch: 1 });
  });

  it('a restore of yesterday’s data with today’s keys runs, because an operator has since accepted that the key is lost', {
    timeout: 600_000,
  }, async () => {
    const stateDir = restore('older-data', { data: 'yesterday', keys: 'today' });
    expect(await run(stateDir, seesPatient)).toBe(yesterday);
  });

  it('a restore of today’s data with yesterday’s keys is refused, names the key to restore, and makes and changes no key', {
    timeout: 600_000,
  }, async () => {
    const stateDir = restore('newer-data', { data: 'today', keys: 'yesterday' });
    const keysOf = () =>
      readFileSync(join(stateDir, lost), 'utf8') + readFileSync(join(stateDir, 'secrets/fingerprints.json'), 'utf8');
    const before = keysOf();
    await expect(run(stateDir, seesPatient)).rejects.toThrow(
      `The data in Kafka were written with other keys than these: ${lost}.`,
    );
    expect(keysOf()).toBe(before);
    // With the keys of its own day it runs.
    for (const part of keyFolders) {
      rmSync(join(stateDir, part), { recursive: true });
      cpSync(join(folder, 'today', part), join(stateDir, part), { recursive: true });
    }
    expect(await run(stateDir, seesPatient)).toBe(yesterday);
  });
});

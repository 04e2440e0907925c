/**
 * Restores backups and starts the product with them. A backup has data and keys in separate folders, so an operator can
 * mix the data of one day with the keys of another day. Between the two days of this test a key was lost, and the
 * operator accepted the loss (npm run certs -- accept-lost-keys).
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { readRecordedFingerprints } from '../certs/fingerprints.ts';
import { newBrowser } from '../dashboard/server/browser.testing.ts';
import { type RunningProduct, startProduct } from './product.ts';
import { root, until } from './system.ts';

const platform = inject('platform');
const folder = mkdtempSync(join(platform.stateDir, 'restore-'));
const original = join(folder, 'original');
const keyFolders = ['certs', 'secrets'];
const notBackedUp = ['logs', 'lock'];
const lostKey = 'secrets/reader-trends.jwk';
let running: RunningProduct | undefined;

afterAll(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

const backUp = (name: string) =>
  cpSync(original, join(folder, name), {
    recursive: true,
    filter: (path) => !notBackedUp.includes(path.split('/').at(-1) ?? ''),
  });

/** Creates a state folder with the data of one backup and the keys of another backup. */
function restore(name: string, from: { readonly data: string; readonly keys: string }): string {
  const stateDir = join(folder, name);
  mkdirSync(stateDir, { mode: 0o700 });
  for (const part of readdirSync(join(folder, from.data)).filter((name) => !keyFolders.includes(name)))
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

/**
 * Waits until a physician's screen gets current values of the simulated bed. Returns the association id of its patient.
 */
async function untilPatientIsShown({ addresses: { stateDir, httpPort } }: RunningProduct): Promise<string> {
  const origin = `https://localhost:${httpPort}`;
  const browser = newBrowser({ port: httpPort, ca: readFileSync(join(stateDir, 'certs/ca.pem'), 'utf8'), origin });
  const { physician } = JSON.parse(readFileSync(join(stateDir, 'secrets/demo-logins.json'), 'utf8'));
  expect((await browser.login('physician', physician)).status).toBe(200);
  const live = await browser.live({ type: 'watch', scope: { ward: 'icu' }, waves: null });
  try {
    await until('current values', () =>
      live.of('delta').some(({ beds }) => beds.some(({ values }) => values.length > 0)),
    );
    const bed = live.of('snapshot')[0]?.beds.find(({ patient }) => patient?.familyName === 'Demo-Alpha');
    return bed?.associationId ?? '';
  } finally {
    live.close();
  }
}

describe('a restore', () => {
  let associationId: string;

  it('the product refuses to start without a key, and starts after the operator accepted the loss of the key', {
    timeout: 900_000,
  }, async () => {
    associationId = await run(original, untilPatientIsShown);
    expect(associationId).not.toBe('');
    backUp('yesterday');
    rmSync(join(original, lostKey));
    await expect(run(original, untilPatientIsShown)).rejects.toThrow(`${lostKey} is missing`);
    execFileSync(process.execPath, [join(root, 'certs/main.ts'), 'accept-lost-keys', '--state', original]);
    expect(await run(original, untilPatientIsShown)).toBe(associationId);
    backUp('today');
    expect(readRecordedFingerprints(join(folder, 'today'))).toMatchObject({ epoch: 1 });
  });

  it('the product starts with yesterday’s data and today’s keys, because the operator has accepted the loss of the key', {
    timeout: 600_000,
  }, async () => {
    const stateDir = restore('older-data', { data: 'yesterday', keys: 'today' });
    expect(await run(stateDir, untilPatientIsShown)).toBe(associationId);
  });

  it('the product refuses to start with today’s data and yesterday’s keys, names the key to restore, and changes no key', {
    timeout: 600_000,
  }, async () => {
    const stateDir = restore('newer-data', { data: 'today', keys: 'yesterday' });
    const readKeys = () =>
      readFileSync(join(stateDir, lostKey), 'utf8') + readFileSync(join(stateDir, 'secrets/fingerprints.json'), 'utf8');
    const keysBefore = readKeys();
    await expect(run(stateDir, untilPatientIsShown)).rejects.toThrow(
      `The data in Kafka were written with other keys. These files differ or are missing: ${lostKey}.`,
    );
    expect(readKeys()).toBe(keysBefore);
    // The product starts with data and keys of the same day.
    for (const part of keyFolders) {
      rmSync(join(stateDir, part), { recursive: true });
      cpSync(join(folder, 'today', part), join(stateDir, part), { recursive: true });
    }
    expect(await run(stateDir, untilPatientIsShown)).toBe(associationId);
  });
});

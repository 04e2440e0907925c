import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { dayMs } from '../certs/core/renewal.ts';
import { ensureCertificates } from '../certs/ensure.ts';
import { readRevocationLists } from '../contracts/crl.ts';
import { renewOnce } from './renewal.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'vigil-renewal-'));
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

it('starts the processes again only when certificates were renewed, and tells what went wrong', {
  timeout: 60_000,
}, async () => {
  const startMs = Date.now();
  let now = startMs;
  const told: string[] = [];
  const crlNow = () =>
    readRevocationLists(readFileSync(join(stateDir, 'certs/device-ca.crl')), [
      readFileSync(join(stateDir, 'certs/device-ca.pem'), 'utf8'),
    ]).get(0)!;
  const process_ = (name: string) => ({ name, restart: async () => void told.push(`${name} again`) });
  const options = {
    stateDir,
    processes: [process_('kafka'), process_('gateway')],
    report: (line: string) => told.push(line),
    nowMs: () => now,
  };
  await ensureCertificates({ stateDir, nowMs: now });

  now = startMs + 59 * dayMs;
  await renewOnce(options);
  expect(told).toEqual([]);
  // But the CRL, which the gateway reads again by itself, was issued anew.
  expect((crlNow().nextUpdateMs ?? 0) - now).toBeGreaterThan(29 * dayMs);

  now = startMs + 61 * dayMs;
  await renewOnce(options);
  expect(told).toEqual([expect.stringMatching(/^\d+ certificates were renewed/), 'kafka again', 'gateway again']);

  writeFileSync(join(stateDir, 'certs/gateway.pem'), 'garbage');
  await renewOnce(options);
  expect(told.at(-1)).toMatch(/^Certificates could not be renewed: .*gateway\.pem holds no certificate/);
});

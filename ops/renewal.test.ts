import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { dayMs } from '../certs/core/renewal.ts';
import { ensureCertificates } from '../certs/ensure.ts';
import { renewOnce } from './renewal.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'vigil-renewal-'));
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

it('starts the processes again only when certificates were renewed, and tells what went wrong', {
  timeout: 60_000,
}, async () => {
  const startMs = Date.now();
  let now = startMs;
  const told: string[] = [];
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

  now = startMs + 61 * dayMs;
  await renewOnce(options);
  expect(told).toEqual([expect.stringMatching(/^\d+ certificates were renewed/), 'kafka again', 'gateway again']);

  writeFileSync(join(stateDir, 'certs/gateway.pem'), 'garbage');
  await renewOnce(options);
  expect(told.at(-1)).toMatch(/^Certificates could not be renewed: .*gateway\.pem holds no certificate/);
});

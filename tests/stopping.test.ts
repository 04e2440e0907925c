import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

/** Programs that are not servers. On a signal, they must stop their child processes or delete an incomplete file. */
const programsWithOwnSignals = ['ops/capture/main.ts', 'ops/start.ts'];

it.each([
  'dashboard/server/main.ts',
  'gateway/main.ts',
  'processors/alarms/main.ts',
  'processors/canary/main.ts',
  'processors/delivery/main.ts',
  'processors/strips/main.ts',
  'processors/trends/main.ts',
  'processors/witness/main.ts',
])('%s starts and stops its server with runProcess', (file) => {
  expect(textOf(file)).toMatch(/^runProcess\(\{$/m);
});

it('only process/stopping.ts and two programs that are not servers listen for the signals that end a process', () => {
  const folders = ['certs', 'contracts', 'dashboard', 'gateway', 'log', 'ops', 'process', 'processors', 'simulators'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => join(folder, file)),
  );
  expect(files.length).toBeGreaterThan(300);
  const listening = files.filter((file) => /process\s*\.(on|once)\((signal|'SIG)/.test(textOf(file)));
  expect(listening.sort()).toEqual(['process/stopping.ts', ...programsWithOwnSignals].sort());
});

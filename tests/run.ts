/**
 * `npm test`: gets what the tests need, checks types and style, builds the client, runs every test project on the real parts, says
 * how long each took, and ends with the count. `npm test -- unit faults` runs only the parts named.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { defaultSoftwareDir, ensureChromium, ensureFaketime, ensureSoftware } from '../ops/platform/software.ts';
import { ensureForeignClients } from './foreign/ensure.ts';
import { add, check, closingLine, failuresOf, nothing, type Tally, tallyOf } from './tally.ts';

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', name);

/** Of one part, far above what it takes. */
const partMsMax = 20 * 60_000;

type Part = { readonly name: string; readonly run: (run: Run) => Promise<Tally> };

/** One run of this program: where vitest leaves its reports, and what has failed so far. */
type Run = { readonly reports: string; readonly failures: string[] };

const parts: readonly Part[] = [
  { name: 'software', run: software },
  { name: 'types', run: async () => check((await node([bin('typescript/bin/tsc'), '--noEmit'])) === 0) },
  { name: 'style', run: async () => check((await node([bin('@biomejs/biome/bin/biome'), 'check', '.'])) === 0) },
  {
    name: 'client',
    run: async () =>
      check((await node([bin('vite/bin/vite.js'), 'build', 'dashboard/client', '--logLevel', 'warn'])) === 0),
  },
  ...['unit', 'screens', 'integration', 'e2e', 'attacks', 'faults'].map(
    (name): Part => ({ name, run: (run) => project(name, run) }),
  ),
];

/** Kafka, InfluxDB, a browser and clients of others, so that no test waits for a download. */
async function software(): Promise<Tally> {
  const report = (line: string) => process.stdout.write(`${line}\n`);
  try {
    await ensureSoftware(process.env.VIGIL_SOFTWARE_DIR || defaultSoftwareDir, report);
    await ensureChromium(report);
    await ensureFaketime(report);
    await ensureForeignClients(process.env.VIGIL_SOFTWARE_DIR || defaultSoftwareDir);
    return check(true);
  } catch (error) {
    process.stdout.write(`${error instanceof VigilError ? error.message : String(error)}\n`);
    return check(false);
  }
}

async function project(name: string, { reports, failures }: Run): Promise<Tally> {
  const file = join(reports, `${name}.json`);
  const reporters = ['--reporter', 'default', '--reporter', 'json', '--outputFile.json', file];
  const code = await node([bin('vitest/vitest.mjs'), 'run', '--project', name, '--passWithNoTests', ...reporters]);
  const report: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  failures.push(...failuresOf(report, root));
  return tallyOf(report, code);
}

function node(args: readonly string[]): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // What hangs is ended and counts as failed; its brokers end with it (ops/platform/child.ts).
    timeout: partMsMax,
    killSignal: 'SIGKILL',
  });
  child.once('error', () => resolve(1));
  child.once('close', (code) => resolve(code));
  return promise;
}

function makeReportFolder(): string {
  const state = join(root, '.vigil');
  mkdirSync(state, { recursive: true });
  return mkdtempSync(join(state, 'reports-'));
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !parts.some((part) => part.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`"${unknown}" is no part: ${parts.map(({ name }) => name).join(', ')}.\n`);
    return 1;
  }
  const run: Run = { reports: makeReportFolder(), failures: [] };
  const chosen = names.length === 0 ? parts : parts.filter(({ name }) => names.includes(name));
  let sum = nothing;
  const rows: string[] = [];
  for (const part of chosen) {
    process.stdout.write(`\n== ${part.name}\n`);
    const startedAtMs = performance.now();
    const tally = await part.run(run);
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
    rows.push(`${part.name.padEnd(12)} ${seconds.padStart(7)} s   ${closingLine(tally)}`);
    sum = add(sum, tally);
  }
  rmSync(run.reports, { recursive: true, force: true });
  if (run.failures.length > 0) process.stdout.write(`\n== failed\n${run.failures.join('\n')}\n`);
  // The rows are told as "part: …" so that only the last line reads as the count.
  process.stdout.write(`\n${rows.map((row) => `part ${row}`).join('\n')}\n\n${closingLine(sum)}\n`);
  return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));

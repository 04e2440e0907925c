/**
 * `npm test`: installs what the tests need, checks types and style, builds the client, and runs the test projects,
 * several at once. Then prints the time of each part and of the slowest files, and how busy the processors were. The
 * last line is the number of passed, failed and skipped tests. `npm test -- unit faults` runs only the parts `unit` and
 * `faults`.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import {
  defaultSoftwareDir,
  ensureChromium,
  ensureFaketime,
  ensureHeadlessShell,
  ensureSoftware,
  ensureXvfb,
} from '../ops/platform/software.ts';
import { ensureForeignClients } from './foreign/ensure.ts';
import { describeUse, processorUse } from './processor-use.ts';
import { describeSecondTry, type FileResult, filesToTryAgain, withSecondTry } from './second-try.ts';
import {
  addTallies,
  closingLine,
  durationsOf,
  emptyTally,
  type FileDuration,
  failedFilesOf,
  failuresOf,
  slowestOf,
  type Tally,
  tallyOf,
  tallyOfCheck,
} from './tally.ts';

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', name);

/** Time after which a part of the test run is killed. On a quiet machine, no part takes half as long. */
const partMsMax = 45 * 60_000;

type Part = { readonly name: string; readonly run: (run: Run, output: Output) => Promise<Tally> };

/** Where a part writes: to the terminal immediately, or into a file that is printed when the part ends. */
type Output = 'inherit' | number;

/** One run of this program: where vitest leaves its reports, what has failed so far, and which files took how long. */
type Run = {
  readonly reports: string;
  readonly failures: string[];
  readonly failedFiles: FileResult[];
  readonly durations: FileDuration[];
};

/** The steps before the tests. They run one after the other. */
const preparations: readonly Part[] = [
  { name: 'software', run: software },
  { name: 'types', run: (_run, output) => runCheck([bin('typescript/bin/tsc'), '--noEmit'], output) },
  { name: 'style', run: (_run, output) => runCheck([bin('@biomejs/biome/bin/biome'), 'check', '.'], output) },
  {
    name: 'client',
    run: (_run, output) =>
      runCheck([bin('vite/bin/vite.js'), 'build', 'dashboard/client', '--logLevel', 'warn'], output),
  },
];

/**
 * The vitest projects, the longest first, so that no long project runs alone at the end. The files of a project with
 * several shards are divided: each shard is a run of vitest with its own Kafka, InfluxDB and browser. The attacks share
 * one product, so they are not divided.
 */
const projects: readonly Part[] = [
  { project: 'screens', shards: 3 },
  { project: 'integration', shards: 2 },
  { project: 'faults', shards: 2 },
  { project: 'e2e', shards: 1 },
  { project: 'attacks', shards: 1 },
  { project: 'unit', shards: 1 },
].flatMap(({ project, shards }) =>
  Array.from({ length: shards }, (_, index) => {
    const shard = `${index + 1}/${shards}`;
    const name = shards === 1 ? project : `${project} ${shard}`;
    return { name, run: (run: Run, output: Output) => runProject(project, shard, run, output) };
  }),
);

/**
 * Number of parts that run at once. The tests wait during a part of their time, for example until an alarm's delay is
 * over. So three parts use two processors. With four parts, tests were slow enough to reach their time limits. The last
 * lines of a run show how busy the processors were.
 */
const partsAtOnce = availableParallelism() + 1;

/** Installs Kafka, InfluxDB, a browser and MQTT clients of other projects, so that no test waits for a download. */
async function software(): Promise<Tally> {
  const report = (line: string) => process.stdout.write(`${line}\n`);
  try {
    await ensureSoftware(process.env.VIGIL_SOFTWARE_DIR || defaultSoftwareDir, report);
    await ensureChromium(report);
    await ensureHeadlessShell(report);
    await ensureFaketime(report);
    await ensureXvfb(report);
    await ensureForeignClients(process.env.VIGIL_SOFTWARE_DIR || defaultSoftwareDir);
    return tallyOfCheck(true);
  } catch (error) {
    process.stdout.write(`${error instanceof VigilError ? error.message : String(error)}\n`);
    return tallyOfCheck(false);
  }
}

async function runCheck(args: readonly string[], output: Output): Promise<Tally> {
  return tallyOfCheck((await node(args, output)) === 0);
}

async function runProject(name: string, shard: string, run: Run, output: Output): Promise<Tally> {
  const { reports, failures, failedFiles, durations } = run;
  const file = join(reports, `${name}-${shard.replace('/', '-of-')}.json`);
  const reporters = ['--reporter', 'default', '--reporter', 'json', '--outputFile.json', file];
  const cut = ['--shard', shard, '--passWithNoTests'];
  const args = [bin('vitest/vitest.mjs'), 'run', '--project', name, ...cut, ...reporters];
  const code = await node(args, output);
  const report: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  failures.push(...failuresOf(report, root));
  failedFiles.push(...failedFilesOf(report, root).map((result) => ({ project: name, ...result })));
  durations.push(...durationsOf(report, root));
  return tallyOf(report, code);
}

function node(args: readonly string[], output: Output): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', output, output],
    // A part that hangs is killed and counts as failed. Its brokers end with it (ops/platform/child.ts).
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

/** Returns the name of a part without its shard, as a person names it on the command line. */
const kindOf = ({ name }: Part) => name.split(' ')[0] ?? name;

type Row = { readonly text: string; readonly tally: Tally };

async function runPart(part: Part, run: Run, output: Output): Promise<Row> {
  const startedAtMs = performance.now();
  const tally = await part.run(run, output);
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  return { text: `${part.name.padEnd(16)} ${seconds.padStart(7)} s   ${closingLine(tally)}`, tally };
}

async function runInTurn(parts: readonly Part[], run: Run): Promise<Row[]> {
  const rows: Row[] = [];
  for (const part of parts) {
    process.stdout.write(`\n== ${part.name}\n`);
    rows.push(await runPart(part, run, 'inherit'));
  }
  return rows;
}

/** Prints the output of a part when the part ends, because mixed lines of two parts would be hard to read. */
async function runSideBySide(parts: readonly Part[], run: Run): Promise<Row[]> {
  const rows: Row[] = [];
  const left = [...parts];
  const lane = async () => {
    for (let part = left.shift(); part; part = left.shift()) {
      process.stdout.write(`\n== ${part.name} begins\n`);
      const path = join(run.reports, `${part.name.replace('/', '-of-')}.log`);
      const file = openSync(path, 'w');
      const row = await runPart(part, run, file);
      closeSync(file);
      process.stdout.write(`\n== ${part.name}\n${readFileSync(path, 'utf8')}\npart ${row.text}\n`);
      rows.push(row);
    }
  };
  await Promise.all(Array.from({ length: partsAtOnce }, lane));
  return rows;
}

/**
 * Runs the files once more, one project after the other, when nothing runs beside them. Returns the sum of their
 * counts.
 */
async function tryAgain(files: readonly FileResult[], { reports }: Run): Promise<Tally> {
  let sum = emptyTally;
  for (const project of new Set(files.map((file) => file.project))) {
    const names = files.filter((file) => file.project === project).map(({ name }) => name);
    process.stdout.write(`\n== ${project}, run again: ${names.join(', ')}\n`);
    const file = join(reports, `${project}-again.json`);
    const reporters = ['--reporter', 'default', '--reporter', 'json', '--outputFile.json', file];
    const code = await node([bin('vitest/vitest.mjs'), 'run', '--project', project, ...names, ...reporters], 'inherit');
    sum = addTallies(sum, tallyOf(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined, code));
  }
  return sum;
}

async function main(names: readonly string[]): Promise<number> {
  const parts = [...preparations, ...projects];
  const kinds = [...new Set(parts.map(kindOf))];
  const unknown = names.find((name) => !kinds.includes(name));
  if (unknown !== undefined) {
    process.stderr.write(`"${unknown}" is not a part of the test run. The parts are: ${kinds.join(', ')}.\n`);
    return 1;
  }
  const run: Run = { reports: makeReportFolder(), failures: [], failedFiles: [], durations: [] };
  const cpusAtStart = cpus();
  const isChosen = (part: Part) => names.length === 0 || names.includes(kindOf(part));
  const chosen = projects.filter(isChosen);
  const rows = await runInTurn(preparations.filter(isChosen), run);
  rows.push(...(await (chosen.length > 1 ? runSideBySide : runInTurn)(chosen, run)));
  const again = filesToTryAgain(run.failedFiles, (name) => /seed/i.test(readFileSync(join(root, name), 'utf8')));
  const second = await tryAgain(again, run);
  rmSync(run.reports, { recursive: true, force: true });
  const slowest = slowestOf(run.durations);
  if (slowest.length > 0) process.stdout.write(`\n== slowest\n${slowest.join('\n')}\n`);
  if (run.failures.length > 0) process.stdout.write(`\n== failed\n${run.failures.join('\n')}\n`);
  if (again.length > 0) process.stdout.write(`\n== run again alone\n${describeSecondTry(again, second)}\n`);
  const sum = withSecondTry(
    rows.reduce((total, { tally }) => addTallies(total, tally), emptyTally),
    again,
    second,
  );
  // Each row begins with the word "part". So a program that looks for the sum of the counts does not take a row for the
  // last line.
  const use = describeUse(processorUse(cpusAtStart, cpus()));
  process.stdout.write(`\n${rows.map(({ text }) => `part ${text}`).join('\n')}\npart ${use}\n\n${closingLine(sum)}\n`);
  return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));

/** `npm run test:mutants`: measures how many small changes of the alarm core its tests notice (docs/mutants.md). */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type FileCounts, keyOf, type Mutant, type RunOrder, sampleOf, scoreOf } from './sample.ts';

const help = `npm run test:mutants -- [<file pattern> …] [--share 0.1] [--seed <number>] [--missed]
    Makes small changes (mutants) in the files of processors/alarms/core with Stryker, one at a time, and runs the tests of the
    core for each change. At least one test must fail. Prints the changes that no test noticed, and for each file the number of
    changes that were noticed. --share 1 tries every change. --missed tries again the changes that no test noticed in the last
    run, with the slow tests too.
`;
const root = join(import.meta.dirname, '../..');
const home = join(root, '.vigil/mutants');
const version = '10.1.1';
const packages = ['core', 'instrumenter'].map((name) => `@stryker-mutator/${name}`);
const scoreMin = 0.85;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    share: { type: 'string', default: '0.1' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    missed: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Installs Stryker outside of the project's own packages, because nothing else needs its 170 packages. */
function ensureStryker(): void {
  const isInstalled = packages.every((name) => existsSync(join(home, 'node_modules', name, 'package.json')));
  if (isInstalled) return;
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
  const install = ['install', '--save-exact', '--loglevel=error', ...packages.map((name) => `${name}@${version}`)];
  const { status } = spawnSync('npm', install, { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('Stryker could not be installed: see the error of npm install above.');
}

type Instrumenter = { instrument(files: object[], options: object): Promise<{ mutants: readonly Mutant[] }> };

/** Returns all mutants that Stryker makes of the files. */
async function mutantsOf(files: readonly string[]): Promise<Mutant[]> {
  const load = (name: string) => import(pathToFileURL(createRequire(join(home, 'package.json')).resolve(name)).href);
  const { createInstrumenter } = await load('@stryker-mutator/instrumenter');
  const { createInjector } = await load('typed-inject');
  const log = { debug() {}, info() {}, warn() {}, trace() {}, isDebugEnabled: () => false };
  const injector = createInjector()
    .provideValue('logger', log)
    .provideValue('getLogger', () => log)
    .provideValue('options', {});
  const instrumenter = injector.injectFunction(createInstrumenter) as Instrumenter;
  const texts = files.map((name) => ({ name, content: readFileSync(join(root, name), 'utf8'), mutate: true }));
  const { mutants } = await instrumenter.instrument(texts, { ignorers: [], excludedMutations: [], plugins: null });
  return [...mutants];
}

/** Returns the range of a mutant in Stryker's notation, with columns that count from 0. */
const rangeOf = ({ fileName, location: { start, end } }: Mutant) =>
  `${fileName}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`;

function runStryker(sample: readonly Mutant[]): void {
  const orderFile = join(home, 'asked.json');
  const order: RunOrder = { keys: sample.map(keyOf), thorough: values.missed };
  writeFileSync(orderFile, JSON.stringify(order));
  const config = {
    testRunner: 'core',
    plugins: [join(import.meta.dirname, 'runner.ts')],
    mutate: [...new Set(sample.map(rangeOf))],
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    concurrency: 1,
    // The runner finds endless tests itself by counting. This time limit is long, so that a busy machine does not reach
    // it.
    timeoutMS: 300_000,
    dryRunTimeoutMinutes: 30,
    // Stryker cannot read a tsconfig.json with TypeScript 7, which has no programming interface for it.
    tsconfigFile: 'none.json',
    tempDirName: '.vigil/mutants/tmp',
    ignorePatterns: ['.vigil', 'dist'],
    reporters: ['progress-append-only', 'json', 'event-recorder'],
    jsonReporter: { fileName: relative(root, reportFile) },
    eventReporter: { baseDir: '.vigil/mutants/events' },
    allowConsoleColors: false,
  };
  const configFile = join(home, 'stryker.json');
  writeFileSync(configFile, JSON.stringify(config, undefined, 2));
  const program = join(home, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const { status } = spawnSync(process.execPath, [program, 'run', configFile], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, VIGIL_MUTANTS_ASKED: orderFile },
  });
  if (status !== 0) throw new Error('Stryker failed: see its output above.');
}

/** File with the keys of the mutants that no test noticed in the last run. */
const missedFile = join(home, 'missed.json');
const reportFile = join(home, 'report.json');
type Reported = Omit<Mutant, 'fileName'> & { readonly status: string; readonly statusReason?: string };
type Tried = Reported & { readonly fileName: string; readonly key: string };
type Report = { readonly files: Record<string, { readonly source: string; readonly mutants: readonly Reported[] }> };

/** Reads the results of the sample from Stryker's report. */
function readReport(sample: readonly Mutant[]): Tried[] {
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  const sampleKeys = new Set(sample.map(keyOf));
  return Object.entries(report.files)
    .flatMap(([fileName, { mutants }]) =>
      mutants.map((mutant) => ({ ...mutant, fileName, key: keyOf(countedFromZero(fileName, mutant)) })),
    )
    .filter(({ key }) => sampleKeys.has(key));
}

/** Converts a mutant of the report: its lines and columns count from 1, and the result counts from 0. */
function countedFromZero(fileName: string, { location: { start, end }, ...mutant }: Reported): Mutant {
  const fromZero = ({ line, column }: typeof start) => ({ line: line - 1, column: column - 1 });
  return { ...mutant, fileName, location: { start: fromZero(start), end: fromZero(end) } };
}

const isFound = ({ status }: Reported) => status === 'Killed' || status === 'Timeout';
const isMissed = ({ status }: Reported) => status === 'Survived' || status === 'NoCoverage';

/** Returns the original code and the changed code of a mutant, each on one line. */
function changeOf({ fileName, location: { start, end }, replacement, mutatorName, status }: Tried): string {
  const lines = readFileSync(join(root, fileName), 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1)!.slice(0, end.column - 1);
  lines[0] = lines[0]!.slice(start.column - 1);
  const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ');
  const noTestRemark = status === 'NoCoverage' ? ' (no test runs this code)' : '';
  return `${fileName}:${start.line}:${start.column} ${mutatorName}${noTestRemark}\n  - ${oneLine(lines.join('\n'))}\n  + ${oneLine(replacement)}`;
}

/** Prints the results. Returns whether the tests found enough mutants. */
function printResults(allMutants: readonly Mutant[], results: readonly Tried[]): boolean {
  const missed = results.filter(isMissed);
  writeFileSync(missedFile, JSON.stringify(missed.map(({ key }) => key)));
  for (const result of missed) process.stdout.write(`${changeOf(result)}\n`);
  const byFile = Map.groupBy(results, ({ fileName }) => fileName);
  const fileCounts: FileCounts[] = [];
  process.stdout.write(`\n${'file'.padEnd(30)} mutants  tried  at load  found  not found\n`);
  for (const [name, ofFile] of byFile) {
    const foundCount = ofFile.filter(isFound).length;
    const runCount = foundCount + ofFile.filter(isMissed).length;
    const inFile = allMutants.filter(({ fileName }) => fileName === name).length;
    const atLoad = ofFile.filter(({ status }) => status === 'Ignored').length;
    fileCounts.push({ all: inFile, counted: runCount, found: foundCount });
    const figures = [inFile, ofFile.length, atLoad, foundCount, runCount - foundCount].map((figure) =>
      String(figure).padStart(7),
    );
    process.stdout.write(`${relative('processors/alarms/core', name).padEnd(30)} ${figures.join('  ')}\n`);
  }
  const failedRuns = results.filter((result) => result.status !== 'Ignored' && !isFound(result) && !isMissed(result));
  for (const result of failedRuns)
    process.stdout.write(`${result.status} ${changeOf(result)}\n  ${result.statusReason}\n`);
  const { score, halfWidth } = scoreOf(fileCounts);
  const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
  process.stdout.write(
    `\n${percent(score)} of the mutants found (95 % confidence: ± ${percent(halfWidth)}), seed ${values.seed}, share ${values.share}\n`,
  );
  return score >= scoreMin && failedRuns.length === 0;
}

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const patterns = positionals.length === 0 ? ['processors/alarms/core/**/*.ts'] : positionals;
  const files = globSync(patterns, { cwd: root }).filter((name) => !/\.(?:test|testing)\.ts$/.test(name));
  if (files.length === 0) throw new Error(`No file matches: ${patterns.join(' ')}`);
  ensureStryker();
  const allMutants = await mutantsOf(files.sort());
  const missedKeys = values.missed ? (JSON.parse(readFileSync(missedFile, 'utf8')) as string[]) : undefined;
  const sample = missedKeys
    ? allMutants.filter((mutant) => missedKeys.includes(keyOf(mutant)))
    : sampleOf(allMutants, Number(values.share), Number(values.seed));
  process.stdout.write(
    `seed ${values.seed}: ${sample.length} of ${allMutants.length} mutants of ${files.length} files\n`,
  );
  runStryker(sample);
  return printResults(allMutants, readReport(sample)) ? 0 : 1;
}

process.exitCode = await main();

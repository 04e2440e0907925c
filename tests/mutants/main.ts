/** `npm run test:mutants`: whether the tests of the alarm core notice when the core is changed (docs/mutants.md). */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Asked, keyOf, type Mutant, type OfFile, sampleOf, scoreOf } from './sample.ts';

const help = `npm run test:mutants -- [<file pattern> …] [--share 0.1] [--seed <number>] [--missed]
    Changes the files of processors/alarms/core one small thing at a time (Stryker), and runs the tests of the core: at least one
    must fail. Prints the changes that no test noticed, and the share that was noticed, by file. --share 1 tries every change.
    --missed tries those again that no test noticed in the run before, by the slow tests too.
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

/** Stryker brings 170 packages that nothing else needs: they are kept apart from those of the project. */
function ensureStryker(): void {
  const present = packages.every((name) => existsSync(join(home, 'node_modules', name, 'package.json')));
  if (present) return;
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
  const install = ['install', '--save-exact', '--loglevel=error', ...packages.map((name) => `${name}@${version}`)];
  const { status } = spawnSync('npm', install, { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('Stryker could not be installed (npm install).');
}

type Instrumenter = { instrument(files: object[], options: object): Promise<{ mutants: readonly Mutant[] }> };

/** Every mutant that Stryker makes of the files, with the file's path from the root on. */
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

/** Stryker's own words for a place: columns from 0 on. */
const rangeOf = ({ fileName, location: { start, end } }: Mutant) =>
  `${fileName}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`;

function runStryker(sample: readonly Mutant[]): void {
  const askedFile = join(home, 'asked.json');
  const asked: Asked = { keys: sample.map(keyOf), thorough: values.missed };
  writeFileSync(askedFile, JSON.stringify(asked));
  const config = {
    testRunner: 'core',
    plugins: [join(import.meta.dirname, 'runner.ts')],
    mutate: [...new Set(sample.map(rangeOf))],
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    concurrency: 1,
    // The runner itself counts what never ends; a busy machine must not look like it.
    timeoutMS: 300_000,
    dryRunTimeoutMinutes: 30,
    // TypeScript 7 has no programming interface that Stryker could read a tsconfig.json with.
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
    env: { ...process.env, VIGIL_MUTANTS_ASKED: askedFile },
  });
  if (status !== 0) throw new Error('Stryker did not come to its end.');
}

/** The keys of the mutants that no test noticed in the last run. */
const missedFile = join(home, 'missed.json');
const reportFile = join(home, 'report.json');
type Reported = Omit<Mutant, 'fileName'> & { readonly status: string; readonly statusReason?: string };
type Tried = Reported & { readonly fileName: string; readonly key: string };
type Report = { readonly files: Record<string, { readonly source: string; readonly mutants: readonly Reported[] }> };

/** The mutants of the sample as the report tells of them; its lines and columns begin at 1, Stryker's own at 0. */
function readReport(sample: readonly Mutant[]): Tried[] {
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  const wanted = new Set(sample.map(keyOf));
  return Object.entries(report.files)
    .flatMap(([fileName, { mutants }]) =>
      mutants.map((mutant) => ({ ...mutant, fileName, key: keyOf(own(fileName, mutant)) })),
    )
    .filter(({ key }) => wanted.has(key));
}

function own(fileName: string, { location: { start, end }, ...mutant }: Reported): Mutant {
  const before = ({ line, column }: typeof start) => ({ line: line - 1, column: column - 1 });
  return { ...mutant, fileName, location: { start: before(start), end: before(end) } };
}

const isFound = ({ status }: Reported) => status === 'Killed' || status === 'Timeout';
const isMissed = ({ status }: Reported) => status === 'Survived' || status === 'NoCoverage';

/** The text of the changed place, and what it was changed to, each on one line. */
function changeOf({ fileName, location: { start, end }, replacement, mutatorName, status }: Tried): string {
  const lines = readFileSync(join(root, fileName), 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1)!.slice(0, end.column - 1);
  lines[0] = lines[0]!.slice(start.column - 1);
  const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ');
  const missing = status === 'NoCoverage' ? ' (no test comes here)' : '';
  return `${fileName}:${start.line}:${start.column} ${mutatorName}${missing}\n  - ${oneLine(lines.join('\n'))}\n  + ${oneLine(replacement)}`;
}

function tell(all: readonly Mutant[], results: readonly Tried[]): boolean {
  const missed = results.filter(isMissed);
  writeFileSync(missedFile, JSON.stringify(missed.map(({ key }) => key)));
  for (const result of missed) process.stdout.write(`${changeOf(result)}\n`);
  const byFile = Map.groupBy(results, ({ fileName }) => fileName);
  const ofFiles: OfFile[] = [];
  process.stdout.write(`\n${'file'.padEnd(30)} mutants  tried  at load  found  not found\n`);
  for (const [name, ofFile] of byFile) {
    const found = ofFile.filter(isFound).length;
    const counted = found + ofFile.filter(isMissed).length;
    const inFile = all.filter(({ fileName }) => fileName === name).length;
    const atLoad = ofFile.filter(({ status }) => status === 'Ignored').length;
    ofFiles.push({ all: inFile, counted, found });
    const figures = [inFile, ofFile.length, atLoad, found, counted - found].map((figure) => String(figure).padStart(7));
    process.stdout.write(`${relative('processors/alarms/core', name).padEnd(30)} ${figures.join('  ')}\n`);
  }
  const odd = results.filter((result) => result.status !== 'Ignored' && !isFound(result) && !isMissed(result));
  for (const result of odd) process.stdout.write(`${result.status} ${changeOf(result)}\n  ${result.statusReason}\n`);
  const { score, halfWidth } = scoreOf(ofFiles);
  const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
  process.stdout.write(
    `\n${percent(score)} of the mutants found (95 % confidence: ± ${percent(halfWidth)}), seed ${values.seed}, share ${values.share}\n`,
  );
  return score >= scoreMin && odd.length === 0;
}

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const patterns = positionals.length === 0 ? ['processors/alarms/core/**/*.ts'] : positionals;
  const files = globSync(patterns, { cwd: root }).filter((name) => !/\.(?:test|testing)\.ts$/.test(name));
  if (files.length === 0) throw new Error(`No file is named so: ${patterns.join(' ')}`);
  ensureStryker();
  const all = await mutantsOf(files.sort());
  const missedKeys = values.missed ? (JSON.parse(readFileSync(missedFile, 'utf8')) as string[]) : undefined;
  const sample = missedKeys
    ? all.filter((mutant) => missedKeys.includes(keyOf(mutant)))
    : sampleOf(all, Number(values.share), Number(values.seed));
  process.stdout.write(`seed ${values.seed}: ${sample.length} of ${all.length} mutants of ${files.length} files\n`);
  runStryker(sample);
  return tell(all, readReport(sample)) ? 0 : 1;
}

process.exitCode = await main();

/** What CONTRIBUTING.md says of the sources, as rules that a program can hold: who imports whom, purity, sizes, words. */
import { posix } from 'node:path';

export type Source = { readonly path: string; readonly text: string };

const houses = ['gateway', 'processors', 'dashboard', 'simulators', 'certs'] as const;
export const linesMax = 350;

type Import = { readonly target: string; readonly typeOnly: boolean };

const importPattern =
  /^\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]/gm;

/** What a file imports; relative targets as paths from the repository's root. */
export function importsOf({ path, text }: Source): Import[] {
  return [...text.matchAll(importPattern)].map((match) => {
    const name = match[2] ?? match[3] ?? '';
    const target = name.startsWith('.') ? posix.join(posix.dirname(path), name) : name;
    return { target, typeOnly: match[1] !== undefined };
  });
}

const isTest = (path: string) => /\.(?:test|testing)\.tsx?$/.test(path) || path.startsWith('tests/');
const top = (path: string) => path.split('/')[0] ?? '';
const isOurs = (target: string) =>
  /^(?:contracts|process|log|gateway|processors|dashboard|simulators|certs|ops|tests|bench)\//.test(target);

/** The faults of one file, each in one sentence; none where it is as it should be. */
export function faultsOf(source: Source): string[] {
  const rules = isTest(source.path)
    ? [words, support]
    : [words, direction, libraries, kafka, environment, purity, size, form, fields];
  return rules.flatMap((rule) => rule(source).map((fault) => `${source.path}: ${fault}`));
}

/**
 * Files that a house publishes for the processes beside it: ops drives the dashboard as a browser does, and hands each process its
 * settings.
 */
const published =
  /^dashboard\/protocol\/|^(?:gateway|gateway\/upstream|dashboard\/server|simulators|processors\/\w+)\/settings\.ts$/;

/**
 * The pure alarm engine, and the counting of its calls. The dashboard's server asks it what other limits would have done: a second
 * engine that is nearly the same would tell a clinician something else than what judges the patient.
 */
const judging = /^processors\/(?:alarms|replay)\/core\//;
const mayServe = (path: string) => path.startsWith('dashboard/server/');
const mayJudge = (path: string) => path.startsWith('dashboard/server/');

/** What every house stands on, each on those before it. */
const foundations: readonly string[] = ['contracts', 'process', 'log'];

/** Imports point one way: contracts/ ← process/ ← log/ ← a house; ops/ also to certs/. In the dashboard the client imports no server. */
function direction(source: Source): string[] {
  const from = top(source.path);
  const mayImport = (target: string) => {
    const to = top(target);
    if (from === 'dashboard' && to === from) return !target.startsWith('dashboard/server/') || mayServe(source.path);
    if (to === from) return true;
    if (foundations.includes(to))
      return !foundations.includes(from) || foundations.indexOf(to) < foundations.indexOf(from);
    if (mayJudge(source.path) && judging.test(target)) return true;
    if (from === 'ops') return to === 'certs' || published.test(target);
    return from === 'bench' || !(houses as readonly string[]).concat(foundations, 'ops').includes(from);
  };
  return importsOf(source)
    .filter(({ target }) => isOurs(target) && !mayImport(target))
    .map(
      ({ target }) =>
        `imports ${target}: a house imports contracts/, process/, log/ and itself; log/ no house, process/ no log, contracts/ only itself`,
    );
}

/** contracts/ is what houses agree on: TypeBox describes it, and nothing else is needed. */
function libraries(source: Source): string[] {
  if (!source.path.startsWith('contracts/')) return [];
  return importsOf(source)
    .filter(({ target }) => !isOurs(target) && !/^typebox(?:\/|$)/.test(target))
    .map(({ target }) => `is in contracts/ and imports ${target}`);
}

function kafka(source: Source): string[] {
  if (/^(?:log\/kafka|ops\/platform|ops\/compose|bench)\//.test(source.path)) return [];
  return importsOf(source).some(({ target, typeOnly }) => target.startsWith('kafkajs') && !typeOnly)
    ? ['imports kafkajs, which only log/kafka/ knows']
    : [];
}

function environment(source: Source): string[] {
  const allowed = /(?:^|\/)main\.ts$|^ops\/|^bench\//.test(source.path);
  return !allowed && /\bprocess\.env\b/.test(code(source)) ? ['reads process.env, which only main.ts does'] : [];
}

/** Pure files of process/ and log/: a core may use these, and of the others the types. */
const pureOfFoundations = /^process\/fair-queue\.ts$|^log\/audit\/(?:anchor|chain|check|rules|sessions)\.ts$/;
const impureNames: readonly [RegExp, string][] = [
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\./, 'a clock'],
  [/\bMath\.random\b|\bcrypto\./, 'randomness'],
  [/\bprocess\.|\bfetch\(|\bconsole\./, 'the outside'],
  [/\bset(?:Timeout|Interval|Immediate)\(/, 'a timer'],
];

/** core/ is pure: (state, input, now) → {state, output}. */
function purity(source: Source): string[] {
  const isCore = source.path.includes('/core/');
  if (!isCore && !pureOfFoundations.test(source.path)) return [];
  const core = isCore ? source.path.slice(0, source.path.indexOf('/core/') + '/core/'.length) : 'contracts/';
  const faults = importsOf(source)
    .filter(({ typeOnly }) => !typeOnly)
    .filter(({ target }) => {
      if (target.startsWith('contracts/')) return false;
      if (/^(?:process|log)\//.test(target)) return !pureOfFoundations.test(target);
      if (judging.test(target)) return false;
      if (isOurs(target)) return !target.startsWith(core) && target !== 'dashboard/protocol/pace.ts';
      return target !== 'typebox' && !target.startsWith('typebox/');
    })
    .map(({ target }) => `is core and imports ${target}`);
  const text = code(source);
  return [...faults, ...impureNames.filter(([name]) => name.test(text)).map(([, what]) => `is core and uses ${what}`)];
}

function size({ text }: Source): string[] {
  const lines = text.split('\n').length - 1;
  return lines > linesMax ? [`has ${lines} lines: look for the seam (at most ${linesMax})`] : [];
}

/** Erasable TypeScript, no barrels, names that say something. */
function form(source: Source): string[] {
  const text = code(source);
  const faults: string[] = [];
  if (/^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s/m.test(text)) faults.push('has an enum');
  if (/^\s*(?:export\s+)?(?:declare\s+)?namespace\s/m.test(text)) faults.push('has a namespace');
  if (/^\s*export\s+\*/m.test(text)) faults.push('re-exports a whole file');
  if (
    /(?:^|\/)(?:index|utils?|helpers?|common|misc|\w*[mM]anager)\.tsx?$|(?:^|\/)(?:utils?|helpers?)\//.test(source.path)
  ) {
    faults.push('has a name that says nothing');
  }
  for (const { target } of importsOf(source)) {
    if (isOurs(target) && !/\.\w+$/.test(target)) faults.push(`imports ${target} without its ending`);
  }
  return faults;
}

/** A form keeps its draft: Preact ignores `defaultValue` on a select box, which then shows, and sends, its first option. */
function fields(source: Source): string[] {
  const found = source.path.endsWith('.tsx') && /\bdefault(?:Value|Checked)\b/.test(code(source));
  return found ? ['has a field with a default value: give it its value'] : [];
}

/** What supports tests of one house stays in it; what reaches into another house is in tests/. */
function support(source: Source): string[] {
  if (!source.path.endsWith('.testing.ts')) return [];
  const own = top(source.path);
  return importsOf(source)
    .filter(({ target }) => isOurs(target) && top(target) !== own && !foundations.includes(top(target)))
    .map(({ target }) => `imports ${target}: what reaches into another house is in tests/`);
}

/** Work left for later, and tests that do not run. */
function words(source: Source): string[] {
  const faults: string[] = [];
  if (/\b(?:TODO|FIXME|XXX|HACK)\b/.test(source.text)) faults.push('has work left for later');
  if (isTest(source.path) && /\b(?:it|test|describe)\.(?:skip|only|todo)\b/.test(code(source))) {
    faults.push('has a test that does not run');
  }
  return faults;
}

/** The text without comments and without the content of strings. */
function code({ text }: Source): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
}

/**
 * Checks rules of CONTRIBUTING.md on the source files: imports, purity of core/, file sizes, forbidden words. A house
 * is a folder of the root with processes, such as gateway/ (docs/glossary.md).
 */
import { posix } from 'node:path';

export type Source = { readonly path: string; readonly text: string };

const houses = ['gateway', 'processors', 'dashboard', 'simulators', 'certs'] as const;
export const linesMax = 350;

type Import = { readonly target: string; readonly typeOnly: boolean };

const importPattern =
  /^\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]/gm;

/** Returns the imports of a file. A relative target becomes a path from the root of the repository. */
export function importsOf({ path, text }: Source): Import[] {
  return [...text.matchAll(importPattern)].map((match) => {
    const name = match[2] ?? match[3] ?? '';
    const target = name.startsWith('.') ? posix.join(posix.dirname(path), name) : name;
    return { target, typeOnly: match[1] !== undefined };
  });
}

const isTest = (path: string) => /\.(?:test|testing)\.tsx?$/.test(path) || path.startsWith('tests/');
const topFolder = (path: string) => path.split('/')[0] ?? '';
const isOwnPath = (target: string) =>
  /^(?:contracts|process|log|gateway|processors|dashboard|simulators|certs|ops|tests|bench)\//.test(target);

/** The only file that asks the time zone database. */
const zonesFile = 'contracts/zones.ts';
/**
 * Expressions that make a time in the zone of this machine. With them, a screen, a server or a mail would show the time
 * of the wrong zone.
 */
const wallOfThisMachine =
  /\.(?:get|set)(?:Hours|Minutes|Date|Day|Month|FullYear)\(|\.getTimezoneOffset\(|\.toLocale(?:Date|Time)String\(|\.to(?:Date|Time)String\(|\bIntl\.DateTimeFormat\b|\bnew Date\([^()]*,/;

/** Finds times that are computed without a zone. Only contracts/zones.ts may compute a time of day. */
function zoneFaults({ path, text }: Source): string[] {
  if (path === zonesFile) return [];
  const [found] = wallOfThisMachine.exec(text) ?? [];
  return found === undefined ? [] : [`computes a time without a zone (${found}); use contracts/zones.ts`];
}

/**
 * The files of the page that may ask the clock of the computer: each of these files needs no server, or has no
 * connection to a server yet.
 */
const ownClockFiles = /^dashboard\/client\/(?:shell\/(?:server-time|idle-lock)|worker\/sw)\.ts$/;

/**
 * Finds uses of the clock of the computer in the page. This clock can be hours wrong; `app.now` has the time of the
 * server.
 */
function ownClockFaults(source: Source): string[] {
  if (!source.path.startsWith('dashboard/client/') || ownClockFiles.test(source.path)) return [];
  return /\bDate\.now\(|\bnew Date\(\s*\)/.test(codeOf(source))
    ? ['asks the clock of the computer; use the time of the server (app.now)']
    : [];
}

/** Returns one sentence for each rule that the file breaks. */
export function faultsOf(source: Source): string[] {
  const rules = isTest(source.path)
    ? [unfinishedWorkFaults, testHelperFaults, randomNumberFaults]
    : [
        unfinishedWorkFaults,
        directionFaults,
        libraryFaults,
        kafkaFaults,
        environmentFaults,
        purityFaults,
        sizeFaults,
        formFaults,
        defaultValueFaults,
        zoneFaults,
        ownClockFaults,
        timerFaults,
      ];
  return rules.flatMap((rule) => rule(source).map((fault) => `${source.path}: ${fault}`));
}

/** Files that may call `setInterval`: decision 95 says why. */
const ownTimers = new Set([
  'process/timer-tasks.ts',
  'processors/alarms/flushing.ts',
  'processors/trends/rebuild/main.ts',
]);

/** Finds timers of a process that an error would end, and the process with them. */
function timerFaults({ path, text }: Source): string[] {
  const isOfProcess = /^(?:gateway|processors|dashboard\/server|process|log)\//.test(path);
  return isOfProcess && !ownTimers.has(path) && /\bsetInterval\(/.test(text)
    ? ['calls setInterval: use runEvery of process/timer-tasks.ts']
    : [];
}

/**
 * Files of a house that ops/ may import: ops/ uses the dashboard's protocol as a browser does, and gives each process
 * its settings.
 */
const publishedForOps =
  /^dashboard\/protocol\/|^(?:gateway|gateway\/upstream|dashboard\/server|simulators|processors\/\w+)\/settings\.ts$/;

/**
 * The pure alarm engine and the code that counts its alarms. The dashboard's server uses both to compute which alarms
 * other limits would have raised. A second engine in the dashboard could give a different answer than the engine that
 * judges the patient.
 */
const alarmEngine = /^processors\/(?:alarms|replay)\/core\//;
const isDashboardServer = (path: string) => path.startsWith('dashboard/server/');

/** Folders that every house may import. Each may import only the folders before it in this list. */
const foundations: readonly string[] = ['contracts', 'process', 'log'];

/**
 * Finds imports in the wrong direction. The allowed direction is contracts/ ← process/ ← log/ ← a house. ops/ may also
 * import certs/. The client of the dashboard must not import its server.
 */
function directionFaults(source: Source): string[] {
  const from = topFolder(source.path);
  const mayImport = (target: string) => {
    const to = topFolder(target);
    if (from === 'dashboard' && to === from)
      return !target.startsWith('dashboard/server/') || isDashboardServer(source.path);
    if (to === from) return true;
    if (foundations.includes(to))
      return !foundations.includes(from) || foundations.indexOf(to) < foundations.indexOf(from);
    if (isDashboardServer(source.path) && alarmEngine.test(target)) return true;
    if (from === 'ops') return to === 'certs' || publishedForOps.test(target);
    return from === 'bench' || !(houses as readonly string[]).concat(foundations, 'ops').includes(from);
  };
  return importsOf(source)
    .filter(({ target }) => isOwnPath(target) && !mayImport(target))
    .map(
      ({ target }) =>
        `imports ${target}: a house may import contracts/, process/, log/ and itself; log/ no house; process/ no log; contracts/ only itself`,
    );
}

/** Finds libraries in contracts/. Only TypeBox is allowed there. */
function libraryFaults(source: Source): string[] {
  if (!source.path.startsWith('contracts/')) return [];
  return importsOf(source)
    .filter(({ target }) => !isOwnPath(target) && !/^typebox(?:\/|$)/.test(target))
    .map(({ target }) => `is in contracts/ and imports ${target}`);
}

function kafkaFaults(source: Source): string[] {
  if (/^(?:log\/kafka|ops\/platform|ops\/compose|bench)\//.test(source.path)) return [];
  return importsOf(source).some(({ target, typeOnly }) => target.startsWith('kafkajs') && !typeOnly)
    ? ['imports kafkajs, which only log/kafka/ knows']
    : [];
}

function environmentFaults(source: Source): string[] {
  const allowed = /(?:^|\/)main\.ts$|^process\/terminal\.ts$|^ops\/|^bench\//.test(source.path);
  return !allowed && /\bprocess\.env\b/.test(codeOf(source))
    ? ['reads process.env, which only main.ts and process/terminal.ts do']
    : [];
}

/** Pure files of process/ and log/ that core/ may import. From the other files core/ may import only types. */
const pureFoundationFiles = /^process\/fair-queue\.ts$|^log\/audit\/(?:anchor|chain|check|rules|sessions)\.ts$/;
const impureNames: readonly [RegExp, string][] = [
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\./, 'a clock'],
  [/\bMath\.random\b|\bcrypto\./, 'randomness'],
  [/\bprocess\.|\bfetch\(|\bconsole\./, 'the outside'],
  [/\bset(?:Timeout|Interval|Immediate)\(/, 'a timer'],
];

/** Finds what is not pure in core/: imports with side effects, clocks, randomness, timers, input and output. */
function purityFaults(source: Source): string[] {
  const isCore = source.path.includes('/core/') || source.path.startsWith('contracts/explain/');
  if (!isCore && !pureFoundationFiles.test(source.path)) return [];
  const core = source.path.includes('/core/')
    ? source.path.slice(0, source.path.indexOf('/core/') + '/core/'.length)
    : 'contracts/';
  const faults = importsOf(source)
    .filter(({ typeOnly }) => !typeOnly)
    .filter(({ target }) => {
      if (target.startsWith('contracts/')) return false;
      if (/^(?:process|log)\//.test(target)) return !pureFoundationFiles.test(target);
      if (alarmEngine.test(target)) return false;
      if (isOwnPath(target)) return !target.startsWith(core) && target !== 'dashboard/protocol/pace.ts';
      return target !== 'typebox' && !target.startsWith('typebox/');
    })
    .map(({ target }) => `is core and imports ${target}`);
  const text = codeOf(source);
  return [...faults, ...impureNames.filter(([name]) => name.test(text)).map(([, what]) => `is core and uses ${what}`)];
}

function sizeFaults({ text }: Source): string[] {
  const lines = text.split('\n').length - 1;
  return lines > linesMax ? [`has ${lines} lines, but at most ${linesMax} are allowed: split the file`] : [];
}

/** Finds enums, namespaces, files that only re-export, and file names without meaning. */
function formFaults(source: Source): string[] {
  const text = codeOf(source);
  const faults: string[] = [];
  if (/^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s/m.test(text)) faults.push('has an enum');
  if (/^\s*(?:export\s+)?(?:declare\s+)?namespace\s/m.test(text)) faults.push('has a namespace');
  if (/^\s*export\s+\*/m.test(text)) faults.push('re-exports a whole file');
  if (
    /(?:^|\/)(?:index|utils?|helpers?|common|misc|\w*[mM]anager)\.tsx?$|(?:^|\/)(?:utils?|helpers?)\//.test(source.path)
  ) {
    faults.push('has a name without meaning');
  }
  for (const { target } of importsOf(source)) {
    if (isOwnPath(target) && !/\.\w+$/.test(target)) faults.push(`imports ${target} without the file extension`);
  }
  return faults;
}

/**
 * Finds `defaultValue` and `defaultChecked`. Preact ignores `defaultValue` of a select box, so the box shows and sends
 * its first option.
 */
function defaultValueFaults(source: Source): string[] {
  const hasDefault = source.path.endsWith('.tsx') && /\bdefault(?:Value|Checked)\b/.test(codeOf(source));
  return hasDefault ? ['has a form field with a default value: set `value` or `checked` instead'] : [];
}

/** Finds test helpers inside a house that import another house. Such helpers belong into tests/. */
function testHelperFaults(source: Source): string[] {
  if (!source.path.endsWith('.testing.ts')) return [];
  const ownHouse = topFolder(source.path);
  return importsOf(source)
    .filter(
      ({ target }) => isOwnPath(target) && topFolder(target) !== ownHouse && !foundations.includes(topFolder(target)),
    )
    .map(({ target }) => `imports ${target}: a test helper that imports another house belongs into tests/`);
}

/** Finds random numbers of a range that are almost always near 0 (tests/uniform-number.ts says why). */
function randomNumberFaults(source: Source): string[] {
  return /\bfc\.(?:double|float)\(\{[^}]*\bmin:/.test(codeOf(source))
    ? ['draws from a range with fc.double: use uniformNumber']
    : [];
}

/** Finds notes about unfinished work, and tests that are skipped. */
function unfinishedWorkFaults(source: Source): string[] {
  const faults: string[] = [];
  if (/\b(?:TODO|FIXME|XXX|HACK)\b/.test(source.text)) faults.push('has a note about unfinished work');
  if (isTest(source.path) && /\b(?:it|test|describe)\.(?:skip|only|todo)\b/.test(codeOf(source))) {
    faults.push('has a test that is skipped, or that skips others');
  }
  return faults;
}

/** Returns the source text without comments and without the content of strings. */
function codeOf({ text }: Source): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
}

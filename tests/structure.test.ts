import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultsOf, importsOf, linesMax, type Source } from './structure.ts';

const root = join(import.meta.dirname, '..');
const folders = [
  'contracts',
  'process',
  'log',
  'gateway',
  'processors',
  'dashboard',
  'simulators',
  'certs',
  'ops',
  'tests',
  'bench',
];
/** The two files of this check contain the forbidden words themselves. */
const ownFiles = /^tests\/structure(?:\.test)?\.ts$/;

function sources(): Source[] {
  return readdirSync(root)
    .filter((name) => folders.includes(name))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    )
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.tsx?$/.test(path) && !/\/(?:dist|node_modules)\//.test(path) && !ownFiles.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

describe('the sources', () => {
  it('no source file breaks a rule of tests/structure.ts', () => {
    const allSources = sources();
    expect(allSources.length).toBeGreaterThan(50);
    expect(allSources.flatMap(faultsOf)).toEqual([]);
  });

  it('the page loads no schemas, because TypeBox would be a tenth of its first load', () => {
    const byPath = new Map(sources().map((source) => [source.path, source]));
    const client = 'dashboard/client';
    const waiting = [`${client}/main.tsx`, `${client}/shell/wave-worker.ts`, `${client}/worker/sw.ts`];
    const loaded = new Set(waiting);
    for (const path of waiting)
      for (const { target, typeOnly } of importsOf(byPath.get(path) ?? { path, text: '' })) {
        if (typeOnly || loaded.has(target)) continue;
        loaded.add(target);
        waiting.push(target);
      }
    expect(loaded).toContain(`${client}/ui/rare-pages.tsx`);
    expect([...loaded].filter((target) => target.startsWith('typebox'))).toEqual([]);
  });

  it('.gitignore keeps certificates, keys and state out of the repository', () => {
    const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n');
    for (const line of ['.vigil/', '*.pem', '*.key', 'node_modules/', 'dist/']) expect(ignored).toContain(line);
  });
});

describe('faultsOf', () => {
  const brokenRules: [string, string, string, RegExp][] = [
    [
      'an import of another house',
      'gateway/ingest.ts',
      "import { a } from '../dashboard/protocol/pace.ts';",
      /imports dashboard\/protocol\/pace\.ts/,
    ],
    [
      'an import of another house in several lines',
      'gateway/a.ts',
      "import {\n  a,\n} from '../processors/x.ts';",
      /imports processors/,
    ],
    [
      'a time of the zone of this machine',
      'ops/a.ts',
      'const a = new Date(ms).getHours();',
      /computes a time without a zone/,
    ],
    [
      'a day of the zone of this machine',
      'ops/a.ts',
      'const a = new Date(2026, 0, 1);',
      /computes a time without a zone/,
    ],
    ['a format without a zone', 'ops/a.ts', 'new Intl.DateTimeFormat().format(ms);', /computes a time without a zone/],
    [
      'an import of a type of another house',
      'trends/../processors/a.ts',
      "import type { A } from '../gateway/a.ts';",
      /imports gateway/,
    ],
    [
      'an import of another house at run time',
      'gateway/a.ts',
      "await import('../processors/x.ts');",
      /imports processors/,
    ],
    [
      'an import of the alarm engine in the browser',
      'dashboard/client/core/a.ts',
      "import { a } from '../../../processors/alarms/core/a.ts';",
      /imports processors/,
    ],
    [
      'an import of impure code of the alarm processor in the dashboard',
      'dashboard/server/core/a.ts',
      "import type { A } from '../../../processors/alarms/a.ts';",
      /imports processors/,
    ],
    [
      'an import of the alarm engine in another house',
      'gateway/a.ts',
      "import { a } from '../processors/alarms/core/a.ts';",
      /imports processors/,
    ],
    ['an import of a house in contracts', 'contracts/a.ts', "import '../gateway/a.ts';", /imports gateway/],
    ['an import of log in contracts', 'contracts/a.ts', "import type { A } from '../log/a.ts';", /imports log/],
    ['an import of process in contracts', 'contracts/a.ts', "import { a } from '../process/a.ts';", /imports process/],
    ['an import of log in process', 'process/a.ts', "import { a } from '../log/a.ts';", /imports log/],
    ['an import of a house in log', 'log/a.ts', "import { a } from '../gateway/a.ts';", /imports gateway/],
    [
      'an import of a library in contracts',
      'contracts/a.ts',
      "import { a } from 'jose';",
      /is in contracts\/ and imports jose/,
    ],
    [
      'an import of a Node module in contracts',
      'contracts/a.ts',
      "import { a } from 'node:fs';",
      /is in contracts\/ and imports node:fs/,
    ],
    [
      'an import of the server in the client',
      'dashboard/client/ui/a.ts',
      "import type { A } from '../../server/a.ts';",
      /imports dashboard\/server/,
    ],
    [
      'an import of the server in the protocol',
      'dashboard/protocol/a.ts',
      "import type { A } from '../server/a.ts';",
      /imports/,
    ],
    ['an import of ops in a house', 'simulators/a.ts', "import { a } from '../ops/a.ts';", /imports ops/],
    ['an import of tests in a house', 'simulators/a.ts', "import { a } from '../tests/a.ts';", /imports tests/],
    ['an import of kafkajs in a house', 'gateway/a.ts', "import { Kafka } from 'kafkajs';", /imports kafkajs/],
    ['an import of kafkajs in ops', 'ops/a.ts', "import kafkajs from 'kafkajs';", /imports kafkajs/],
    ['process.env outside main.ts', 'gateway/listener/a.ts', 'const a = process.env.A;', /reads process\.env/],
    ['process.env in another file of process/', 'process/a.ts', 'const a = process.env.A;', /reads process\.env/],
    [
      'an import of a Node module in core',
      'gateway/core/a.ts',
      "import { b } from 'node:fs';",
      /is core and imports node:fs/,
    ],
    ['an import of a library in core', 'gateway/core/a.ts', "import pino from 'pino';", /is core and imports pino/],
    [
      'an import of impure code in core',
      'gateway/core/a.ts',
      "import { b } from '../b.ts';",
      /is core and imports gateway\/b\.ts/,
    ],
    [
      'an import of the Kafka client in core',
      'gateway/core/a.ts',
      "import { b } from '../../log/kafka/connect.ts';",
      /is core and imports/,
    ],
    ['the clock of the computer in the page', 'dashboard/client/ui/a.tsx', 'Date.now();', /the clock of the computer/],
    ['the date of the computer in the page', 'dashboard/client/shell/a.ts', 'new Date();', /the clock of the computer/],
    ['a clock in core', 'gateway/core/a.ts', 'const a = Date.now();', /a clock/],
    ['new Date() in core', 'gateway/core/a.ts', 'const a = new Date();', /a clock/],
    ['randomness in core', 'dashboard/client/core/a.ts', 'const a = Math.random();', /randomness/],
    ['a timer in core', 'gateway/core/a.ts', 'setTimeout(() => {}, 1);', /a timer/],
    ['console output in core', 'gateway/core/a.ts', "console.log('a');", /the outside/],
    ['a file with one line too many', 'gateway/a.ts', 'a;\n'.repeat(linesMax + 1), /has 351 lines/],
    ['an enum', 'gateway/a.ts', 'export enum A { b }', /has an enum/],
    ['a const enum', 'gateway/a.ts', 'const enum A { b }', /has an enum/],
    ['a namespace', 'gateway/a.ts', 'export namespace A {}', /has a namespace/],
    ['a re-export of a whole file', 'gateway/a.ts', "export * from './b.ts';", /re-exports/],
    ['a file with the name index.ts', 'gateway/index.ts', '', /without meaning/],
    ['a folder with the name utils', 'gateway/utils/a.ts', '', /without meaning/],
    ['a file with the name deviceManager.ts', 'gateway/deviceManager.ts', '', /without meaning/],
    ['an import without a file extension', 'gateway/a.ts', "import { b } from './b';", /without the file extension/],
    [
      'a form field with a default value',
      'dashboard/client/ui/a.tsx',
      '<select defaultValue={sex} />',
      /default value/,
    ],
    ['a note about unfinished work', 'gateway/a.ts', '// TODO: later', /unfinished work/],
    ['a range of fc.double', 'gateway/a.test.ts', 'fc.double({ min: 0, max: 1 })', /use uniformNumber/],
    [
      'a test helper of a house that imports another house',
      'gateway/a.testing.ts',
      "import { a } from '../certs/a.ts';",
      /belongs into tests/,
    ],
    ['a test with .skip', 'gateway/a.test.ts', "it.skip('a', () => {});", /is skipped/],
    ['a describe with .only', 'gateway/a.test.ts', "describe.only('a', () => {});", /is skipped/],
  ];

  it.each(brokenRules)('faultsOf finds %s', (_name, path, text, fault) => {
    const source = { path: path.replace('trends/../', ''), text };
    expect(faultsOf(source)).toEqual([expect.stringMatching(fault)]);
  });

  it.each([
    [
      'imports of contracts and of the own house',
      'gateway/a.ts',
      "import { a } from '../contracts/a.ts';\nimport { b } from './b.ts';",
    ],
    [
      'an import of TypeBox in contracts',
      'contracts/a.ts',
      "import { Type } from 'typebox';\nimport { C } from 'typebox/compile';",
    ],
    ['imports of log and process in a house', 'gateway/a.ts', "import '../log/a.ts';\nimport '../process/a.ts';"],
    ['an import of process in log', 'log/a.ts', "import { a } from '../process/a.ts';"],
    ['an import of kafkajs in log/kafka', 'log/kafka/a.ts', "import { Kafka } from 'kafkajs';"],
    [
      'an import of the pure alarm engine in the dashboard’s server',
      'dashboard/server/core/a.ts',
      "import { step } from '../../../processors/alarms/core/engine.ts';\nimport { b } from '../../../processors/replay/core/b.ts';",
    ],
    ['an import of a type of impure code in core', 'gateway/core/a.ts', "import type { B } from '../b.ts';"],
    ['new Date(ms) in core', 'gateway/core/a.ts', 'const a = new Date(ms);'],
    ['a forbidden word in a comment', 'gateway/core/a.ts', '/** never Date.now() */\n// nor Math.random()'],
    ['a forbidden word in a string', 'gateway/a.ts', "const a = 'process.env';"],
    ['process.env in main.ts', 'gateway/main.ts', 'readSettings(manifest, process.env);'],
    ['process.env in the terminal of a command', 'process/terminal.ts', 'const a = process.env;'],
    ['a file with the greatest allowed number of lines', 'gateway/a.ts', 'a;\n'.repeat(linesMax)],
    ['an import of another house in a test', 'gateway/a.test.ts', "import { a } from '../ops/platform/child.ts';"],
  ])('faultsOf accepts %s', (_name, path, text) => {
    expect(faultsOf({ path, text })).toEqual([]);
  });
});

describe('importsOf', () => {
  it('importsOf finds every kind of import', () => {
    const text = `import 'a';\nimport b from "b";\nimport type { C } from './c.ts';\nexport { d } from '../d.ts';\nawait import('e');\nrequire('f');`;
    expect(importsOf({ path: 'gateway/core/x.ts', text })).toEqual([
      { target: 'a', typeOnly: false },
      { target: 'b', typeOnly: false },
      { target: 'gateway/core/c.ts', typeOnly: true },
      { target: 'gateway/d.ts', typeOnly: false },
      { target: 'e', typeOnly: false },
      { target: 'f', typeOnly: false },
    ]);
  });
});

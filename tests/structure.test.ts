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
/** These files hold the words that they forbid. */
const itself = /^tests\/structure(?:\.test)?\.ts$/;

function sources(): Source[] {
  return readdirSync(root)
    .filter((name) => folders.includes(name))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    )
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.tsx?$/.test(path) && !/\/(?:dist|node_modules)\//.test(path) && !itself.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

describe('the sources', () => {
  it('the sources keep the rules', () => {
    const all = sources();
    expect(all.length).toBeGreaterThan(50);
    expect(all.flatMap(faultsOf)).toEqual([]);
  });

  it('the sources contain no certificate, key or state', () => {
    const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n');
    for (const line of ['.vigil/', '*.pem', '*.key', 'node_modules/', 'dist/']) expect(ignored).toContain(line);
  });
});

describe('the rules find', () => {
  const bad: [string, string, string, RegExp][] = [
    [
      'another house',
      'gateway/ingest.ts',
      "import { a } from '../dashboard/protocol/pace.ts';",
      /imports dashboard\/protocol\/pace\.ts/,
    ],
    [
      'another house in several lines',
      'gateway/a.ts',
      "import {\n  a,\n} from '../processors/x.ts';",
      /imports processors/,
    ],
    [
      'another house as a type',
      'trends/../processors/a.ts',
      "import type { A } from '../gateway/a.ts';",
      /imports gateway/,
    ],
    ['another house at run time', 'gateway/a.ts', "await import('../processors/x.ts');", /imports processors/],
    [
      'the engine in the browser',
      'dashboard/client/core/a.ts',
      "import { a } from '../../../processors/alarms/core/a.ts';",
      /imports processors/,
    ],
    [
      'the shell of the engine in the dashboard',
      'dashboard/server/core/a.ts',
      "import type { A } from '../../../processors/alarms/a.ts';",
      /imports processors/,
    ],
    [
      'the engine in another house',
      'gateway/a.ts',
      "import { a } from '../processors/alarms/core/a.ts';",
      /imports processors/,
    ],
    ['a house in contracts', 'contracts/a.ts', "import '../gateway/a.ts';", /imports gateway/],
    ['the log in contracts', 'contracts/a.ts', "import type { A } from '../log/a.ts';", /imports log/],
    ['a process in contracts', 'contracts/a.ts', "import { a } from '../process/a.ts';", /imports process/],
    ['the log in process', 'process/a.ts', "import { a } from '../log/a.ts';", /imports log/],
    ['a house in the log', 'log/a.ts', "import { a } from '../gateway/a.ts';", /imports gateway/],
    ['a library in contracts', 'contracts/a.ts', "import { a } from 'jose';", /is in contracts\/ and imports jose/],
    ['node in contracts', 'contracts/a.ts', "import { a } from 'node:fs';", /is in contracts\/ and imports node:fs/],
    [
      'the server in the client',
      'dashboard/client/ui/a.ts',
      "import type { A } from '../../server/a.ts';",
      /imports dashboard\/server/,
    ],
    ['the server in the protocol', 'dashboard/protocol/a.ts', "import type { A } from '../server/a.ts';", /imports/],
    ['ops in a house', 'simulators/a.ts', "import { a } from '../ops/a.ts';", /imports ops/],
    ['tests in a house', 'simulators/a.ts', "import { a } from '../tests/a.ts';", /imports tests/],
    ['kafkajs in a house', 'gateway/a.ts', "import { Kafka } from 'kafkajs';", /imports kafkajs/],
    ['kafkajs in ops', 'ops/a.ts', "import kafkajs from 'kafkajs';", /imports kafkajs/],
    ['the environment', 'gateway/listener/a.ts', 'const a = process.env.A;', /reads process\.env/],
    ['node in core', 'gateway/core/a.ts', "import { b } from 'node:fs';", /is core and imports node:fs/],
    ['a library in core', 'gateway/core/a.ts', "import pino from 'pino';", /is core and imports pino/],
    ['the shell in core', 'gateway/core/a.ts', "import { b } from '../b.ts';", /is core and imports gateway\/b\.ts/],
    ['Kafka in core', 'gateway/core/a.ts', "import { b } from '../../log/kafka/connect.ts';", /is core and imports/],
    ['a clock in core', 'gateway/core/a.ts', 'const a = Date.now();', /a clock/],
    ['a hidden clock in core', 'gateway/core/a.ts', 'const a = new Date();', /a clock/],
    ['randomness in core', 'dashboard/client/core/a.ts', 'const a = Math.random();', /randomness/],
    ['a timer in core', 'gateway/core/a.ts', 'setTimeout(() => {}, 1);', /a timer/],
    ['output in core', 'gateway/core/a.ts', "console.log('a');", /the outside/],
    ['a long file', 'gateway/a.ts', 'a;\n'.repeat(linesMax + 1), /has 351 lines/],
    ['an enum', 'gateway/a.ts', 'export enum A { b }', /has an enum/],
    ['a const enum', 'gateway/a.ts', 'const enum A { b }', /has an enum/],
    ['a namespace', 'gateway/a.ts', 'export namespace A {}', /has a namespace/],
    ['a barrel', 'gateway/a.ts', "export * from './b.ts';", /re-exports/],
    ['an index', 'gateway/index.ts', '', /says nothing/],
    ['utils', 'gateway/utils/a.ts', '', /says nothing/],
    ['a manager', 'gateway/deviceManager.ts', '', /says nothing/],
    ['an import without ending', 'gateway/a.ts', "import { b } from './b';", /without its ending/],
    ['a field with a default value', 'dashboard/client/ui/a.tsx', '<select defaultValue={sex} />', /default value/],
    ['work left', 'gateway/a.ts', '// TODO: later', /work left for later/],
    [
      'support of tests that reaches into another house',
      'gateway/a.testing.ts',
      "import { a } from '../certs/a.ts';",
      /is in tests/,
    ],
    ['a skipped test', 'gateway/a.test.ts', "it.skip('a', () => {});", /does not run/],
    ['an only test', 'gateway/a.test.ts', "describe.only('a', () => {});", /does not run/],
  ];

  it.each(bad)('the rules find %s', (_name, path, text, fault) => {
    const source = { path: path.replace('trends/../', ''), text };
    expect(faultsOf(source)).toEqual([expect.stringMatching(fault)]);
  });

  it.each([
    ['contracts and itself', 'gateway/a.ts', "import { a } from '../contracts/a.ts';\nimport { b } from './b.ts';"],
    ['TypeBox in contracts', 'contracts/a.ts', "import { Type } from 'typebox';\nimport { C } from 'typebox/compile';"],
    ['the log and the process in a house', 'gateway/a.ts', "import '../log/a.ts';\nimport '../process/a.ts';"],
    ['the process in the log', 'log/a.ts', "import { a } from '../process/a.ts';"],
    ['kafkajs where it belongs', 'log/kafka/a.ts', "import { Kafka } from 'kafkajs';"],
    [
      'the pure engine in the dashboard’s server',
      'dashboard/server/core/a.ts',
      "import { step } from '../../../processors/alarms/core/engine.ts';\nimport { b } from '../../../processors/replay/core/b.ts';",
    ],
    ['types of the shell in core', 'gateway/core/a.ts', "import type { B } from '../b.ts';"],
    ['a date that was given', 'gateway/core/a.ts', 'const a = new Date(ms);'],
    ['a word in a comment', 'gateway/core/a.ts', '/** never Date.now() */\n// nor Math.random()'],
    ['a word in a text', 'gateway/a.ts', "const a = 'process.env';"],
    ['the environment in main', 'gateway/main.ts', 'readSettings(manifest, process.env);'],
    ['a file of the greatest length', 'gateway/a.ts', 'a;\n'.repeat(linesMax)],
    ['other houses in a test', 'gateway/a.test.ts', "import { a } from '../ops/platform/child.ts';"],
  ])('the rules find nothing wrong in %s', (_name, path, text) => {
    expect(faultsOf({ path, text })).toEqual([]);
  });

  it('the rules find every kind of import', () => {
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

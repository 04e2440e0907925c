/**
 * Checks that only log/sealed-reading.ts decrypts records and checks their content. The tests list the exceptions, each
 * with its reason.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const folders = ['certs', 'contracts', 'dashboard', 'gateway', 'log', 'ops', 'process', 'processors', 'simulators'];
const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|testing)\.ts$/.test(file))
    .map((file) => join(folder, file)),
);
const filesMatching = (pattern: RegExp) =>
  files.filter((file) => pattern.test(readFileSync(join(root, file), 'utf8'))).sort();

it('only four files check the content of decrypted records', () => {
  expect(files.length).toBeGreaterThan(300);
  expect(filesMatching(/import \{[^}]*\bcheckRecord\b[^}]*\} from/)).toEqual([
    // The audit check reports a record that can be decrypted but does not match its schema.
    'log/audit/reading.ts',
    'log/sealed-reading.ts',
    // A capture file must hold the records exactly as they were sent.
    'ops/capture/lines.ts',
    // The alarm processor also reads lines of a capture file, which are not records of Kafka.
    'processors/alarms/intake.ts',
  ]);
});

it('only log/sealed-reading.ts decrypts records', () => {
  expect(filesMatching(/\b(?:opener|log|sealed|sealedLog|options)\.open\(/)).toEqual(['log/sealed-reading.ts']);
});

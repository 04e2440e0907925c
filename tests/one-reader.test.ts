/** Records of the log are opened and checked by `log/sealed-reading.ts`. Other files that do it are listed here with the reason. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const houses = ['certs', 'contracts', 'dashboard', 'gateway', 'log', 'ops', 'process', 'processors', 'simulators'];
const files = houses.flatMap((house) =>
  readdirSync(join(root, house), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|testing)\.ts$/.test(file))
    .map((file) => join(house, file)),
);
const using = (pattern: RegExp) => files.filter((file) => pattern.test(readFileSync(join(root, file), 'utf8'))).sort();

it('only these files check the content of an envelope', () => {
  expect(files.length).toBeGreaterThan(300);
  expect(using(/import \{[^}]*\bcheckRecord\b[^}]*\} from/)).toEqual([
    // A record that opens and does not fit is a finding of the audit.
    'log/audit/reading.ts',
    'log/sealed-reading.ts',
    // A capture holds what was sent as it was sent.
    'ops/capture/lines.ts',
    // A line of a capture is no record of the log.
    'processors/alarms/intake.ts',
  ]);
});

it('only these files open an envelope', () => {
  expect(using(/\b(?:opener|log|sealed|sealedLog|options)\.open\(/)).toEqual(['log/sealed-reading.ts']);
});

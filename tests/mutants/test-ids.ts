/** Prints the ids of all tests that the runner loads, as JSON. */
import { join } from 'node:path';
import { loadTests } from './runner.ts';

const tests = await loadTests(join(import.meta.dirname, '../..'));
process.stdout.write(JSON.stringify([...tests.keys()]));

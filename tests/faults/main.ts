/**
 * `npm run test:faults` runs each fault test once, with faults of full length. `npm run test:faults -- --kills 200
 * [--seed N]` runs the long fault test. All other arguments are passed to vitest, such as `npm run test:faults -- -t
 * SIGSTOP`.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { longRun } from './long-run.ts';

const root = join(import.meta.dirname, '..', '..');
const seedsMax = 2 ** 31;

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`Invalid --${name} "${text}": use a whole number from ${min} to ${max}.`);
  }
  return value;
}

async function main(args: readonly string[]): Promise<number> {
  if (!args.some((arg) => /^--(?:kills|seed)\b/.test(arg))) return eachOnce(args);
  const options = { kills: { type: 'string' }, seed: { type: 'string' } } as const;
  const { kills, seed } = parseArgs({ args: [...args], options }).values;
  const killCount = wholeNumber('kills', kills ?? '200', 1, 100_000);
  const firstSeed = seed === undefined ? randomInt(seedsMax) : wholeNumber('seed', seed, 0, seedsMax);
  return (await longRun({ kills: killCount, seed: firstSeed })) ? 0 : 1;
}

function eachOnce(args: readonly string[]): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'faults', ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, VIGIL_FAULTS_FULL: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.once('error', () => resolve(1));
  child.once('close', (code) => resolve(code ?? 1));
  return promise;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);

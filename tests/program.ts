/** Runs a program of this repository to its end, as an operator does on the command line. */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SystemAddresses } from '../ops/platform/service-env.ts';

const root = join(import.meta.dirname, '..');

/**
 * Folder in which Node keeps compiled code. The tests start several hundred programs, and compiling takes about a third
 * of each start. The product uses no such folder, because a person who can write to the folder decides which code runs.
 */
export const compileCache = { NODE_COMPILE_CACHE: join(root, '.vigil', 'compile-cache') };

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

export type ProgramOptions = {
  /** The whole environment of the program, except PATH. By default the program gets the environment of the test. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text that the program reads on standard input. Empty by default. */
  readonly input?: string;
};

/**
 * Runs a program and returns its exit code and its output.
 * @param file path of the program from the root of the repository, such as `ops/vigil.ts`
 */
export function runProgram(file: string, args: readonly string[], { env, input = '' }: ProgramOptions = {}): Ended {
  const ended: SpawnSyncReturns<string> = spawnSync(process.execPath, [join(root, file), ...args], {
    encoding: 'utf8',
    input,
    timeout: 60_000,
    env: { ...(env ? { PATH: process.env.PATH, ...env } : process.env), ...compileCache },
  });
  return { code: ended.status, out: ended.stdout, err: ended.stderr };
}

/**
 * Runs `npm run vigil -- …` against a running system, without blocking the test.
 * @param input text that the command reads on standard input, for example a password
 */
export async function runVigil(
  addresses: Pick<SystemAddresses, 'stateDir' | 'kafkaBrokers'>,
  args: readonly string[],
  { accountsFile, input }: { readonly accountsFile: string; readonly input: string },
): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'ops/vigil.ts'), ...args], {
    stdio: 'pipe',
    env: {
      PATH: process.env.PATH,
      VIGIL_STATE_DIR: addresses.stateDir,
      VIGIL_KAFKA_BROKERS: addresses.kafkaBrokers,
      VIGIL_ACCOUNTS_FILE: accountsFile,
      ...compileCache,
    },
  });
  // A command that refuses its arguments does not read its input.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, out, err };
}

/** Runs one of our programs to its end, as an operator does on the command line. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/**
 * Where Node keeps what it compiled of our programs. The tests start some two hundred of them, and a third to a half of a
 * start is compiling. The product does not use it, because a person who can write there decides what runs.
 */
export const compileCache = { NODE_COMPILE_CACHE: join(root, '.vigil', 'compile-cache') };

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

export type ProgramOptions = {
  /** All settings that the program sees, beside the path. Without it: those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads on standard input. Empty unless given. */
  readonly input?: string;
};

/** @param file the program, from the root of the repository, as `ops/vigil.ts` */
export function runProgram(file: string, args: readonly string[], { env, input = '' }: ProgramOptions = {}): Ended {
  const ended: SpawnSyncReturns<string> = spawnSync(process.execPath, [join(root, file), ...args], {
    encoding: 'utf8',
    input,
    timeout: 60_000,
    env: { ...(env ? { PATH: process.env.PATH, ...env } : process.env), ...compileCache },
  });
  return { code: ended.status, out: ended.stdout, err: ended.stderr };
}

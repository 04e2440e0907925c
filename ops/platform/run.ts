import { spawn } from 'node:child_process';

export type RunResult = { readonly code: number | null; readonly output: string };

const outputMax = 64 * 1024;

/**
 * Runs a program and returns its exit code and the last 64 KiB of its output. The code is null if the program could not
 * be started or was ended by a signal.
 */
export function run(
  command: string,
  args: readonly string[],
  options: { env?: Readonly<Record<string, string | undefined>>; cwd?: string; signal?: AbortSignal } = {},
): Promise<RunResult> {
  const { promise, resolve } = Promise.withResolvers<RunResult>();
  let output = '';
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-outputMax);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  child.once('error', (error) => resolve({ code: null, output: error.message }));
  child.once('close', (code) => resolve({ code, output }));
  return promise;
}

/** Runs the docker command. */
import { execFile } from 'node:child_process';
import { VigilError } from '../../contracts/errors.ts';

type Outcome = { readonly code: number | null; readonly output: string; readonly errors: string };
type Options = { readonly msMax?: number; readonly env?: Readonly<Record<string, string>> };

export type Docker = {
  /** Environment variables that choose the daemon, the plug-ins and the project. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Runs `docker <args>` to its end. `code` is null if the command could not be started or took longer than `msMax`.
   */
  run(args: readonly string[], options?: Options): Promise<Outcome>;
  /**
   * Runs `docker <args>` and returns its standard output.
   * @throws VigilError `start-failed` with the last lines of the output, if the command fails
   */
  runOrThrow(args: readonly string[], options?: Options): Promise<string>;
};

const commandMsMax = 20 * 60_000;
const outputBytesMax = 16 * 1024 * 1024;
const errorLinesMax = 40;

export function dockerWith(env: Readonly<Record<string, string>>): Docker {
  function run(args: readonly string[], options: Options = {}): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const child = execFile(
      'docker',
      args,
      {
        env: { ...process.env, ...env, ...options.env },
        timeout: options.msMax ?? commandMsMax,
        maxBuffer: outputBytesMax,
      },
      (error, output, errors) =>
        resolve({ code: error ? child.exitCode : 0, output, errors: errors || String(error ?? '') }),
    );
    child.stdin?.end();
    return promise;
  }
  return {
    env,
    run,
    async runOrThrow(args, options) {
      const { code, output, errors } = await run(args, options);
      if (code === 0) return output;
      const lastLines = `${output}\n${errors}`.trim().split('\n').slice(-errorLinesMax).join('\n');
      throw new VigilError('start-failed', `docker ${args[0]} failed: ${lastLines}`);
    },
  };
}

/** Calls the docker command of one daemon. */
import { VigilError } from '../../contracts/errors.ts';
import { type RunResult, run } from '../platform/run.ts';

export type Docker = {
  /** What tells the command which daemon and which plug-ins: `DOCKER_HOST`, `DOCKER_CONFIG`. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `docker <args>` to its end; `code` is null where it took longer than `msMax`. */
  run(
    args: readonly string[],
    options?: { msMax?: number; env?: Readonly<Record<string, string>> },
  ): Promise<RunResult>;
  /** @throws VigilError `start-failed` with the last lines of what it said */
  must(args: readonly string[], options?: { msMax?: number; env?: Readonly<Record<string, string>> }): Promise<string>;
};

const commandMsMax = 20 * 60_000;
const toldLinesMax = 15;

export function dockerWith(env: Readonly<Record<string, string>>): Docker {
  const call: Docker['run'] = (args, options = {}) =>
    run('docker', args, {
      env: { ...env, ...options.env },
      signal: AbortSignal.timeout(options.msMax ?? commandMsMax),
    });
  return {
    env,
    run: call,
    async must(args, options) {
      const { code, output } = await call(args, options);
      if (code === 0) return output;
      const told = output.trim().split('\n').slice(-toldLinesMax).join('\n');
      throw new VigilError('start-failed', `docker ${args.slice(0, 3).join(' ')} failed: ${told}`);
    },
  };
}

/** Starts a process that belongs to us, waits until it is ready, and ends it by its own pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { VigilError } from '../../contracts/errors.ts';
import { openLogFile } from './log-file.ts';

export type ChildExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type Child = {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process reports that it is ready; rejects with `start-failed` when it ends or takes too long. */
  readonly ready: Promise<void>;
  /** Resolves when the process is gone; never rejects. */
  readonly exited: Promise<ChildExit>;
  /** The last line of standard error, or of standard output if there was none. */
  lastWords(): string;
  /** Sends SIGTERM, and SIGKILL if the process does not end within `graceMs`. Resolves when the process is gone. */
  stop(graceMs?: number): Promise<void>;
};

export type ChildOptions = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly logFile: string;
  /** Returns whether a line of its output means that it is ready. Without it the process is ready once it runs. */
  readonly isReady?: (line: string) => boolean;
  readonly readyTimeoutMs?: number;
  /** Ends the process if it is not ready yet, as `stop` does. A process that is ready is ended by `stop`. */
  readonly signal?: AbortSignal | undefined;
  /** Time from SIGTERM to SIGKILL if `signal` ends it. */
  readonly graceMs?: number;
};

const defaultGraceMs = 10_000;
const defaultReadyTimeoutMs = 120_000;
const lastWordsMax = 500;

/**
 * Linux signals a child when its parent dies, even by SIGKILL. `setpriv` (util-linux) requests that and then becomes the program, so the
 * pid stays the program's. On other systems a child survives a parent that was killed by SIGKILL.
 */
const setpriv =
  process.platform === 'linux' ? ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path)) : undefined;

/**
 * Starts the process at once; await `ready` before using it.
 * @throws AbortError if `signal` was aborted before: nothing is started while everything is being stopped
 */
export function startChild(options: ChildOptions): Child {
  options.signal?.throwIfAborted();
  const log = openLogFile(options.logFile);
  const [command, args] =
    setpriv === undefined
      ? [options.command, options.args]
      : [setpriv, ['--pdeathsig', 'TERM', '--', options.command, ...options.args]];
  const process_ = spawn(command, args, {
    cwd: options.cwd,
    env: options.env as NodeJS.ProcessEnv | undefined,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C reaches the whole foreground group. With its own group we can end the children in order.
    detached: true,
  });
  const lines = { out: '', err: '' };
  const ready = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<ChildExit>();
  const onLine = (stream: 'out' | 'err') => (line: string) => {
    log.write(`${line}\n`);
    if (isTelling(line)) lines[stream] = line.slice(0, lastWordsMax);
    if (options.isReady?.(line)) ready.resolve();
  };
  follow(process_, 'stdout', onLine('out'));
  follow(process_, 'stderr', onLine('err'));
  const timeout = setTimeout(() => {
    const seconds = (options.readyTimeoutMs ?? defaultReadyTimeoutMs) / 1000;
    ready.reject(failed(`${options.name} was not ready within ${seconds} s; see ${options.logFile}.`));
  }, options.readyTimeoutMs ?? defaultReadyTimeoutMs);
  process_.once('spawn', () => {
    if (options.isReady === undefined) ready.resolve();
  });
  process_.once('error', (cause) => {
    ready.reject(failed(`${options.name} cannot be started (${options.command}): ${cause.message}.`, cause));
    exited.resolve({ code: null, signal: null });
  });
  process_.once('close', (code, signal) => {
    log.close();
    const words = lines.err || lines.out;
    const how = signal === null ? `exit code ${code}` : signal;
    ready.reject(failed(`${options.name} ended before it was ready (${how})${words === '' ? '' : `: ${words}`}`));
    exited.resolve({ code, signal });
  });
  const onAbort = () => void stop(process_, exited.promise, options.graceMs ?? defaultGraceMs);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const settled = () => {
    clearTimeout(timeout);
    options.signal?.removeEventListener('abort', onAbort);
  };
  ready.promise.then(settled, settled);
  return {
    name: options.name,
    pid: process_.pid ?? 0,
    ready: ready.promise,
    exited: exited.promise,
    lastWords: () => lines.err || lines.out,
    stop: (graceMs = defaultGraceMs) => stop(process_, exited.promise, graceMs),
  };
}

async function stop(process_: ChildProcess, exited: Promise<ChildExit>, graceMs: number): Promise<void> {
  if (process_.pid !== undefined && process_.exitCode === null && process_.signalCode === null) {
    process_.kill('SIGTERM');
    const timer = setTimeout(() => process_.kill('SIGKILL'), graceMs);
    await exited;
    clearTimeout(timer);
  }
  await exited;
}

/** Returns whether a line is useful by itself: a stack, a closing brace and Node's version under an error are not. */
function isTelling(line: string): boolean {
  return line.trim() !== '' && !/^(?:\s|[{}()^[\]]|Node\.js v)/.test(line);
}

function follow(process_: ChildProcess, stream: 'stdout' | 'stderr', onLine: (line: string) => void): void {
  const input = process_[stream];
  if (input !== null) createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
}

function failed(message: string, cause?: unknown): VigilError {
  return new VigilError('start-failed', message, { cause });
}

/** Returns whether it is the line `"msg":"ready"` that each of our processes prints when it serves. */
export function saysReady(line: string): boolean {
  return line.includes('"msg":"ready"');
}

/** Starts a child process, waits until it is ready, and ends it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { VigilError } from '../../contracts/errors.ts';
import { openLogFile } from './log-file.ts';

export type ChildExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type Child = {
  readonly name: string;
  readonly pid: number;
  /**
   * Resolves when the process reports that it is ready. Rejects with `start-failed` if the process ends before it is
   * ready, or takes too long.
   */
  readonly ready: Promise<void>;
  /** Resolves when the process has ended; never rejects. */
  readonly exited: Promise<ChildExit>;
  /** Returns the last line of standard error; if standard error is empty, the last line of standard output. */
  lastLine(): string;
  /** Sends SIGTERM, and SIGKILL if the process does not end within `graceMs`. Resolves when the process has ended. */
  stop(graceMs?: number): Promise<void>;
};

export type ChildOptions = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly logFile: string;
  /**
   * Returns whether a line of output means that the process is ready. Without this function the process is ready once
   * it runs.
   */
  readonly isReady?: (line: string) => boolean;
  readonly readyTimeoutMs?: number;
  /**
   * If this signal is aborted before the process is ready, the process is ended. The signal has no effect on a process
   * that is ready.
   */
  readonly signal?: AbortSignal | undefined;
  /** Time from SIGTERM to SIGKILL if `signal` ends the process. */
  readonly graceMs?: number;
};

const defaultGraceMs = 10_000;
const defaultReadyTimeoutMs = 120_000;
const lastLineCharsMax = 500;

/**
 * On Linux, the program `setpriv` (util-linux) makes a child end when its parent is killed by SIGKILL: `setpriv` asks
 * the kernel to send SIGTERM to the child, and then replaces itself by the child's program under the same pid. On other
 * systems the child continues.
 */
const setpriv =
  process.platform === 'linux' ? ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path)) : undefined;

/**
 * Starts a process. Await `ready` before you use the process.
 * @throws AbortError if `signal` is already aborted
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
    // Ctrl-C sends a signal to the whole process group of the terminal. The child is in its own group and does not get
    // this signal, so we can end the children in order.
    detached: true,
  });
  const lines = { out: '', err: '' };
  const ready = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<ChildExit>();
  const onLine = (stream: 'out' | 'err') => (line: string) => {
    log.write(`${line}\n`);
    if (isInformative(line)) lines[stream] = line.slice(0, lastLineCharsMax);
    if (options.isReady?.(line)) ready.resolve();
  };
  follow(process_, 'stdout', onLine('out'));
  follow(process_, 'stderr', onLine('err'));
  const timeout = setTimeout(() => {
    const seconds = (options.readyTimeoutMs ?? defaultReadyTimeoutMs) / 1000;
    ready.reject(failed(`${options.name} was not ready within ${seconds} s: read its log ${options.logFile}.`));
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
    const lastLine = lines.err || lines.out;
    const how = signal === null ? `exit code ${code}` : signal;
    ready.reject(failed(`${options.name} ended before it was ready (${how})${lastLine === '' ? '' : `: ${lastLine}`}`));
    exited.resolve({ code, signal });
  });
  const onAbort = () => void stop(process_, exited.promise, options.graceMs ?? defaultGraceMs);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const cleanUp = () => {
    clearTimeout(timeout);
    options.signal?.removeEventListener('abort', onAbort);
  };
  ready.promise.then(cleanUp, cleanUp);
  return {
    name: options.name,
    pid: process_.pid ?? 0,
    ready: ready.promise,
    exited: exited.promise,
    lastLine: () => lines.err || lines.out,
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

/**
 * Returns false for a line that cannot explain why a process ended: part of a stack trace, a brace, or Node's version
 * after an error.
 */
function isInformative(line: string): boolean {
  return line.trim() !== '' && !/^(?:\s|[{}()^[\]]|Node\.js v)/.test(line);
}

function follow(process_: ChildProcess, stream: 'stdout' | 'stderr', onLine: (line: string) => void): void {
  const input = process_[stream];
  if (input !== null) createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
}

function failed(message: string, cause?: unknown): VigilError {
  return new VigilError('start-failed', message, { cause });
}

/** Returns whether a line is the log line with which one of our processes reports that it is ready. */
export function saysReady(line: string): boolean {
  return line.includes('"msg":"ready"');
}

/** What can be done to a process from outside, each with the proof that it struck. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../../ops/platform/child.ts';
import { run } from '../../ops/platform/run.ts';

export async function kill(child: Child): Promise<void> {
  process.kill(child.pid, 'SIGKILL');
  const { signal } = await child.exited;
  if (signal !== 'SIGKILL') throw new Error(`${child.name} was to be killed but ended by ${signal ?? 'itself'}`);
}

/** One letter, as `ps` shows it: T is stopped, Z gone. */
export function stateOf(pid: number): string {
  // The name before it may hold spaces and brackets.
  return /\) (\w) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
}

/** One that ended and was not waited for does not run. */
export function isRunning(pid: number): boolean {
  try {
    return stateOf(pid) !== 'Z';
  } catch {
    return false;
  }
}

export async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  for (const endMs = Date.now() + 30_000; stateOf(pid) !== 'T'; await sleep(5)) {
    if (Date.now() > endMs) throw new Error(`process ${pid} does not stop`);
  }
}

export function thaw(pid: number): void {
  process.kill(pid, 'SIGCONT');
}

/** The number that the process's next file or socket gets: with a limit of it there is no next one. */
export function nextDescriptor(pid: number): number {
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  let next = 0;
  while (open.has(next)) next += 1;
  return next;
}

/** Sets the soft limit of a running process; `unlimited` gives it back what the hard limit allows. */
export async function limit(pid: number, resource: 'nofile' | 'fsize', soft: number | 'max'): Promise<void> {
  const name = resource === 'nofile' ? 'Max open files' : 'Max file size';
  const line = readFileSync(`/proc/${pid}/limits`, 'utf8')
    .split('\n')
    .find((row) => row.startsWith(name));
  const hard = line?.slice(name.length).trim().split(/\s+/)[1] ?? '';
  const wanted = soft === 'max' ? hard : String(soft);
  const { code, output } = await run('prlimit', [`--pid=${pid}`, `--${resource}=${wanted}:${hard}`]);
  if (code !== 0) throw new Error(`prlimit: ${output}`);
}

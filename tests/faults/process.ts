/** Kills, freezes and limits processes from outside, and checks each time that this took effect. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../../ops/platform/child.ts';
import { run } from '../../ops/platform/run.ts';

export async function kill(child: Child): Promise<void> {
  process.kill(child.pid, 'SIGKILL');
  const { signal } = await child.exited;
  if (signal !== 'SIGKILL') throw new Error(`SIGKILL did not end ${child.name}: it ended by ${signal ?? 'itself'}`);
}

/** Returns the state letter that `ps` shows: T for a stopped process, Z for a process that has ended. */
export function stateOf(pid: number): string {
  // The process name in front of the state may contain spaces and brackets.
  return /\) (\w) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
}

/** Returns whether a process runs. A process that has ended and still has an entry in /proc does not run. */
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

/**
 * Returns the number that the next file or socket of the process gets. With this number as limit the process can open
 * no more.
 */
export function nextDescriptor(pid: number): number {
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  let next = 0;
  while (open.has(next)) next += 1;
  return next;
}

/** Sets a soft limit of a running process. `max` raises the soft limit to the hard limit again. */
export async function setLimit(pid: number, resource: 'nofile' | 'fsize', soft: number | 'max'): Promise<void> {
  const name = resource === 'nofile' ? 'Max open files' : 'Max file size';
  const line = readFileSync(`/proc/${pid}/limits`, 'utf8')
    .split('\n')
    .find((row) => row.startsWith(name));
  const hard = line?.slice(name.length).trim().split(/\s+/)[1] ?? '';
  const softLimit = soft === 'max' ? hard : String(soft);
  const { code, output } = await run('prlimit', [`--pid=${pid}`, `--${resource}=${softLimit}:${hard}`]);
  if (code !== 0) throw new Error(`prlimit: ${output}`);
}

/** Finds the processes that a process has started. */
import { readdirSync, readFileSync } from 'node:fs';

/** Returns the process and everything that it has started, parents first. */
export function processTree(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const collect = (from: number): number[] => [from, ...(children.get(from) ?? []).flatMap(collect)];
  return collect(pid);
}

function parentOf(pid: number): number | undefined {
  try {
    // The process name in front of the state may contain spaces and brackets.
    return Number(/\) \w (\d+) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

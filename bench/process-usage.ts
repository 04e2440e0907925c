/** Reads the processor time and the memory of a process from /proc. Linux only. */
import { readFileSync } from 'node:fs';

/** Unit of time in /proc/<pid>/stat (USER_HZ). */
const ticksPerSecond = 100;

/** Returns the user and system processor time of all threads of a process, s. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, in parentheses, may contain blanks. `utime` and `stime` are the 12th and 13th field after the
  // parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Returns how much RAM a process uses now, MB. */
export function rssMb(pid: number): number {
  return statusMb(pid, 'VmRSS');
}

/** Returns the largest RAM that a process has used since its start, MB. */
export function peakRssMb(pid: number): number {
  return statusMb(pid, 'VmHWM');
}

function statusMb(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kb = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return Math.round(Number(kb) / 1024);
}

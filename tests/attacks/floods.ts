/** Starts floods as separate processes, and reports their counts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Target } from '../../dashboard/server/browser.testing.ts';
import { until } from '../system.ts';

export type FloodOrder = {
  readonly target: Target;
  /** Cookie of a browser that is logged in. */
  readonly cookie?: string;
  /**
   * What each lane (parallel loop) repeats: a GET, a change of what a live connection watches, a failing login, or a
   * TLS handshake.
   */
  readonly kind: 'gets' | 'watches' | 'logins' | 'handshakes';
  /** Number of lanes. */
  readonly lanes: number;
  /** Addresses from which the lanes connect. */
  readonly addresses: readonly string[];
  /**
   * For the kind `gets`: the path. For `watches`: the id of an association; the connections watch this association and
   * the ward alternately.
   */
  readonly path: string;
};

export type FloodCounts = {
  /** Number of requests begun. */
  begunRequests: number;
  /** Number of connections that the server accepted. Counted only for the kinds `watches` and `handshakes`. */
  connections: number;
  /** Number of snapshots received. */
  snapshots: number;
  /** Number of answers by HTTP status. */
  statuses: Record<string, number>;
};

/**
 * Longest wait until a flood has done enough for `work` to begin. The server checks the passwords of new browsers one
 * at a time. Each check needs about 100 ms of processor time and 64 MiB. On a busy machine a check takes seconds.
 */
const floodMsMax = 400_000;

/**
 * Runs `work` during a flood. Returns the result of `work`, and the counts of the flood before and after `work`.
 * @param hasStruck returns whether the flood has done enough for `work` to begin
 */
export async function underFlood<T>(
  order: FloodOrder,
  hasStruck: (counts: FloodCounts) => boolean,
  work: (counts: () => FloodCounts) => Promise<T>,
): Promise<{ value: T; countsBefore: FloodCounts; after: FloodCounts }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'flood.ts'), JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let newest: FloodCounts = { begunRequests: 0, connections: 0, snapshots: 0, statuses: {} };
  createInterface({ input: child.stdout }).on('line', (line) => {
    newest = JSON.parse(line);
  });
  const exited = once(child, 'exit');
  try {
    await until(
      'the flood has done enough',
      () => {
        if (child.exitCode !== null) throw new Error('the flood ended by itself');
        return hasStruck(newest);
      },
      floodMsMax,
    );
    const countsBefore = newest;
    const value = await work(() => newest);
    return { value, countsBefore, after: newest };
  } finally {
    child.stdin.end();
    await exited;
  }
}

/** Starts floods as processes of their own, and says what they have asked and got so far. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Target } from '../../dashboard/server/browser.testing.ts';
import { until } from '../system.ts';

export type FloodOrder = {
  readonly target: Target;
  /** Of a browser that is logged in. */
  readonly cookie?: string;
  readonly kind: 'looks' | 'watches' | 'logins' | 'handshakes';
  /** How many ask at once, each at one of the addresses. */
  readonly lanes: number;
  readonly addresses: readonly string[];
  /** What is looked at; of watches the association that takes turns with the ward. */
  readonly path: string;
};

/** @property connections new ones that were let in, of watches and handshakes */
export type FloodCounts = {
  times: number;
  connections: number;
  snapshots: number;
  statuses: Record<string, number>;
};

/**
 * Does some work while a flood goes on.
 * @param struck says when the flood has done what the work is tried under
 */
export async function underFlood<T>(
  order: FloodOrder,
  struck: (counts: FloodCounts) => boolean,
  work: (counts: () => FloodCounts) => Promise<T>,
): Promise<{ value: T; before: FloodCounts; after: FloodCounts }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'flood.ts'), JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let newest: FloodCounts = { times: 0, connections: 0, snapshots: 0, statuses: {} };
  createInterface({ input: child.stdout }).on('line', (line) => {
    newest = JSON.parse(line);
  });
  const gone = once(child, 'exit');
  try {
    await until('the flood', () => {
      if (child.exitCode !== null) throw new Error('the flood ended by itself');
      return struck(newest);
    });
    const before = newest;
    const value = await work(() => newest);
    return { value, before, after: newest };
  } finally {
    child.stdin.end();
    await gone;
  }
}

/**
 * Limits connections that have not yet identified themselves or asked for anything: in all, by address, and in time. If there are too
 * many, the oldest connection of the address with the most is closed. An honest client needs only milliseconds, so the connection that
 * has waited longest is the most suspect.
 */
import type { Socket } from 'node:net';

export type Door = {
  /** Counts a connection from its first moment. */
  enter(socket: Socket): void;
  /** The connection has done what was expected; also accepts the TLS socket around it. */
  passed(socket: { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined }): void;
  /** Returns how many connections are counted now. */
  count(): number;
  /** Closes the counted connections. */
  close(): void;
};

export type DoorOptions = {
  /** Limit for all together, at least 1. */
  readonly max: number;
  /** Limit for one address, at least 1. */
  readonly perAddressMax: number;
  /** Time from its first moment, whatever it sends meanwhile. After it: close. Infinity: never. */
  readonly withinMs: number;
  /** A connection was closed for this reason. */
  readonly onClosed?: (why: 'too-many' | 'too-slow') => void;
};

type Entry = { readonly socket: Socket; readonly address: string; readonly key: string; readonly dueMs: number };

/** How often slow connections are looked for. */
const sweepMs = 250;

export function createDoor({ max, perAddressMax, withinMs, onClosed = () => {} }: DoorOptions): Door {
  /** The oldest first. */
  const entries = new Map<string, Entry>();
  const byAddress = new Map<string, Set<Entry>>();
  let timer: NodeJS.Timeout | undefined;

  function remove(key: string): void {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    const ofAddress = byAddress.get(entry.address);
    ofAddress?.delete(entry);
    if (ofAddress?.size === 0) byAddress.delete(entry.address);
    if (entries.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function end(entry: Entry | undefined, why: 'too-many' | 'too-slow'): void {
    if (!entry) return;
    remove(entry.key);
    entry.socket.destroy();
    onClosed(why);
  }

  function oldestOfLargest(): Entry | undefined {
    let largest: Set<Entry> | undefined;
    for (const ofAddress of byAddress.values()) if (ofAddress.size > (largest?.size ?? 0)) largest = ofAddress;
    return largest?.values().next().value;
  }

  function sweep(): void {
    const nowMs = performance.now();
    for (const entry of [...entries.values()]) {
      if (entry.dueMs > nowMs) return;
      end(entry, 'too-slow');
    }
  }

  return {
    enter(socket) {
      const address = socket.remoteAddress ?? '';
      const key = keyOf(socket);
      const entry: Entry = { socket, address, key, dueMs: performance.now() + withinMs };
      remove(key);
      entries.set(key, entry);
      const ofAddress = byAddress.get(address) ?? new Set();
      byAddress.set(address, ofAddress.add(entry));
      if (withinMs !== Number.POSITIVE_INFINITY) timer ??= setInterval(sweep, sweepMs);
      socket.once('close', () => {
        if (entries.get(key) === entry) remove(key);
      });
      if (ofAddress.size > perAddressMax) end(ofAddress.values().next().value, 'too-many');
      if (entries.size > max) end(oldestOfLargest(), 'too-many');
    },
    passed: (socket) => remove(keyOf(socket)),
    count: () => entries.size,
    close() {
      clearInterval(timer);
      timer = undefined;
      for (const { socket } of entries.values()) socket.destroy();
      entries.clear();
      byAddress.clear();
    },
  };
}

function keyOf({ remoteAddress, remotePort }: Parameters<Door['passed']>[0]): string {
  return `${remoteAddress ?? ''} ${remotePort ?? ''}`;
}

/**
 * Limits connections that have neither identified themselves nor sent a request: their number, their number for each
 * address, and their time. If there are too many, the address with the most connections loses its oldest connection. A
 * normal client needs only milliseconds, so the oldest connection is the most suspicious.
 */
import type { Socket } from 'node:net';
import { runEvery } from './timer-tasks.ts';

export type Door = {
  /** Counts a new connection. */
  startCounting(socket: Socket): void;
  /**
   * Stops counting a connection that has identified itself or sent a request. `socket` may also be the TLS socket of
   * the connection.
   */
  stopCounting(socket: { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined }): void;
  count(): number;
  /** Closes the counted connections. */
  close(): void;
};

export type DoorOptions = {
  /** Maximum number of counted connections, at least 1. */
  readonly connectionsMax: number;
  /** Maximum number of counted connections of one address, at least 1. */
  readonly perAddressMax: number;
  /** A connection that is counted for longer than this is closed, even if it sends data. May be Infinity. */
  readonly identifyMsMax: number;
  /** Called after a connection was closed, with the reason. */
  readonly onClosed?: (why: 'too-many' | 'too-slow') => void;
};

type Entry = { readonly socket: Socket; readonly address: string; readonly key: string; readonly dueMs: number };

/** Time between two searches for slow connections. */
const sweepMs = 250;

export function createDoor({ connectionsMax, perAddressMax, identifyMsMax, onClosed = () => {} }: DoorOptions): Door {
  /** The counted connections, oldest first. */
  const entries = new Map<string, Entry>();
  const entriesByAddress = new Map<string, Set<Entry>>();
  let timer: NodeJS.Timeout | undefined;

  function remove(key: string): void {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    const ofAddress = entriesByAddress.get(entry.address);
    ofAddress?.delete(entry);
    if (ofAddress?.size === 0) entriesByAddress.delete(entry.address);
    if (entries.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function closeEntry(entry: Entry | undefined, why: 'too-many' | 'too-slow'): void {
    if (!entry) return;
    remove(entry.key);
    entry.socket.destroy();
    onClosed(why);
  }

  function oldestOfLargestAddress(): Entry | undefined {
    let largest: Set<Entry> | undefined;
    for (const ofAddress of entriesByAddress.values()) if (ofAddress.size > (largest?.size ?? 0)) largest = ofAddress;
    return largest?.values().next().value;
  }

  function sweep(): void {
    const nowMs = performance.now();
    for (const entry of [...entries.values()]) {
      if (entry.dueMs > nowMs) return;
      closeEntry(entry, 'too-slow');
    }
  }

  return {
    startCounting(socket) {
      const address = socket.remoteAddress ?? '';
      const key = keyOf(socket);
      const entry: Entry = { socket, address, key, dueMs: performance.now() + identifyMsMax };
      remove(key);
      entries.set(key, entry);
      const ofAddress = entriesByAddress.get(address) ?? new Set();
      entriesByAddress.set(address, ofAddress.add(entry));
      if (identifyMsMax !== Number.POSITIVE_INFINITY) timer ??= runEvery('door', sweepMs, sweep);
      socket.once('close', () => {
        if (entries.get(key) === entry) remove(key);
      });
      if (ofAddress.size > perAddressMax) closeEntry(ofAddress.values().next().value, 'too-many');
      if (entries.size > connectionsMax) closeEntry(oldestOfLargestAddress(), 'too-many');
    },
    stopCounting: (socket) => remove(keyOf(socket)),
    count: () => entries.size,
    close() {
      clearInterval(timer);
      timer = undefined;
      for (const { socket } of entries.values()) socket.destroy();
      entries.clear();
      entriesByAddress.clear();
    },
  };
}

function keyOf({ remoteAddress, remotePort }: Parameters<Door['stopCounting']>[0]): string {
  return `${remoteAddress ?? ''} ${remotePort ?? ''}`;
}

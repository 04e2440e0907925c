/**
 * A queue of connections that wait for their TLS handshake. A handshake takes more CPU time than a hundred readings, so
 * handshakes begin at a limited rate. The queue serves all addresses in turn. A connection may wait here without
 * time-out. If a client closes its connection, its handshake never begins.
 */
import type { Socket } from 'node:net';
import { newBucket, takeTokens } from './admission.ts';
import { createFairQueue } from './fair-queue.ts';
import { runEvery } from './timer-tasks.ts';

export type ConnectionQueue = {
  /** Begins the handshake of a new connection, or puts the connection into the queue. */
  arrive(socket: Socket): void;
  waiting(): number;
  /** Closes the waiting connections. */
  close(): void;
};

export type ConnectionQueueOptions = {
  /**
   * Maximum number of handshakes per second, above 0. One turn of the event loop begins at most a twentieth of this
   * number, so a busy process begins fewer handshakes per second.
   */
  readonly handshakesPerS: number;
  /**
   * Maximum number of waiting connections. If more connections wait, the address with the most waiting connections
   * loses its newest connection.
   */
  readonly waitingMax: number;
  /** Returns the key by which connections are grouped; by default the address. */
  readonly keyOf?: (address: string) => string;
  /** Returns the time of a clock that never jumps. */
  readonly monotonicMs: () => number;
  /** Begins the handshake. The bytes that the client has sent so far can be read from the socket. */
  readonly begin: (socket: Socket, waitedMs: number) => void;
  /** Called when a connection is closed because too many wait. */
  readonly onTurnedAway?: () => void;
  /** Called when a client closes its connection while it waits. */
  readonly onGaveUp?: () => void;
};

/** Time between two turns of the queue while connections wait. */
const tickMs = 25;
/** After more bytes than this, a waiting connection is no longer read. A ClientHello has 0.3 to 2 kB. */
const helloBytesMax = 16_384;

type WaitingConnection = {
  readonly socket: Socket;
  readonly sinceMs: number;
  readonly received: Buffer[];
  removeListeners(): void;
};

export function createConnectionQueue(options: ConnectionQueueOptions): ConnectionQueue {
  const { handshakesPerS, monotonicMs, begin } = options;
  const { keyOf = (address) => address, onTurnedAway = () => {}, onGaveUp = () => {} } = options;
  const waiting = createFairQueue<WaitingConnection>(options.waitingMax);
  const bucket = newBucket(handshakesPerS, monotonicMs());
  let timer: NodeJS.Timeout | undefined;

  function turnAway({ socket, removeListeners }: WaitingConnection): void {
    removeListeners();
    socket.on('error', () => {}).destroy();
    onTurnedAway();
  }

  function putIntoQueue(socket: Socket): void {
    const key = keyOf(socket.remoteAddress ?? '');
    const received: Buffer[] = [];
    let bytes = 0;
    // The socket must be read to notice that the client closes the connection.
    const receive = (chunk: Buffer) => {
      received.push(chunk);
      bytes += chunk.length;
      if (bytes > helloBytesMax) socket.pause();
    };
    const giveUp = () => {
      if (!waiting.remove(key, entry)) return;
      onGaveUp();
      socket.destroy();
    };
    const removeListeners = () => {
      // After `removeAllListeners`, the socket would still read data, without a listener. So the listeners are removed
      // one by one.
      socket.off('data', receive).off('error', giveUp).off('end', giveUp).off('close', giveUp);
    };
    const entry: WaitingConnection = { socket, sinceMs: monotonicMs(), received, removeListeners };
    socket.on('data', receive).on('error', giveUp).on('end', giveUp).on('close', giveUp);
    const connectionToClose = waiting.add(key, entry);
    if (connectionToClose) turnAway(connectionToClose);
    timer ??= runEvery('connection-queue', tickMs, serve);
  }

  function serve(): void {
    const nowMs = monotonicMs();
    for (let tokens = takeTokens(bucket, handshakesPerS, nowMs, waiting.size()); tokens > 0; tokens -= 1) {
      const entry = waiting.take();
      if (!entry) break;
      beginHandshake(entry, nowMs);
    }
    if (waiting.size() === 0) stop();
  }

  function beginHandshake({ socket, received, sinceMs, removeListeners }: WaitingConnection, nowMs: number): void {
    removeListeners();
    socket.pause();
    if (received.length > 0) socket.unshift(Buffer.concat(received));
    begin(socket, nowMs - sinceMs);
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    arrive(socket) {
      if (waiting.size() === 0 && takeTokens(bucket, handshakesPerS, monotonicMs(), 1) === 1) begin(socket, 0);
      else putIntoQueue(socket);
    },
    waiting: waiting.size,
    close() {
      stop();
      for (const { socket } of waiting.clear()) socket.destroy();
    },
  };
}

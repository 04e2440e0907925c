/**
 * A queue of connections that wait for their TLS handshake. A handshake takes more CPU time than a hundred readings, so handshakes begin at a
 * limited rate. The queue serves all addresses in turn. A connection may wait here without time-out. If a client closes its connection, its
 * handshake never begins.
 */
import type { Socket } from 'node:net';
import { newBucket, takeTokens } from './admission.ts';
import { createFairQueue } from './fair-queue.ts';

export type ConnectionLine = {
  /** Begins the handshake of a new connection, or puts the connection into the queue. */
  arrive(socket: Socket): void;
  waiting(): number;
  /** Closes the waiting connections. */
  close(): void;
};

export type ConnectionLineOptions = {
  /** Most handshakes per second, above 0. In one turn of the event loop at most a twentieth of it, so a busy process begins fewer. */
  readonly perS: number;
  /** Most waiting connections. Above it, the newest connection of the address with the most connections is closed. */
  readonly waitingMax: number;
  /** Returns the key by which connections are grouped; by default the address. */
  readonly keyOf?: (address: string) => string;
  /** Returns the time of a clock that never jumps. */
  readonly monotonicMs: () => number;
  /** Begins the handshake. The bytes that the client has sent so far can be read from the socket. */
  readonly begin: (socket: Socket, waitedMs: number) => void;
  readonly onTurnedAway?: () => void;
  readonly onGaveUp?: () => void;
};

/** How often the queue is served while connections wait. */
const tickMs = 25;
/** Most bytes that are read from a waiting connection. A ClientHello has 0.3 to 2 kB. */
const helloBytesMax = 16_384;

type Waiting = {
  readonly socket: Socket;
  readonly sinceMs: number;
  readonly received: Buffer[];
  removeListeners(): void;
};

export function createConnectionLine(options: ConnectionLineOptions): ConnectionLine {
  const { perS, monotonicMs, begin } = options;
  const { keyOf = (address) => address, onTurnedAway = () => {}, onGaveUp = () => {} } = options;
  const waiting = createFairQueue<Waiting>(options.waitingMax);
  const bucket = newBucket(perS, monotonicMs());
  let timer: NodeJS.Timeout | undefined;

  function turnAway({ socket, removeListeners }: Waiting): void {
    removeListeners();
    socket.on('error', () => {}).destroy();
    onTurnedAway();
  }

  function wait(socket: Socket): void {
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
      // Not with `removeAllListeners`, after which the socket would still read data without a listener.
      socket.off('data', receive).off('error', giveUp).off('end', giveUp).off('close', giveUp);
    };
    const entry: Waiting = { socket, sinceMs: monotonicMs(), received, removeListeners };
    socket.on('data', receive).on('error', giveUp).on('end', giveUp).on('close', giveUp);
    const tooMany = waiting.add(key, entry);
    if (tooMany) turnAway(tooMany);
    timer ??= setInterval(serve, tickMs);
  }

  function serve(): void {
    const nowMs = monotonicMs();
    for (let tokens = takeTokens(bucket, perS, nowMs, waiting.size()); tokens > 0; tokens -= 1) {
      const entry = waiting.take();
      if (!entry) break;
      letIn(entry, nowMs);
    }
    if (waiting.size() === 0) stop();
  }

  function letIn({ socket, received, sinceMs, removeListeners }: Waiting, nowMs: number): void {
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
      if (waiting.size() === 0 && takeTokens(bucket, perS, monotonicMs(), 1) === 1) begin(socket, 0);
      else wait(socket);
    },
    waiting: waiting.size,
    close() {
      stop();
      for (const { socket } of waiting.clear()) socket.destroy();
    },
  };
}

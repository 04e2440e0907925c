/**
 * Connections that wait for their TLS handshake to begin. A handshake costs the process more than a hundred readings. So connections are
 * let in at a steady rate; addresses take turns, and each address keeps its order. Connections that are in go on. No time-out ends a
 * connection that waits here. A client that gives up costs no handshake.
 */
import type { Socket } from 'node:net';
import { newBucket, takeTokens } from './admission.ts';
import { createFairQueue } from './fair-queue.ts';

export type ConnectionLine = {
  /** Lets a new connection in, or lets it wait. */
  arrive(socket: Socket): void;
  waiting(): number;
  /** Closes the waiting connections. */
  close(): void;
};

export type ConnectionLineOptions = {
  /** Connections let in per second, above 0. A busy process lets in fewer: in one turn of its event loop at most a twentieth. */
  readonly perS: number;
  /** Above it the newest connection of the address with the most is closed. */
  readonly waitingMax: number;
  /** The key that takes turns; by default the address. */
  readonly keyOf?: (address: string) => string;
  /** By a clock that never jumps. */
  readonly monotonicMs: () => number;
  /** Begins the handshake. What the client sent meanwhile can then be read. */
  readonly begin: (socket: Socket, waitedMs: number) => void;
  readonly onTurnedAway?: () => void;
  readonly onGaveUp?: () => void;
};

/** How often the line is served while somebody waits. */
const tickMs = 25;
/** Most bytes that are kept of what a client sends before its handshake. Above it nothing more is read. A ClientHello has 0.3 to 2 kB. */
const helloBytesMax = 16_384;

type Waiting = { readonly socket: Socket; readonly sinceMs: number; readonly said: Buffer[]; leave(): void };

export function createConnectionLine(options: ConnectionLineOptions): ConnectionLine {
  const { perS, monotonicMs, begin } = options;
  const { keyOf = (address) => address, onTurnedAway = () => {}, onGaveUp = () => {} } = options;
  const waiting = createFairQueue<Waiting>(options.waitingMax);
  const bucket = newBucket(perS, monotonicMs());
  let timer: NodeJS.Timeout | undefined;

  function turnAway({ socket, leave }: Waiting): void {
    leave();
    socket.on('error', () => {}).destroy();
    onTurnedAway();
  }

  function wait(socket: Socket): void {
    const key = keyOf(socket.remoteAddress ?? '');
    const said: Buffer[] = [];
    let bytes = 0;
    // The socket is read, so that we notice a client that gives up.
    const hear = (chunk: Buffer) => {
      said.push(chunk);
      bytes += chunk.length;
      if (bytes > helloBytesMax) socket.pause();
    };
    const giveUp = () => {
      if (!waiting.remove(key, entry)) return;
      onGaveUp();
      socket.destroy();
    };
    const leave = () => {
      // One by one: after `removeAllListeners` the socket still believes that somebody listens to its data.
      socket.off('data', hear).off('error', giveUp).off('end', giveUp).off('close', giveUp);
    };
    const entry: Waiting = { socket, sinceMs: monotonicMs(), said, leave };
    socket.on('data', hear).on('error', giveUp).on('end', giveUp).on('close', giveUp);
    const tooMany = waiting.add(key, entry);
    if (tooMany) turnAway(tooMany);
    timer ??= setInterval(serve, tickMs);
  }

  function serve(): void {
    const nowMs = monotonicMs();
    for (let left = takeTokens(bucket, perS, nowMs, waiting.size()); left > 0; left -= 1) {
      const entry = waiting.take();
      if (!entry) break;
      letIn(entry, nowMs);
    }
    if (waiting.size() === 0) stop();
  }

  function letIn({ socket, said, sinceMs, leave }: Waiting, nowMs: number): void {
    leave();
    socket.pause();
    if (said.length > 0) socket.unshift(Buffer.concat(said));
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

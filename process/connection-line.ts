/**
 * Connections that wait for their TLS handshake to begin. A handshake costs the process more than a hundred readings, so connections are
 * let in at a steady rate, addresses in turn and each in its order, and those that are in go on. Who waits here is judged by no time-out; who
 * gives up costs no handshake.
 */
import type { Socket } from 'node:net';
import { newBucket, takeTokens } from './admission.ts';
import { createFairQueue } from './fair-queue.ts';

export type ConnectionLine = {
  /** Lets a new connection in, or lets it wait. */
  arrive(socket: Socket): void;
  waiting(): number;
  /** Closes those that wait. */
  close(): void;
};

export type ConnectionLineOptions = {
  /** Let in by the second, above 0. A process that is busy lets in fewer: in one turn of its event loop a twentieth of it at most. */
  readonly perS: number;
  /** Past it the newest of the address that has most is closed. */
  readonly waitingMax: number;
  /** What takes turns: as a rule the address. */
  readonly keyOf?: (address: string) => string;
  /** By a clock that never jumps. */
  readonly monotonicMs: () => number;
  /** Its handshake begins. What it has said meanwhile is there to be read. */
  readonly begin: (socket: Socket, waitedMs: number) => void;
  readonly onTurnedAway?: () => void;
  readonly onGaveUp?: () => void;
};

/** While somebody waits, the line is served so often. */
const tickMs = 25;
/** What a client says before its handshake is answered, kept for it; past it nothing more is read. A ClientHello has 0.3 to 2 kB. */
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
    // It is read, so that one that gives up is noticed.
    const hear = (chunk: Buffer) => {
      said.push(chunk);
      bytes += chunk.length;
      if (bytes > helloBytesMax) socket.pause();
    };
    const giveUp = () => {
      if (!waiting.remove(key, one)) return;
      onGaveUp();
      socket.destroy();
    };
    const leave = () => {
      // One by one: `removeAllListeners` leaves the socket believing that its data is listened to.
      socket.off('data', hear).off('error', giveUp).off('end', giveUp).off('close', giveUp);
    };
    const one: Waiting = { socket, sinceMs: monotonicMs(), said, leave };
    socket.on('data', hear).on('error', giveUp).on('end', giveUp).on('close', giveUp);
    const tooMany = waiting.add(key, one);
    if (tooMany) turnAway(tooMany);
    timer ??= setInterval(serve, tickMs);
  }

  function serve(): void {
    const nowMs = monotonicMs();
    for (let left = takeTokens(bucket, perS, nowMs, waiting.size()); left > 0; left -= 1) {
      const one = waiting.take();
      if (!one) break;
      letIn(one, nowMs);
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

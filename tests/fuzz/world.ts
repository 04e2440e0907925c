/**
 * Runs the real listener with connections in memory. Each connection has a judge. The judge reports behaviour that no
 * input of a client may cause.
 */
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import type { Ack } from '../../gateway/core/acks.ts';
import { createCounters } from '../../gateway/counters.ts';
import { defaultLimits } from '../../gateway/listener/limits.ts';
import { type Listener, openListener } from '../../gateway/listener/listener.ts';
import type { Connection, Session } from '../../gateway/listener/parts.ts';
import type { Outcome, Sink } from '../../gateway/listener/sink.ts';
import { createMeasures } from '../../gateway/measures.ts';
import { createSource, type Source } from '../../gateway/source.ts';
import { deviceId } from './corpus.ts';
import type { Fate } from './stream.ts';

/** What a connection sends, and how Kafka answers it (stream.ts explains the members). */
export type StreamScript = {
  readonly chunks: readonly Buffer[];
  readonly fates: readonly Fate[];
  readonly pauses: readonly boolean[];
  readonly isTorn: boolean;
};

export type World = {
  readonly counters: ReturnType<typeof createCounters>;
  /**
   * Plays streams in parallel, chunk by chunk, until all connections have ended and all messages are settled.
   * @throws Error that describes each fault
   */
  play(drives: readonly StreamScript[]): Promise<StreamResult[]>;
  close(): Promise<void>;
};

export type StreamResult = {
  /** Whether the listener closed the connection before the client did. */
  readonly closed: boolean;
  /** Number of acknowledgements that the client got. */
  readonly acknowledged: number;
  /** Types and reason codes of the first packets that the client got. */
  readonly answers: string;
};

/**
 * Maximum number of turns of the event loop from the last byte of a stream until its end. A correct stream needs far
 * fewer.
 */
const turnsMax = 300;
const letEventsRun = () => new Promise<void>((resolve) => setImmediate(resolve));
const msByRun = 7;

class MemorySocket extends Duplex {
  readonly #onWritten: (bytes: Buffer) => void;
  constructor(onWritten: (bytes: Buffer) => void) {
    super({ allowHalfOpen: false });
    this.#onWritten = onWritten;
  }
  override _read(): void {}
  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.#onWritten(bytes);
    done();
  }
  getPeerCertificate() {
    return { subject: { CN: deviceId } };
  }
}

type Message = {
  readonly ack: Ack | undefined;
  /**
   * Whether the session has used the packet id before. An acknowledgement may then answer a repeat of the earlier
   * message.
   */
  readonly isIdReused: boolean;
  isSettled: boolean;
  isAcknowledged: boolean;
};

export async function openWorld(): Promise<World> {
  const counters = createCounters();
  const faults: string[] = [];
  const openJudges = new Set<Judge>();
  const fault = (text: string) => void faults.push(text);
  let nowMs = 1_000_000;
  let sources = 0;
  const log = quietLog(fault);
  const sink = {
    ready: () => true,
    sourceOf(device: string): Source {
      sources += 1;
      return createSource('a2V5', device, `fuzz.${sources}`);
    },
    publish({ source, topic, payload }, settle) {
      if (typeof topic !== 'string' || !Buffer.isBuffer(payload)) fault('a message without topic or payload');
      const judge = [...openJudges].find(({ connection }) => connection.client?.source === source);
      if (judge) judge.publish(settle);
      else fault('a message that belongs to no connection');
    },
    claim(source: Source, _clientId: string, settle: (claimed: boolean) => void) {
      const soon = setImmediate(() => {
        Object.assign(source, { claim: sources });
        settle(true);
      });
      return () => clearImmediate(soon);
    },
    connected: () => {},
    lostIdWhileAlive: () => {},
    heldBack: () => {},
    ended: () => {},
    will: () => {},
    inbox: () => Buffer.from('{}'),
  } satisfies Sink & { claim: unknown };
  let enter: ((socket: TLSSocket) => unknown) | undefined;
  const listener = await openListener(
    {
      host: '',
      port: 0,
      sharePort: false,
      cert: '',
      key: '',
      clientCa: '',
      limits: { ...defaultLimits, inFlightMax: 4, exchangesMax: 6, unackedBytesMax: 60_000, sessionsMax: 50 },
      revocation: {
        factsOf: () => ({ issuer: 0, serial: '1', endMs: Number.POSITIVE_INFINITY }),
        faultOf: () => undefined,
      },
      sink,
      counters,
      measures: createMeasures(),
      log,
      now: () => 1_772_366_400_000 + nowMs,
      monotonicMs: () => nowMs,
    },
    async (_options, _quiet, onSocket) => {
      enter = onSocket;
      return { port: 0, waiting: () => 0, renew: () => {}, close: () => {} };
    },
  );
  /** Packet ids of appended QoS 2 messages, by session. The listener acknowledges a repeat without a new append. */
  const appended = new WeakMap<Session, Set<number>>();

  return {
    counters,
    async play(drives) {
      nowMs += msByRun;
      const players = drives.map((drive) => {
        const judge: Judge = new Judge(drive.fates, appended, fault);
        judge.enter((socket) => enter!(socket as unknown as TLSSocket) as Connection);
        openJudges.add(judge);
        return { drive, judge };
      });
      await letEventsRun();
      const longest = Math.max(...drives.map(({ chunks }) => chunks.length));
      for (let i = 0; i < longest; i += 1) {
        for (const { drive, judge } of players) {
          const chunk = drive.chunks[i];
          if (chunk) judge.feed(chunk);
          if (drive.pauses[i % drive.pauses.length]) await letEventsRun();
        }
      }
      const results = [];
      for (const { drive, judge } of players) {
        results.push(await judge.finish(drive.isTorn));
        openJudges.delete(judge);
      }
      checkEmpty(listener, fault);
      if (faults.length > 0) throw new Error(faults.splice(0).join('; '));
      return results;
    },
    close: () => listener.close(0),
  };
}

/** Reports connections and counted bytes that remain when all streams have ended. */
function checkEmpty(listener: Listener, fault: (text: string) => void): void {
  if (listener.connections() !== 0) fault(`${listener.connections()} connections remain`);
  if (listener.unackedBytes() !== 0) fault(`${listener.unackedBytes()} bytes are still counted as unacknowledged`);
  if (listener.partialBytes() !== 0) fault(`${listener.partialBytes()} bytes are still counted for unfinished packets`);
  if (listener.qos0Bytes() !== 0) fault(`${listener.qos0Bytes()} bytes are still counted for QoS 0`);
}

/** Compares the messages of one connection and Kafka's answers with the packets that the client gets. */
class Judge {
  connection!: Connection;
  readonly #socket: MemorySocket;
  readonly #fates: readonly Fate[];
  readonly #appended: WeakMap<Session, Set<number>>;
  readonly #fault: (text: string) => void;
  readonly #messages: Message[] = [];
  readonly #pending: (() => void)[] = [];
  #lastAck: Ack | undefined;
  #lastAcknowledged = -1;
  #acknowledged = 0;
  #answers = '';

  constructor(fates: readonly Fate[], appended: WeakMap<Session, Set<number>>, fault: (text: string) => void) {
    this.#fates = fates;
    this.#appended = appended;
    this.#fault = fault;
    this.#socket = new MemorySocket((bytes) => this.#onBytes(bytes));
  }

  enter(accept: (socket: MemorySocket) => Connection): void {
    this.connection = accept(this.#socket);
  }

  feed(chunk: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.push(chunk);
  }

  /** Acts as Kafka: settles the message as its fate says, immediately or later. */
  publish(settle: (outcome: Outcome) => void): void {
    const fate = this.#fates[this.#messages.length % this.#fates.length]!;
    const ack = this.#ackOfThis();
    const isIdReused = ack !== undefined && this.#isUsed(ack);
    const message: Message = { ack, isIdReused, isSettled: false, isAcknowledged: false };
    this.#messages.push(message);
    let settledTimes = 0;
    const end = () => {
      settledTimes += 1;
      if (settledTimes > 1) this.#fault('settled twice');
      message.isSettled = fate !== 'failed';
      if (message.isSettled && message.ack?.kind === 'pubrec') this.#appendedIds().add(message.ack.packetId);
      if (fate === 'failed') settle({ kind: 'failed' });
      else if (fate === 'refused') settle({ kind: 'refused', code: 0x99, reasonString: 'It does not fit.' });
      else settle({ kind: 'appended' });
    };
    if (fate === 'late') this.#pending.push(end);
    else if (this.#messages.length % 2) end();
    else setImmediate(end);
  }

  #appendedIds(): Set<number> {
    const session = this.connection.client?.session;
    const ids = (session && this.#appended.get(session)) ?? new Set();
    if (session) this.#appended.set(session, ids);
    return ids;
  }

  #isUsed({ kind, packetId }: Ack): boolean {
    return (
      (kind === 'pubrec' && this.#appendedIds().has(packetId)) ||
      this.#messages.some(({ ack }) => ack?.kind === kind && ack.packetId === packetId)
    );
  }

  /**
   * Returns the newest acknowledgement, which waits for the message that was just published; undefined for QoS 0.
   * Returns undefined for a repeat too: its acknowledgement is sent already, or waits for the append of the first
   * message.
   */
  #ackOfThis(): Ack | undefined {
    const { client } = this.connection;
    const last = client?.acks.waiting.at(-1);
    if (!client || !last || last === this.#lastAck || last.reasonCode !== undefined) return undefined;
    const isRepeat = last.kind === 'pubrec' && (client.session.exchanges.get(last.packetId)?.waiting.length ?? 0) > 0;
    if (isRepeat) return undefined;
    this.#lastAck = last;
    return last;
  }

  #onBytes(bytes: Buffer): void {
    const sizeMax = this.connection.client?.packetBytesMax ?? Number.POSITIVE_INFINITY;
    for (let offset = 0; offset < bytes.length; ) {
      let size = 0;
      let i = offset + 1;
      for (let factor = 1; ; factor *= 128, i += 1) {
        size += ((bytes[i] ?? 0) & 0x7f) * factor;
        if ((bytes[i] ?? 0) < 0x80) break;
      }
      const end = i + 1 + size;
      if (end > bytes.length) this.#fault('a packet to the client is cut off');
      if (end - offset > sizeMax) this.#fault('a packet is larger than the client allows');
      this.#onPacket(bytes[offset]! >> 4, bytes.subarray(i + 1, end));
      offset = end;
    }
  }

  #onPacket(type: number, body: Buffer): void {
    const code = type === 2 ? body[1] : type === 14 ? body[0] : type === 4 || type === 5 ? body[2] : undefined;
    if (this.#answers.length < 200) this.#answers += `${type}${code ? `:${code}` : ''} `;
    if (![2, 3, 4, 5, 6, 7, 9, 11, 13, 14].includes(type)) this.#fault(`a packet of type ${type} to the client`);
    if (type === 4 || type === 5) this.#onAcknowledgement(type === 4 ? 'puback' : 'pubrec', body.readUInt16BE(0));
  }

  /** Reports an acknowledgement of a message that was not appended, and an acknowledgement out of order. */
  #onAcknowledgement(kind: Ack['kind'], packetId: number): void {
    this.#acknowledged += 1;
    const index = this.#messages.findIndex(
      ({ ack, isSettled, isAcknowledged }) =>
        isSettled && !isAcknowledged && ack?.kind === kind && ack.packetId === packetId,
    );
    if (index === -1) {
      if (kind === 'puback' || !this.#appendedIds().has(packetId)) this.#fault(`${kind} ${packetId} without append`);
      return;
    }
    const message = this.#messages[index]!;
    message.isAcknowledged = true;
    if (message.isIdReused) return;
    if (index < this.#lastAcknowledged) this.#fault(`${kind} ${packetId} out of order`);
    this.#lastAcknowledged = index;
  }

  /** Ends the connection, settles the remaining messages, and returns the result. */
  async finish(torn: boolean): Promise<StreamResult> {
    await letEventsRun();
    const closed = this.connection.phase === 'ending';
    for (const end of this.#pending.splice(0)) end();
    if (torn && !closed) this.#socket.destroy();
    else if (!this.#socket.destroyed) this.#socket.push(null);
    let turns = 0;
    for (; this.connection.phase !== 'ending' && turns < turnsMax; turns += 1) {
      await letEventsRun();
      for (const end of this.#pending.splice(0)) end();
    }
    await letEventsRun();
    for (const end of this.#pending.splice(0)) end();
    if (turns === turnsMax) this.#fault('hang: the connection has not ended');
    this.#socket.destroy();
    return { closed, acknowledged: this.#acknowledged, answers: this.#answers.trim() };
  }
}

/**
 * Returns a logger that prints nothing, and reports an error with a stack as a crash. The listener catches such an
 * error and ends only the connection, but here it counts as a crash.
 */
function quietLog(fault: (text: string) => void): Logger {
  const ignore = () => {};
  return {
    trace: ignore,
    debug: ignore,
    info: ignore,
    warn: ignore,
    fatal: ignore,
    error: (fields: { err?: Error }, message: string) => {
      if (fields.err) fault(`crash: ${message}: ${fields.err.stack}`);
    },
  } as unknown as Logger;
}

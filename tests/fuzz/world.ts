/** The real listener with connections in memory, and a judge for each: what may never happen, whatever a client sends. */
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

export type Drive = {
  readonly chunks: readonly Buffer[];
  readonly fates: readonly Fate[];
  readonly paces: readonly boolean[];
  readonly torn: boolean;
};

export type World = {
  readonly counters: ReturnType<typeof createCounters>;
  /**
   * Plays streams beside each other, chunk by chunk, until all of them have ended and all that they sent is settled.
   * @throws Error that says what happened that must not
   */
  play(drives: readonly Drive[]): Promise<Seen[]>;
  close(): Promise<void>;
};

export type Seen = {
  /** Whether the listener ended it, before it had ended itself. */
  readonly closed: boolean;
  readonly acknowledged: number;
  /** The first bytes of what it was answered: type, and reason where there is one. */
  readonly answers: string;
};

/** Turns of the event loop after the last byte within which a stream must have ended: generous, for nothing is slow here. */
const turnsMax = 300;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
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
  /** Its packet id was used before in its session: what is heard of it may answer the repeat of the one before. */
  readonly usedAnew: boolean;
  settled: boolean;
  told: boolean;
};

export async function openWorld(): Promise<World> {
  const counters = createCounters();
  const faults: string[] = [];
  const judges = new Set<Judge>();
  const fault = (words: string) => void faults.push(words);
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
      const judge = [...judges].find(({ connection }) => connection.client?.source === source);
      if (judge) judge.publish(settle);
      else fault('a message of no connection');
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
  /** QoS 2 packet ids that were appended, by session: a repeat is acknowledged and not appended again. */
  const appended = new WeakMap<Session, Set<number>>();

  return {
    counters,
    async play(drives) {
      nowMs += msByRun;
      const players = drives.map((drive) => {
        const judge: Judge = new Judge(drive.fates, appended, fault);
        judge.enter((socket) => enter!(socket as unknown as TLSSocket) as Connection);
        judges.add(judge);
        return { drive, judge };
      });
      await turn();
      const longest = Math.max(...drives.map(({ chunks }) => chunks.length));
      for (let i = 0; i < longest; i += 1) {
        for (const { drive, judge } of players) {
          const chunk = drive.chunks[i];
          if (chunk) judge.feed(chunk);
          if (drive.paces[i % drive.paces.length]) await turn();
        }
      }
      const seen = [];
      for (const { drive, judge } of players) {
        seen.push(await judge.finish(drive.torn));
        judges.delete(judge);
      }
      checkEmpty(listener, fault);
      if (faults.length > 0) throw new Error(faults.splice(0).join('; '));
      return seen;
    },
    close: () => listener.close(0),
  };
}

function checkEmpty(listener: Listener, fault: (words: string) => void): void {
  if (listener.connections() !== 0) fault(`${listener.connections()} connections are left`);
  if (listener.unackedBytes() !== 0) fault(`${listener.unackedBytes()} bytes are still counted as unacknowledged`);
  if (listener.partialBytes() !== 0) fault(`${listener.partialBytes()} bytes are still counted for unfinished packets`);
  if (listener.qos0Bytes() !== 0) fault(`${listener.qos0Bytes()} bytes are still counted for QoS 0`);
}

/** One connection: what the log was given by it and said, and what it was answered. */
class Judge {
  connection!: Connection;
  readonly #socket: MemorySocket;
  readonly #fates: readonly Fate[];
  readonly #appended: WeakMap<Session, Set<number>>;
  readonly #fault: (words: string) => void;
  readonly #messages: Message[] = [];
  readonly #pending: (() => void)[] = [];
  #lastAck: Ack | undefined;
  #told = -1;
  #acknowledged = 0;
  #answers = '';

  constructor(fates: readonly Fate[], appended: WeakMap<Session, Set<number>>, fault: (words: string) => void) {
    this.#fates = fates;
    this.#appended = appended;
    this.#fault = fault;
    this.#socket = new MemorySocket((bytes) => this.#answered(bytes));
  }

  enter(accept: (socket: MemorySocket) => Connection): void {
    this.connection = accept(this.#socket);
  }

  feed(chunk: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.push(chunk);
  }

  /** The log's side: by turns at once, soon, when all has been sent, as refused, or not at all. */
  publish(settle: (outcome: Outcome) => void): void {
    const fate = this.#fates[this.#messages.length % this.#fates.length]!;
    const ack = this.#ackOfThis();
    const message: Message = { ack, usedAnew: ack !== undefined && this.#isUsed(ack), settled: false, told: false };
    this.#messages.push(message);
    let asked = 0;
    const end = () => {
      asked += 1;
      if (asked > 1) this.#fault('settled twice');
      message.settled = fate !== 'failed';
      if (message.settled && message.ack?.kind === 'pubrec') this.#known().add(message.ack.packetId);
      if (fate === 'failed') settle({ kind: 'failed' });
      else if (fate === 'refused') settle({ kind: 'refused', code: 0x99, reasonString: 'It does not fit.' });
      else settle({ kind: 'appended' });
    };
    if (fate === 'late') this.#pending.push(end);
    else if (this.#messages.length % 2) end();
    else setImmediate(end);
  }

  #known(): Set<number> {
    const session = this.connection.client?.session;
    const known = (session && this.#appended.get(session)) ?? new Set();
    if (session) this.#appended.set(session, known);
    return known;
  }

  #isUsed({ kind, packetId }: Ack): boolean {
    return (
      (kind === 'pubrec' && this.#known().has(packetId)) ||
      this.#messages.some(({ ack }) => ack?.kind === kind && ack.packetId === packetId)
    );
  }

  /**
   * The acknowledgement that waits for the message just handed over: the newest, unless the message has QoS 0. That of a repeat,
   * which is not handed over, has its answer already, or shares that of the first, which is on its way.
   */
  #ackOfThis(): Ack | undefined {
    const { client } = this.connection;
    const last = client?.acks.waiting.at(-1);
    if (!client || !last || last === this.#lastAck || last.reasonCode !== undefined) return undefined;
    const shared = last.kind === 'pubrec' && (client.session.exchanges.get(last.packetId)?.waiting.length ?? 0) > 0;
    if (shared) return undefined;
    this.#lastAck = last;
    return last;
  }

  #answered(bytes: Buffer): void {
    const sizeMax = this.connection.client?.packetBytesMax ?? Number.POSITIVE_INFINITY;
    for (let at = 0; at < bytes.length; ) {
      let size = 0;
      let i = at + 1;
      for (let factor = 1; ; factor *= 128, i += 1) {
        size += ((bytes[i] ?? 0) & 0x7f) * factor;
        if ((bytes[i] ?? 0) < 0x80) break;
      }
      const end = i + 1 + size;
      if (end > bytes.length) this.#fault('an answer is cut off');
      if (end - at > sizeMax) this.#fault('an answer is larger than the client takes');
      this.#answer(bytes[at]! >> 4, bytes.subarray(i + 1, end));
      at = end;
    }
  }

  #answer(type: number, body: Buffer): void {
    const code = type === 2 ? body[1] : type === 14 ? body[0] : type === 4 || type === 5 ? body[2] : undefined;
    if (this.#answers.length < 200) this.#answers += `${type}${code ? `:${code}` : ''} `;
    if (![2, 3, 4, 5, 6, 7, 9, 11, 13, 14].includes(type)) this.#fault(`an answer of type ${type}`);
    if (type === 4 || type === 5) this.#acknowledgement(type === 4 ? 'puback' : 'pubrec', body.readUInt16BE(0));
  }

  /** None without the log's word on the same packet id, and in the order of the messages. */
  #acknowledgement(kind: Ack['kind'], packetId: number): void {
    this.#acknowledged += 1;
    const index = this.#messages.findIndex(
      ({ ack, settled, told }) => settled && !told && ack?.kind === kind && ack.packetId === packetId,
    );
    if (index === -1) {
      if (kind === 'puback' || !this.#known().has(packetId)) this.#fault(`${kind} ${packetId} without append`);
      return;
    }
    const message = this.#messages[index]!;
    message.told = true;
    if (message.usedAnew) return;
    if (index < this.#told) this.#fault(`${kind} ${packetId} out of order`);
    this.#told = index;
  }

  async finish(torn: boolean): Promise<Seen> {
    await turn();
    const closed = this.connection.phase === 'ending';
    for (const end of this.#pending.splice(0)) end();
    if (torn && !closed) this.#socket.destroy();
    else if (!this.#socket.destroyed) this.#socket.push(null);
    let turns = 0;
    for (; this.connection.phase !== 'ending' && turns < turnsMax; turns += 1) {
      await turn();
      for (const end of this.#pending.splice(0)) end();
    }
    await turn();
    for (const end of this.#pending.splice(0)) end();
    if (turns === turnsMax) this.#fault('hang: the connection has not ended');
    this.#socket.destroy();
    return { closed, acknowledged: this.#acknowledged, answers: this.#answers.trim() };
  }
}

/** Says nothing, and hears what a handler threw: `pump` ends the connection for it, but it is a crash all the same. */
function quietLog(fault: (words: string) => void): Logger {
  const nothing = () => {};
  return {
    trace: nothing,
    debug: nothing,
    info: nothing,
    warn: nothing,
    fatal: nothing,
    error: (fields: { err?: Error }, words: string) => {
      if (fields.err) fault(`crash: ${words}: ${fields.err.stack}`);
    },
  } as unknown as Logger;
}

/**
 * A bedside device that keeps every reading until it is acknowledged and, after a lost connection, sends again what was not, in
 * order. It writes down each acknowledgement, and whether it came out of turn.
 */
import { type Connection, dial, type Version } from './connection.ts';
import { type Kind, makeReading, type Reading } from './reading.ts';

export type DeviceOptions = {
  readonly deviceId: string;
  readonly boot: string;
  /** Read at each connection: where the gateway is reached. */
  readonly port: () => number;
  readonly certsDir: string;
  readonly version: Version;
  readonly qos: 1 | 2;
  readonly everyMs: number;
  readonly keepAliveS: number;
};

export type Acknowledged = {
  readonly kind: Kind;
  readonly seq: number;
  readonly timeMs: number;
  /** When the acknowledgement came, by the clock of this machine. */
  readonly atMs: number;
  /** 0, or an MQTT 5 reason code: refused. */
  readonly code: number;
};

export type Device = {
  readonly deviceId: string;
  readonly boot: string;
  readonly version: Version;
  readonly acknowledged: readonly Acknowledged[];
  /** Acknowledgements that came before one of an earlier packet of the same connection, or for none. */
  outOfOrder(): number;
  isConnected(): boolean;
  connections(): number;
  /** What the device adds to its clock from now on. */
  shiftClock(byMs: number): void;
  /** Sends half of a packet and drops the connection; resolves when it is dropped. */
  tear(): Promise<void>;
  /** Makes no more readings; resolves when all that it has are acknowledged. */
  finish(): Promise<void>;
  /** Also without waiting. */
  close(): void;
};

/** A monitor does not send its whole memory at once. */
const inFlightMax = 16;
/** Readings kept while nobody takes them; then it makes no new ones. */
const keptMax = 20_000;
const connectMs = 10_000;
const again = { fromMs: 100, toMs: 400 } as const;
/** Every so many readings there is a piece of a wave. */
const waveEvery = 5;

type Sent = { readonly reading: Reading; packetId: number };

export function startDevice(options: DeviceOptions): Device {
  const { deviceId, boot, qos } = options;
  const acknowledged: Acknowledged[] = [];
  const waiting: Reading[] = [];
  /** In the order in which they were made. */
  const sent: Sent[] = [];
  /** QoS 2: taken by the gateway, not yet released. */
  let releasing = new Set<number>();
  const seqs = { observations: 0, waveforms: 0 };
  let made = 0;
  let shiftMs = 0;
  let lastPacketId = 0;
  let outOfOrder = 0;
  let connections = 0;
  let connection: Connection | undefined;
  let closed = false;
  const finished = Promise.withResolvers<void>();
  let finishing = false;

  function make(): void {
    if (waiting.length + sent.length >= keptMax) return;
    made += 1;
    const kind = made % waveEvery === 0 ? 'waveforms' : 'observations';
    seqs[kind] += 1;
    waiting.push(makeReading(kind, boot, seqs[kind], Date.now() + shiftMs));
    flow();
  }

  function freePacketId(): number {
    do lastPacketId = (lastPacketId % 65_535) + 1;
    while (releasing.has(lastPacketId) || sent.some(({ packetId }) => packetId === lastPacketId));
    return lastPacketId;
  }

  function flow(): void {
    if (connection?.isReady() !== true) return;
    while (sent.length < inFlightMax) {
      const reading = waiting.shift();
      if (reading === undefined) break;
      const one = { reading, packetId: freePacketId() };
      sent.push(one);
      connection.publish(reading, one.packetId, qos, false);
    }
  }

  function onReady(sessionPresent: boolean): void {
    connections += 1;
    if (sessionPresent) for (const packetId of releasing) connection?.release(packetId);
    else releasing = new Set();
    for (const one of sent) {
      if (!sessionPresent) one.packetId = freePacketId();
      connection?.publish(one.reading, one.packetId, qos, sessionPresent);
    }
    flow();
  }

  function onAcknowledged(packetId: number, code: number): void {
    const at = sent.findIndex((one) => one.packetId === packetId);
    const one = sent[at];
    // On each connection all of `sent` was sent in its order, so the first must be acknowledged first [MQTT-4.6.0-2].
    if (at !== 0) outOfOrder += 1;
    if (one === undefined) return;
    sent.splice(at, 1);
    const { kind, seq, timeMs } = one.reading;
    acknowledged.push({ kind, seq, timeMs, atMs: Date.now(), code });
    if (qos === 2 && code < 0x80) {
      releasing.add(packetId);
      connection?.release(packetId);
    }
    flow();
    settle();
  }

  function settle(): void {
    if (finishing && waiting.length === 0 && sent.length === 0) finished.resolve();
  }

  function open(): void {
    if (closed) return;
    const mine = dial({
      ...options,
      port: options.port(),
      clean: connections === 0,
      connectMs,
      onReady,
      onAcknowledged,
      onReleased: (packetId) => releasing.delete(packetId),
      onClosed() {
        if (connection !== mine) return;
        connection = undefined;
        setTimeout(open, again.fromMs + Math.random() * (again.toMs - again.fromMs));
      },
    });
    connection = mine;
  }

  const timer = setInterval(make, options.everyMs);
  open();

  return {
    deviceId,
    boot,
    version: options.version,
    acknowledged,
    outOfOrder: () => outOfOrder,
    isConnected: () => connection?.isReady() === true,
    connections: () => connections,
    shiftClock(byMs) {
      shiftMs += byMs;
    },
    async tear() {
      const reading = sent[0]?.reading ?? waiting[0] ?? makeReading('observations', boot, 1, Date.now());
      await connection?.tear(reading, freePacketId(), qos);
    },
    finish() {
      clearInterval(timer);
      finishing = true;
      settle();
      return finished.promise;
    },
    close() {
      clearInterval(timer);
      closed = true;
      const last = connection;
      connection = undefined;
      last?.destroy();
    },
  };
}

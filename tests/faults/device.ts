/**
 * A bedside device that keeps each reading until the gateway acknowledges it. After a lost connection the device sends
 * the unacknowledged readings again, in order. The device records each acknowledgement, and counts the acknowledgements
 * that come out of order.
 */
import { type Connection, openConnection, type Version } from './connection.ts';
import { type Kind, makeReading, type Reading } from './reading.ts';

export type DeviceOptions = {
  readonly deviceId: string;
  readonly boot: string;
  /** Returns the port for the next connection. */
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
  /** Time of the acknowledgement, by the clock of this machine. */
  readonly atMs: number;
  /** MQTT 5 reason code; 0x80 and higher mean that the reading was refused. Always 0 with MQTT 3.1.1. */
  readonly code: number;
};

export type Device = {
  readonly deviceId: string;
  readonly boot: string;
  readonly version: Version;
  readonly acknowledged: readonly Acknowledged[];
  /**
   * Returns the number of acknowledgements that came too early (before the acknowledgement of an earlier packet), or
   * that matched no packet.
   */
  outOfOrder(): number;
  isConnected(): boolean;
  /** Returns the number of successful connections. */
  connections(): number;
  /** Sets the clock of the device forward, or back if `byMs` is negative. */
  shiftClock(byMs: number): void;
  /** Sends half of a packet and then drops the connection. */
  tearConnection(): Promise<void>;
  /** Makes no more readings. Resolves when all readings are acknowledged. */
  finish(): Promise<void>;
  /** Makes no more readings and closes the connection immediately. */
  close(): void;
};

/** Maximum number of readings that wait for an acknowledgement at the same time. */
const inFlightMax = 16;
/** Maximum number of readings that the device keeps. At this number the device makes no new readings. */
const keptMax = 20_000;
const connectMs = 10_000;
const reconnectDelay = { fromMs: 100, toMs: 400 } as const;
/** Each fifth reading is a piece of a waveform. */
const waveEvery = 5;

type Sent = { readonly reading: Reading; packetId: number };

export function startDevice(options: DeviceOptions): Device {
  const { deviceId, boot, qos } = options;
  const acknowledged: Acknowledged[] = [];
  const waiting: Reading[] = [];
  /** Readings that were sent and not yet acknowledged, oldest first. */
  const sent: Sent[] = [];
  /** Packet ids of QoS 2 for which the device has sent PUBREL and waits for PUBCOMP. */
  let releasing = new Set<number>();
  const seqs = { observations: 0, waveforms: 0 };
  let messageCount = 0;
  let shiftMs = 0;
  let lastPacketId = 0;
  let outOfOrder = 0;
  let connections = 0;
  let connection: Connection | undefined;
  let isClosed = false;
  const finished = Promise.withResolvers<void>();
  let isFinishing = false;

  function addReading(): void {
    if (waiting.length + sent.length >= keptMax) return;
    messageCount += 1;
    const kind = messageCount % waveEvery === 0 ? 'waveforms' : 'observations';
    seqs[kind] += 1;
    waiting.push(makeReading(kind, boot, seqs[kind], Date.now() + shiftMs));
    sendWaiting();
  }

  function freePacketId(): number {
    do lastPacketId = (lastPacketId % 65_535) + 1;
    while (releasing.has(lastPacketId) || sent.some(({ packetId }) => packetId === lastPacketId));
    return lastPacketId;
  }

  function sendWaiting(): void {
    if (connection?.isReady() !== true) return;
    while (sent.length < inFlightMax) {
      const reading = waiting.shift();
      if (reading === undefined) break;
      const packetId = freePacketId();
      sent.push({ reading, packetId });
      connection.publish(reading, packetId, qos, false);
    }
  }

  function onReady(sessionPresent: boolean): void {
    connections += 1;
    if (sessionPresent) for (const packetId of releasing) connection?.release(packetId);
    else releasing = new Set();
    for (const unacknowledged of sent) {
      if (!sessionPresent) unacknowledged.packetId = freePacketId();
      connection?.publish(unacknowledged.reading, unacknowledged.packetId, qos, sessionPresent);
    }
    sendWaiting();
  }

  function onAcknowledged(packetId: number, code: number): void {
    const index = sent.findIndex((candidate) => candidate.packetId === packetId);
    const acknowledgedPacket = sent[index];
    // The device sends the readings of `sent` in this order on each connection, so the first must be acknowledged first
    // [MQTT-4.6.0-2].
    if (index !== 0) outOfOrder += 1;
    if (acknowledgedPacket === undefined) return;
    sent.splice(index, 1);
    const { kind, seq, timeMs } = acknowledgedPacket.reading;
    acknowledged.push({ kind, seq, timeMs, atMs: Date.now(), code });
    if (qos === 2 && code < 0x80) {
      releasing.add(packetId);
      connection?.release(packetId);
    }
    sendWaiting();
    settle();
  }

  function settle(): void {
    if (isFinishing && waiting.length === 0 && sent.length === 0) finished.resolve();
  }

  function open(): void {
    if (isClosed) return;
    const dialled = openConnection({
      ...options,
      port: options.port(),
      clean: connections === 0,
      connectMs,
      onReady,
      onAcknowledged,
      onReleased: (packetId) => releasing.delete(packetId),
      onClosed() {
        if (connection !== dialled) return;
        connection = undefined;
        setTimeout(open, reconnectDelay.fromMs + Math.random() * (reconnectDelay.toMs - reconnectDelay.fromMs));
      },
    });
    connection = dialled;
  }

  const timer = setInterval(addReading, options.everyMs);
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
    async tearConnection() {
      const reading = sent[0]?.reading ?? waiting[0] ?? makeReading('observations', boot, 1, Date.now());
      await connection?.tearPublish(reading, freePacketId(), qos);
    },
    finish() {
      clearInterval(timer);
      isFinishing = true;
      settle();
      return finished.promise;
    },
    close() {
      clearInterval(timer);
      isClosed = true;
      const last = connection;
      connection = undefined;
      last?.destroy();
    },
  };
}

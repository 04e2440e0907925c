/** Compares the acknowledgements that devices got with the readings that an independent reader found in Kafka. Pure. */

export type StoredReading = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Time of the append, by the clock of the partition leader. */
  readonly appendedMs: number;
  readonly deviceId: string;
  /** Last part of the MQTT topic. */
  readonly kind: string;
  readonly boot: string;
  readonly seq: number;
  /** The time of the reading by the device's clock. */
  readonly timeMs: number;
  /** Reason why the gateway rejected the reading; empty if the gateway accepted it. */
  readonly code: string;
};

export type DeviceAcknowledgements = {
  readonly deviceId: string;
  readonly boot: string;
  readonly acknowledged: readonly {
    readonly kind: string;
    readonly seq: number;
    readonly timeMs: number;
    readonly atMs: number;
    readonly code: number;
  }[];
};

/** Result of the comparison. The lists hold the names of the readings with a fault. */
export type Verdict = {
  /** Number of acknowledgements. */
  readonly acknowledged: number;
  /** Number of different readings of these devices in Kafka. */
  readonly found: number;
  /** Number of records that repeat a reading. Repeats are harmless. */
  readonly repeated: number;
  /** Readings that were acknowledged and are not in Kafka. */
  readonly lost: readonly string[];
  /** Readings that are in Kafka behind a later reading of the same device. */
  readonly reordered: readonly string[];
  /** Readings that have another time in Kafka than on the device. */
  readonly retimed: readonly string[];
  /** Readings that were acknowledged before the partition leader had them. */
  readonly early: readonly string[];
};

/** MQTT 5 reason codes from 0x80 on mean that the reading was refused. */
const refusedFrom = 0x80;

export function judge(devices: readonly DeviceAcknowledgements[], stored: readonly StoredReading[]): Verdict {
  const readingsByName = new Map<string, StoredReading>();
  const lastByStream = new Map<string, { readonly seq: number; readonly partition: number }>();
  const reordered: string[] = [];
  let repeated = 0;
  for (const reading of [...stored].sort((a, b) => a.partition - b.partition || a.offset - b.offset)) {
    const name = nameOf(reading.deviceId, reading.boot, reading.kind, reading.seq);
    if (readingsByName.has(name)) {
      repeated += 1;
      continue;
    }
    readingsByName.set(name, reading);
    // The order is checked for each topic, because rejected readings are in another topic than accepted readings.
    const stream = `${reading.topic} ${reading.deviceId} ${reading.boot} ${reading.kind}`;
    const previousReading = lastByStream.get(stream);
    if (
      previousReading !== undefined &&
      (previousReading.partition !== reading.partition || previousReading.seq > reading.seq)
    )
      reordered.push(name);
    lastByStream.set(stream, reading);
  }
  const lost: string[] = [];
  const retimed: string[] = [];
  const early: string[] = [];
  let acknowledged = 0;
  for (const { deviceId, boot, acknowledged: acknowledgements } of devices) {
    for (const { kind, seq, timeMs, atMs, code } of acknowledgements) {
      acknowledged += 1;
      const name = nameOf(deviceId, boot, kind, seq);
      const reading = readingsByName.get(name);
      // MQTT 3.1.1 has no reason code: a device gets the same acknowledgement if the gateway rejected the reading.
      if (reading === undefined || (code >= refusedFrom && reading.code === '')) lost.push(name);
      else if (reading.timeMs !== timeMs) retimed.push(name);
      else if (reading.appendedMs > atMs) early.push(name);
    }
  }
  return { acknowledged, found: readingsByName.size, repeated, lost, reordered, retimed, early };
}

function nameOf(deviceId: string, boot: string, kind: string, seq: number): string {
  return `${deviceId} ${boot} ${kind} ${seq}`;
}

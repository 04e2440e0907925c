/** Compares what devices were told with what an independent reader found in Kafka. Pure. */

export type Found = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** When the leader appended it, by the broker's clock. */
  readonly appendedMs: number;
  readonly deviceId: string;
  /** The MQTT topic's last part. */
  readonly kind: string;
  readonly boot: string;
  readonly seq: number;
  /** The reading's own time. */
  readonly timeMs: number;
  /** Why it was rejected; empty where it was not. */
  readonly code: string;
};

export type Told = {
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

/** The first ones of each kind of wrong, by name; and counts. */
export type Verdict = {
  readonly acknowledged: number;
  /** Different readings in Kafka, of these devices. */
  readonly found: number;
  /** Records beyond the first of a reading: what was sent again. Harmless. */
  readonly repeated: number;
  /** Acknowledged, and nowhere. */
  readonly lost: readonly string[];
  /** First found after one that the device made later. */
  readonly reordered: readonly string[];
  /** Found under another time than the device gave it. */
  readonly retimed: readonly string[];
  /** Acknowledged before the leader had it. */
  readonly early: readonly string[];
};

/** MQTT 5 reason codes from here on say no. */
const refusedFrom = 0x80;

export function judge(told: readonly Told[], found: readonly Found[]): Verdict {
  const first = new Map<string, Found>();
  const last = new Map<string, { readonly seq: number; readonly partition: number }>();
  const reordered: string[] = [];
  let repeated = 0;
  for (const one of [...found].sort((a, b) => a.partition - b.partition || a.offset - b.offset)) {
    const name = nameOf(one.deviceId, one.boot, one.kind, one.seq);
    if (first.has(name)) {
      repeated += 1;
      continue;
    }
    first.set(name, one);
    // Rejected ones lie in a topic of their own, whose order is their own too.
    const stream = `${one.topic} ${one.deviceId} ${one.boot} ${one.kind}`;
    const before = last.get(stream);
    if (before !== undefined && (before.partition !== one.partition || before.seq > one.seq)) reordered.push(name);
    last.set(stream, one);
  }
  const lost: string[] = [];
  const retimed: string[] = [];
  const early: string[] = [];
  let acknowledged = 0;
  for (const { deviceId, boot, acknowledged: ones } of told) {
    for (const { kind, seq, timeMs, atMs, code } of ones) {
      acknowledged += 1;
      const name = nameOf(deviceId, boot, kind, seq);
      const there = first.get(name);
      // MQTT 3.1.1 has no code: it is told the same of a reading that was refused and kept.
      if (there === undefined || (code >= refusedFrom && there.code === '')) lost.push(name);
      else if (there.timeMs !== timeMs) retimed.push(name);
      else if (there.appendedMs > atMs) early.push(name);
    }
  }
  return { acknowledged, found: first.size, repeated, lost, reordered, retimed, early };
}

function nameOf(deviceId: string, boot: string, kind: string, seq: number): string {
  return `${deviceId} ${boot} ${kind} ${seq}`;
}

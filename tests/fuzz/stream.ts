/** Plans for a stream of MQTT packets. A plan consists of numbers, and always makes the same bytes. */
import fc from 'fast-check';
import { seeds, type Version } from './corpus.ts';
import { applyEdit, type Edit, edits } from './edits.ts';

/** Kafka's answer to a message. The fates of a plan apply to its messages in order, and repeat from the first. */
export type Fate = 'appended' | 'refused' | 'failed' | 'late';

export type StreamPlan = {
  readonly version: Version;
  /** Number of the CONNECT packet. */
  readonly connect: number;
  /** Whether the edits leave the CONNECT packet as it is. */
  readonly behindConnect: boolean;
  /** Numbers of the other packets. */
  readonly picks: readonly number[];
  readonly edits: readonly Edit[];
  /** Sizes of the chunks in which the stream arrives, repeated from the first. Without sizes the stream is one chunk. */
  readonly cuts: readonly number[];
  readonly fates: readonly Fate[];
  /** Whether Kafka gets time to answer after a chunk, repeated from the first. */
  readonly paces: readonly boolean[];
  /** Whether the connection is torn at the end, instead of closed. */
  readonly torn: boolean;
};

export const streamPlans: fc.Arbitrary<StreamPlan> = fc.record({
  version: fc.constantFrom(4 as const, 5 as const),
  connect: fc.nat(7),
  behindConnect: fc.boolean(),
  picks: fc.array(fc.nat(63), { maxLength: 7 }),
  edits: fc.array(edits, { maxLength: 5 }),
  cuts: fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 5 }),
  fates: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant('appended' as const) },
      { weight: 2, arbitrary: fc.constantFrom('refused' as const, 'late' as const) },
      { weight: 1, arbitrary: fc.constant('failed' as const) },
    ),
    { minLength: 1, maxLength: 5 },
  ),
  paces: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  torn: fc.boolean(),
});

/** Returns the edited packets of a plan. */
export function packetsOf(plan: StreamPlan): Buffer[] {
  const { connects, others } = seeds[plan.version];
  const foreign = seeds[plan.version === 4 ? 5 : 4];
  const connect = connects[plan.connect % connects.length]!;
  const picked = plan.picks.map((pick) => others[pick % others.length]!);
  let packets = plan.behindConnect ? picked : [connect, ...picked];
  for (const edit of plan.edits) packets = applyEdit(packets, edit, [...foreign.connects, ...foreign.others]);
  return plan.behindConnect ? [connect, ...packets] : packets;
}

/** Cuts the stream into chunks of the given sizes, regardless of where packets end. */
export function chunksOf(packets: readonly Buffer[], cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.concat(packets);
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = cuts.length === 0 ? bytes.length : cuts[i % cuts.length]!;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

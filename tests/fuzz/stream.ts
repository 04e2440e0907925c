/** Plans for a stream of MQTT packets. A plan consists of numbers, and always makes the same bytes. */
import fc from 'fast-check';
import { seeds, type Version } from './corpus.ts';
import { applyEdit, type Edit, edits } from './edits.ts';

/**
 * Kafka's answer to a message. The fates of a plan apply to its messages in order. After the last fate the fates
 * repeat.
 */
export type Fate = 'appended' | 'refused' | 'failed' | 'late';

export type StreamPlan = {
  readonly version: Version;
  /** Number of the CONNECT packet. */
  readonly connect: number;
  /** Whether the edits leave the CONNECT packet as it is. */
  readonly leavesConnect: boolean;
  /** Numbers of the other packets. */
  readonly packetNumbers: readonly number[];
  readonly edits: readonly Edit[];
  /**
   * Sizes of the chunks in which the stream arrives. After the last size the sizes repeat. Without sizes the stream is
   * one chunk.
   */
  readonly chunkSizes: readonly number[];
  readonly fates: readonly Fate[];
  /** For each chunk, whether Kafka gets time to answer after it. After the last element the elements repeat. */
  readonly pauses: readonly boolean[];
  /** Whether the connection ends without a proper close. */
  readonly isTorn: boolean;
};

export const streamPlans: fc.Arbitrary<StreamPlan> = fc.record({
  version: fc.constantFrom(4 as const, 5 as const),
  connect: fc.nat(7),
  leavesConnect: fc.boolean(),
  packetNumbers: fc.array(fc.nat(63), { maxLength: 7 }),
  edits: fc.array(edits, { maxLength: 5 }),
  chunkSizes: fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 5 }),
  fates: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant('appended' as const) },
      { weight: 2, arbitrary: fc.constantFrom('refused' as const, 'late' as const) },
      { weight: 1, arbitrary: fc.constant('failed' as const) },
    ),
    { minLength: 1, maxLength: 5 },
  ),
  pauses: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  isTorn: fc.boolean(),
});

/** Returns the edited packets of a plan. */
export function packetsOf(plan: StreamPlan): Buffer[] {
  const { connects, others } = seeds[plan.version];
  const foreign = seeds[plan.version === 4 ? 5 : 4];
  const connect = connects[plan.connect % connects.length]!;
  const otherPackets = plan.packetNumbers.map((number) => others[number % others.length]!);
  let packets = plan.leavesConnect ? otherPackets : [connect, ...otherPackets];
  for (const edit of plan.edits) packets = applyEdit(packets, edit, [...foreign.connects, ...foreign.others]);
  return plan.leavesConnect ? [connect, ...packets] : packets;
}

/** Cuts the stream into chunks of the given sizes, regardless of where packets end. */
export function chunksOf(packets: readonly Buffer[], sizes: readonly number[]): Buffer[] {
  const bytes = Buffer.concat(packets);
  const chunks: Buffer[] = [];
  for (let start = 0, i = 0; start < bytes.length; i += 1) {
    const size = sizes.length === 0 ? bytes.length : sizes[i % sizes.length]!;
    chunks.push(bytes.subarray(start, start + size));
    start += size;
  }
  return chunks;
}

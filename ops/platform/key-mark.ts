/** Kafka carries the fingerprints of the keys that its records need, so that data and keys of two different houses do not meet. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import pino from 'pino';
import {
  differing,
  parseRecorded,
  printsOf,
  type RecordedKeys,
  readRecorded,
  remedy,
} from '../../certs/fingerprints.ts';
import { VigilError } from '../../contracts/errors.ts';
import { openPartitionReader } from '../../contracts/kafka/read-all.ts';

const topic = 'house';
const key = 'keys';

/**
 * Compares, and writes them where Kafka has none yet, where new keys came in addition, or where an operator has given keys up since.
 * @param stateDir with `certs/` and `secrets/`
 * @throws VigilError `certificate-invalid`
 */
export async function markKeys(kafka: kafkajs.Kafka, stateDir: string): Promise<void> {
  const ours = keysOf(stateDir);
  const marked = await readMark(kafka);
  const next = nextMark(marked, ours);
  if (typeof next === 'object') return next === marked ? undefined : writeMark(kafka, next);
  throw new VigilError('certificate-invalid', `${next} ${remedy(stateDir)}`);
}

/**
 * The keys of the house that a folder belongs to. Where the set-up is apart from the keys, as in compose, it has only the record of them,
 * which was made when they were checked (certs/ensure.ts).
 */
export function keysOf(stateDir: string): RecordedKeys {
  const recorded = readRecorded(stateDir);
  return { epoch: recorded?.epoch ?? 0, keys: { ...recorded?.keys, ...printsOf(stateDir) } };
}

/** What Kafka should carry now, or in one sentence what does not fit. Pure. */
export function nextMark(marked: RecordedKeys | undefined, ours: RecordedKeys): RecordedKeys | string {
  if (!marked || ours.epoch > marked.epoch) return ours;
  const wrong = differing(marked.keys, ours.keys);
  if (wrong.length > 0) return `The data in Kafka were written with other keys than these: ${wrong.join(', ')}.`;
  if (ours.epoch < marked.epoch) return 'The data in Kafka are newer than these keys: some were given up since.';
  const isComplete = Object.keys(ours.keys).every((file) => file in marked.keys);
  return isComplete ? marked : { epoch: marked.epoch, keys: { ...marked.keys, ...ours.keys } };
}

async function readMark(kafka: kafkajs.Kafka): Promise<RecordedKeys | undefined> {
  const admin = kafka.admin();
  await admin.connect();
  const [ends] = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect());
  if (!ends || Number(ends.high) === 0) return undefined;
  const log = pino({ level: 'silent' });
  const reader = await openPartitionReader(kafka, { group: `admin-${randomUUID()}`, topics: [topic], log });
  let last: string | undefined;
  try {
    await reader.read(topic, new Map([[0, 0n]]), (_partition, record) => {
      if (record.key === key) last = record.value?.toString('utf8');
    });
  } finally {
    await reader.close();
  }
  if (last === undefined) return undefined;
  const mark = parseRecorded(last);
  if (mark) return mark;
  throw new VigilError(
    'certificate-invalid',
    `Kafka's record of the keys in the topic ${topic} is not one of Vigil's.`,
  );
}

async function writeMark(kafka: kafkajs.Kafka, mark: RecordedKeys): Promise<void> {
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await producer.send({ topic, acks: -1, messages: [{ key, value: JSON.stringify(mark) }] });
  } finally {
    await producer.disconnect();
  }
}

/**
 * Kafka keeps the fingerprints of the keys that its records need, so that data and keys of two different installations are never combined.
 * It also keeps how often a stolen key of each service was revoked, and which devices' certificates were revoked: an older backup of
 * certificates must not let the thief in again.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import pino from 'pino';
import type { Register } from '../../certs/core/register.ts';
import { leafLifeMs } from '../../certs/core/renewal.ts';
import {
  differing,
  parseRecorded,
  printsOf,
  type RecordedKeys,
  readRecorded,
  remedy,
} from '../../certs/fingerprints.ts';
import { readRegister } from '../../certs/register.ts';
import { readPrincipals, serviceClients } from '../../certs/services.ts';
import { VigilError } from '../../contracts/errors.ts';
import { openPartitionReader } from '../../log/kafka/read-all.ts';

const topic = 'house';
const key = 'keys';

export type Mark = RecordedKeys & {
  /** How many certificates of each service were revoked; absent: none. */
  readonly revoked?: Readonly<Record<string, number>>;
  /** Revoked certificates of devices: end time by serial number, ms since 1970. Absent: none. */
  readonly devices?: Readonly<Record<string, number>>;
};

/**
 * Compares the marks. Writes them if Kafka has none yet, if there are new keys in addition, or if an operator has given up keys since.
 * @param stateDir with `certs/` and `secrets/`
 * @throws VigilError `certificate-invalid`
 */
export async function markKeys(kafka: kafkajs.Kafka, stateDir: string): Promise<void> {
  const nowMs = Date.now();
  const ours = keysOf(stateDir);
  const marked = await readMark(kafka);
  const back = takenBack(marked, ours) ?? devicesTakenBack(marked, ours, nowMs);
  if (back !== undefined) throw new VigilError('certificate-invalid', back);
  const next = nextMark(marked, withoutEnded(ours, nowMs));
  if (typeof next === 'object') return next === marked ? undefined : writeMark(kafka, next);
  throw new VigilError('certificate-invalid', `${next} ${remedy(stateDir)}`);
}

/**
 * Returns the keys of the house of a folder. If the set-up does not have the keys, as in compose, it has only the record of them, which was
 * made when they were checked (certs/ensure.ts).
 */
export function keysOf(stateDir: string): Mark {
  const recorded = readRecorded(stateDir);
  const keys = { ...recorded?.keys, ...printsOf(stateDir) };
  const revoked = revokedOf(readPrincipals(join(stateDir, 'certs')));
  const devices = devicesOf(readRegister(join(stateDir, 'certs')));
  return {
    epoch: recorded?.epoch ?? 0,
    keys,
    ...(Object.keys(revoked).length > 0 && { revoked }),
    ...(Object.keys(devices).length > 0 && { devices }),
  };
}

/** A certificate that the register does not list as issued ends at the latest as if it had been issued when it was revoked. */
function devicesOf({ issued, revoked }: Register): Record<string, number> {
  return Object.fromEntries(
    [...revoked.values()].map(({ serial, atMs }) => [serial, issued.get(serial)?.notAfterMs ?? atMs + leafLifeMs]),
  );
}

/**
 * Leaves out devices' certificates that have ended. Otherwise the record would grow over the years until Kafka refuses it, and no start
 * would be possible. They stay for one more life of a certificate, because the clock may be ahead now. Pure.
 */
export function withoutEnded({ devices = {}, ...mark }: Mark, nowMs: number): Mark {
  const kept = Object.entries(devices).filter(([, endMs]) => endMs + leafLifeMs > nowMs);
  return kept.length === 0 ? mark : { ...mark, devices: Object.fromEntries(kept) };
}

/** Counts revocations from the services' names in Kafka: `gateway.3` is the gateway after two revocations. */
function revokedOf(principalOf: (service: string) => string): Record<string, number> {
  const counts = ['kafka', ...serviceClients].map((service) => {
    const generation = Number(principalOf(service).slice(service.length + 1) || 1);
    return [service, generation - 1] as const;
  });
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** Returns, as a sentence, the services whose revoked key these certificates would accept again. Pure. */
export function takenBack(marked: Mark | undefined, ours: Mark): string | undefined {
  const authority = 'certs/ca.key';
  // A certificate signed by another authority is not accepted any more.
  if (!marked?.revoked || (ours.epoch > marked.epoch && ours.keys[authority] !== marked.keys[authority]))
    return undefined;
  const services = Object.entries(marked.revoked).filter(([service, count]) => (ours.revoked?.[service] ?? 0) < count);
  if (services.length === 0) return undefined;
  const names = services.map(([service]) => service);
  const ways = names.map((name) => `npm run certs -- revoke --service ${name}`).join(', ');
  return `These are certificates of before a stolen key of ${names.join(', ')} was revoked: with them it would count again. Restore newer ones, or revoke again: ${ways}.`;
}

/** Returns, as a sentence, the revoked certificates of devices that this register would accept again. Pure. */
export function devicesTakenBack(marked: Mark | undefined, ours: Mark, nowMs: number): string | undefined {
  const authority = 'certs/device-ca.key';
  if (!marked?.devices || (ours.epoch > marked.epoch && ours.keys[authority] !== marked.keys[authority]))
    return undefined;
  const serials = Object.entries(marked.devices)
    .filter(([serial, endMs]) => endMs > nowMs && ours.devices?.[serial] === undefined)
    .map(([serial]) => serial);
  if (serials.length === 0) return undefined;
  return `These are certificates of before ${serials.length} certificates of devices were revoked: with them the devices would be let in again. Restore a newer certs/devices.jsonl, or revoke them again: npm run certs -- revoke-again ${serials.join(' ')}`;
}

/** Returns the mark that Kafka should keep now, or a sentence about what does not fit. Pure. */
export function nextMark(marked: Mark | undefined, ours: Mark): Mark | string {
  if (!marked || ours.epoch > marked.epoch) return ours;
  const wrong = differing(marked.keys, ours.keys);
  if (wrong.length > 0) return `The data in Kafka were written with other keys than these: ${wrong.join(', ')}.`;
  if (ours.epoch < marked.epoch) return 'The data in Kafka are newer than these keys: some were given up since.';
  const hasKeys = Object.keys(ours.keys).every((file) => file in marked.keys);
  const hasRevoked = Object.entries(ours.revoked ?? {}).every(
    ([service, count]) => marked.revoked?.[service] === count,
  );
  const hasDevices = Object.keys(ours.devices ?? {}).every((serial) => marked.devices?.[serial] !== undefined);
  return hasKeys && hasRevoked && hasDevices ? marked : { ...ours, keys: { ...marked.keys, ...ours.keys } };
}

async function readMark(kafka: kafkajs.Kafka): Promise<Mark | undefined> {
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
  const mark = parseMark(last);
  if (mark) return mark;
  throw new VigilError(
    'certificate-invalid',
    `Kafka's record of the keys in the topic ${topic} is not one of Vigil's.`,
  );
}

async function writeMark(kafka: kafkajs.Kafka, mark: Mark): Promise<void> {
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await producer.send({ topic, acks: -1, messages: [{ key, value: JSON.stringify(mark) }] });
  } finally {
    await producer.disconnect();
  }
}

function parseMark(text: string): Mark | undefined {
  const recorded = parseRecorded(text);
  if (!recorded) return undefined;
  const { revoked, devices } = JSON.parse(text) as { revoked?: unknown; devices?: unknown };
  if (![revoked, devices].every((table) => table === undefined || isTable(table))) return undefined;
  return {
    ...recorded,
    ...(isTable(revoked) && { revoked }),
    ...(isTable(devices) && { devices }),
  };
}

function isTable(value: unknown): value is Record<string, number> {
  return typeof value === 'object' && value !== null && Object.values(value).every(Number.isSafeInteger);
}

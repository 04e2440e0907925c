/**
 * The mark of the keys: a record in Kafka with the fingerprints of the keys that the other records need. So a start
 * notices if the folder of keys belongs to another installation than the data. The mark also contains how often the key
 * of each service was revoked, and which certificates of devices were revoked. So a start notices if the folder is an
 * older backup, with which a stolen key would be accepted again.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import pino from 'pino';
import type { Register } from '../../certs/core/register.ts';
import { leafLifeMs } from '../../certs/core/renewal.ts';
import {
  fingerprintsOf,
  lostOrReplacedKeys,
  parseRecordedFingerprints,
  type RecordedFingerprints,
  readRecordedFingerprints,
  remedyText,
} from '../../certs/fingerprints.ts';
import { readRegister } from '../../certs/register.ts';
import { readPrincipals, serviceClients } from '../../certs/services.ts';
import { VigilError } from '../../contracts/errors.ts';
import { openPartitionReader } from '../../log/kafka/read-all.ts';

const topic = 'house';
const key = 'keys';

/** The fingerprints of the keys, and the revocations. Both lists of revocations are absent if nothing was revoked. */
export type Mark = RecordedFingerprints & {
  /** Number of revoked certificates, by service. */
  readonly revoked?: Readonly<Record<string, number>>;
  /** End times of revoked certificates of devices, ms since 1970, by serial number. */
  readonly devices?: Readonly<Record<string, number>>;
};

/**
 * Compares the mark in Kafka with the keys in the state folder. Writes a new mark if Kafka has no mark, if the folder
 * has further keys or revocations, or if an operator has given up keys.
 * @param stateDir the folder with `certs/` and `secrets/`
 * @throws VigilError `certificate-invalid` if the keys do not belong to the data, or if revoked certificates would be
 * accepted again
 */
export async function markKeys(kafka: kafkajs.Kafka, stateDir: string): Promise<void> {
  const nowMs = Date.now();
  const ownMark = markOf(stateDir);
  const storedMark = await readMark(kafka);
  const fault = serviceRevocationFault(storedMark, ownMark) ?? deviceRevocationFault(storedMark, ownMark, nowMs);
  if (fault !== undefined) throw new VigilError('certificate-invalid', fault);
  const result = markOrRefusal(storedMark, withoutEndedCertificates(ownMark, nowMs));
  if (typeof result === 'object') return result === storedMark ? undefined : writeMark(kafka, result);
  throw new VigilError('certificate-invalid', `${result} ${remedyText(stateDir)}`);
}

/**
 * Returns the mark of the keys in a state folder. With Compose, the folder of the set-up has no keys, but only a file
 * with their fingerprints, which `ensureCertificates` wrote (certs/ensure.ts).
 */
export function markOf(stateDir: string): Mark {
  const recorded = readRecordedFingerprints(stateDir);
  const keys = { ...recorded?.keys, ...fingerprintsOf(stateDir) };
  const revoked = revocationsByService(readPrincipals(join(stateDir, 'certs')));
  const devices = endTimesOfRevoked(readRegister(join(stateDir, 'certs')));
  return {
    epoch: recorded?.epoch ?? 0,
    keys,
    ...(Object.keys(revoked).length > 0 && { revoked }),
    ...(Object.keys(devices).length > 0 && { devices }),
  };
}

/**
 * Returns the end times of revoked certificates. If the register does not list a certificate as issued, returns the
 * latest possible end: one lifetime after the revocation, because the certificate was issued before the revocation.
 */
function endTimesOfRevoked({ issued, revoked }: Register): Record<string, number> {
  return Object.fromEntries(
    [...revoked.values()].map(({ serial, atMs }) => [serial, issued.get(serial)?.notAfterMs ?? atMs + leafLifeMs]),
  );
}

/**
 * Leaves out devices' certificates that ended long ago. Otherwise the record would grow until Kafka refuses it, and
 * Vigil could not start. A certificate stays in the mark until one certificate lifetime after its end, because the
 * clock may be wrong now. Pure.
 */
export function withoutEndedCertificates({ devices = {}, ...mark }: Mark, nowMs: number): Mark {
  const unexpired = Object.entries(devices).filter(([, endMs]) => endMs + leafLifeMs > nowMs);
  return unexpired.length === 0 ? mark : { ...mark, devices: Object.fromEntries(unexpired) };
}

/**
 * Returns how often the key of each service was revoked. The name in Kafka shows this number: `gateway.3` is the
 * gateway after two revocations.
 */
function revocationsByService(principalOf: (service: string) => string): Record<string, number> {
  const counts = ['kafka', ...serviceClients].map((service) => {
    const generation = Number(principalOf(service).slice(service.length + 1) || 1);
    return [service, generation - 1] as const;
  });
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/**
 * Returns a sentence with the services whose revoked keys would be accepted again with the keys of `ownMark`; undefined
 * if there is no such service. Pure.
 */
export function serviceRevocationFault(storedMark: Mark | undefined, ownMark: Mark): string | undefined {
  const authority = 'certs/ca.key';
  // If an operator has replaced the authority, no certificate of the old authority is accepted, so its revocations do
  // not matter.
  if (
    !storedMark?.revoked ||
    (ownMark.epoch > storedMark.epoch && ownMark.keys[authority] !== storedMark.keys[authority])
  )
    return undefined;
  const services = Object.entries(storedMark.revoked).filter(
    ([service, count]) => (ownMark.revoked?.[service] ?? 0) < count,
  );
  if (services.length === 0) return undefined;
  const names = services.map(([service]) => service);
  const commands = names.map((name) => `npm run certs -- revoke --service ${name}`).join(', ');
  return `The certificates are older than the revocation of a stolen key of ${names.join(', ')}, so the stolen key would be accepted again. Restore newer certificates, or revoke again: ${commands}.`;
}

/**
 * Returns a sentence with the revoked certificates of devices that would be accepted again with the register of
 * `ownMark`; undefined if there is no such certificate. Pure.
 */
export function deviceRevocationFault(storedMark: Mark | undefined, ownMark: Mark, nowMs: number): string | undefined {
  const authority = 'certs/device-ca.key';
  if (
    !storedMark?.devices ||
    (ownMark.epoch > storedMark.epoch && ownMark.keys[authority] !== storedMark.keys[authority])
  )
    return undefined;
  const serials = Object.entries(storedMark.devices)
    .filter(([serial, endMs]) => endMs > nowMs && ownMark.devices?.[serial] === undefined)
    .map(([serial]) => serial);
  if (serials.length === 0) return undefined;
  return `The file certs/devices.jsonl lacks the revocation of ${serials.length} certificates of devices, so these devices would be accepted again. Restore a newer file, or revoke them again: npm run certs -- revoke-again ${serials.join(' ')}`;
}

/**
 * Returns the mark that Kafka must have now. If the keys do not belong to the data, returns a sentence with the reason
 * instead. Pure.
 */
export function markOrRefusal(storedMark: Mark | undefined, ownMark: Mark): Mark | string {
  if (!storedMark || ownMark.epoch > storedMark.epoch) return ownMark;
  const differingFiles = lostOrReplacedKeys(storedMark.keys, ownMark.keys);
  if (differingFiles.length > 0)
    return `The data in Kafka were written with other keys. These files differ or are missing: ${differingFiles.join(', ')}.`;
  if (ownMark.epoch < storedMark.epoch)
    return 'The data in Kafka are newer than these keys: an operator has given up some of these keys since.';
  const hasAllKeys = Object.keys(ownMark.keys).every((file) => file in storedMark.keys);
  const hasAllCounts = Object.entries(ownMark.revoked ?? {}).every(
    ([service, count]) => storedMark.revoked?.[service] === count,
  );
  const hasAllDevices = Object.keys(ownMark.devices ?? {}).every(
    (serial) => storedMark.devices?.[serial] !== undefined,
  );
  return hasAllKeys && hasAllCounts && hasAllDevices
    ? storedMark
    : { ...ownMark, keys: { ...storedMark.keys, ...ownMark.keys } };
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
    `The record of the keys in Kafka's topic "${topic}" was not written by Vigil, or is damaged: check who writes to this topic, or restore a backup of Kafka's data.`,
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
  const recorded = parseRecordedFingerprints(text);
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

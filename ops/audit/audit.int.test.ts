/**
 * Attacks the audit trail in a real Kafka. An attacker may write to the topic, or has the key of a writer, or
 * administers Kafka. `audit verify` finds each change and names the place of the change.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import kafkajs from 'kafkajs';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../contracts/canonical.ts';
import { type Actor, type AnyAuditRecord, contentTypes } from '../../contracts/messages/records.ts';
import { followAudit } from '../../dashboard/server/audit/projection.ts';
import { newAuditKeys } from '../../log/audit/audit.testing.ts';
import { type AuditEvent, type ChainHead, chainStart, createNextRecord, type Signer } from '../../log/audit/chain.ts';
import { readPublicKeys, readSigner } from '../../log/audit/keys.ts';
import { loadAnchors } from '../../log/audit/reading.ts';
import { createTrail, sha256, type Trail } from '../../log/audit/trail.ts';
import { parseHeader } from '../../log/envelope/header.ts';
import { createReader } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { startTestPlatform, type TestPlatform } from '../../tests/platform.ts';
import { figuresOf, openLogAs, type RunningProcess, root, startProcess, until } from '../../tests/system.ts';
import { anchorsFileOf, serviceEnv } from '../platform/service-env.ts';
import { ensureTopics, topicConfig } from '../platform/topics.ts';
import { verifyTrail } from './verify.ts';

const logger = pino({ level: 'silent' });
const minute = 60_000;
const person = (userId: string, role: Actor['role']): Actor => ({ userId, name: userId, role });
const physician = person('paula', 'physician');
const people = [physician, ...['nora', 'nils', 'nele', 'nick'].map((userId) => person(userId, 'nurse'))];
const eventOf = (actor: Actor, more: Partial<AuditEvent> = {}): AuditEvent => ({
  actor,
  session: `session-of-${actor.userId}`,
  address: '10.0.0.7',
  station: 'st1',
  action: 'ward-viewed',
  ward: 'icu',
  ...more,
});

type RawRecord = { readonly key: string; readonly value: Buffer; readonly partition: number };

let platform: TestPlatform;
let dashboard: SealedLog;
let operator: SealedLog;
let admin: kafkajs.Admin;
let witness: RunningProcess;
let witnessMetrics: Awaited<ReturnType<typeof figuresOf>>;
let anchorsFile: string;
let signer: Signer;
let genuineRecords: RawRecord[];
const closing: (() => Promise<unknown> | unknown)[] = [];
const secret = (name: string) => readFileSync(join(platform.stateDir, 'secrets', name), 'utf8').trim();
const keys = () => readPublicKeys(secret('audit-keys.json'));

beforeAll(async () => {
  const testPlatform = await startTestPlatform(`test-${process.pid}-audit`);
  platform = testPlatform.data;
  closing.push(() => testPlatform.platform.close());
  const cert = (file: string) => readFileSync(join(platform.stateDir, 'certs', file), 'utf8');
  const ssl = { ca: [cert('ca.pem')], cert: cert('admin.pem'), key: cert('admin.key') };
  admin = new kafkajs.Kafka({ brokers: [platform.kafkaBrokers], ssl, logLevel: 0 }).admin();
  await admin.connect();
  closing.push(() => admin.disconnect());
  [dashboard, operator] = await Promise.all([openLogAs(platform, 'dashboard'), openLogAs(platform, 'operator')]);
  closing.push(() => Promise.all([dashboard.close(), operator.close()]));
  anchorsFile = anchorsFileOf(platform.stateDir);
  signer = readSigner(secret('audit-dashboard.jwk'), 'dashboard');

  await appendUnsigned(dashboard, 'older-boot', 6);
  witness = await startProcess(platform, 'witness', { VIGIL_AUDIT_ANCHOR_EVERY_MS: '1000' });
  const trail = trailOf(dashboard, signer);
  for (const actor of people) await trail.record(eventOf(actor, { action: 'login' }));
  for (let n = 0; n < 20; n += 1) await trail.record(eventOf(people[n % people.length]!));
  await untilAllAnchored();
  for (let n = 0; n < 20; n += 1) await trail.record(eventOf(people[n % people.length]!));
  await trail.close();
  await untilAllAnchored();
  witnessMetrics = await figuresOf(witness);
  await witness.close();
  genuineRecords = await readRawRecords();
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

const trailOf = (log: SealedLog, trailSigner: Signer): Trail =>
  createTrail(log, { pseudonymKey: secret('pseudonym.key'), signer: trailSigner, now: Date.now, logger });

async function untilAllAnchored(): Promise<void> {
  await until('all records are anchored', async () => {
    const ends = await admin.fetchTopicOffsets('audit');
    const partitionAnchors = loadAnchors(anchorsFile, keys()).anchors.flatMap((anchor) => anchor.places);
    return ends.every(({ partition, offset }) =>
      partitionAnchors.some((anchor) => anchor.partition === partition && anchor.offset === Number(offset)),
    );
  });
}

/** Appends records of an older version of Vigil, which did not sign records. */
async function appendUnsigned(log: SealedLog, boot: string, count: number, firstAtMs = Date.now() - 60 * minute) {
  let head: ChainHead = { boot, n: 0, hash: chainStart };
  for (let n = 0; n < count; n += 1) {
    const { session: _, address: __, station: ___, ...event } = eventOf(people[n % people.length]!);
    const at = new Date(firstAtMs + n * 1000).toISOString();
    const open = { ...event, at, boot, n: n + 1, prev: head.hash };
    const hash = sha256(canonicalJson(open));
    head = { boot, n: n + 1, hash };
    await appendAs(log, `older-${n % 3}`, contentTypes.olderAudit, { ...open, hash });
  }
}

/** Seals and appends a record with any boot, as an attacker with the keys of the service can. */
async function appendAs(log: SealedLog, key: string, type: string, body: Pick<AnyAuditRecord, 'boot' | 'hash'>) {
  const dataKey = await log.sealer.keyFor(key, 'audit');
  const place = { topic: 'audit', key, writer: log.service, boot: body.boot, seq: 1 } as const;
  const value = log.sealer.seal(dataKey, place, type as never, Buffer.from(JSON.stringify(body)));
  // Writes without the appender, because the appender would notice that the topic was created again.
  await produce(log, [{ key, value }]);
}

async function readRawRecords(): Promise<RawRecord[]> {
  const rawRecords: RawRecord[] = [];
  const reader = await createReader(operator.kafka, {
    group: `operator-raw-${randomUUID()}`,
    topics: ['audit'],
    start: 'beginning',
    log: logger,
    onRecords: ({ partition, records }) =>
      void rawRecords.push(...records.map(({ key, value }) => ({ key, value: value!, partition }))),
  });
  await reader.caughtUp;
  await reader.close();
  return rawRecords;
}

const bootOf = ({ value }: RawRecord) => parseHeader(value.toString('latin1').split('.')[0]!).origin.boot;

/** Deletes the topic and creates it again with these records, as a Kafka administrator can. */
async function rewrite(records: readonly RawRecord[]): Promise<void> {
  await admin.deleteTopics({ topics: ['audit'] });
  await until('the topic is deleted', async () => !(await admin.listTopics()).includes('audit'));
  await until('the topic exists again', async () => {
    await ensureTopics(platform.kafkaBrokers, join(platform.stateDir, 'certs')).catch(() => undefined);
    return (await admin.listTopics()).includes('audit');
  });
  expect(topicConfig('audit').numPartitions).toBe(3);
  if (records.length === 0) return;
  await produce(operator, records);
}

async function produce(
  log: SealedLog,
  records: readonly (Omit<RawRecord, 'partition'> & Partial<RawRecord>)[],
): Promise<void> {
  const producer = log.kafka.producer();
  await producer.connect();
  for (const record of records) await producer.send({ topic: 'audit', acks: -1, messages: [record] });
  await producer.disconnect();
}

const verify = (heads: { line: number; hash: string }[] = []) =>
  verifyTrail({
    log: operator,
    logger,
    keys: keys(),
    loaded: loadAnchors(anchorsFile, keys()),
    heads,
    anchorsFile,
    nowMs: Date.now() + minute,
  });
const faultsNow = async () => (await verify()).faults;

async function vigil(...args: string[]) {
  const env = {
    ...process.env,
    VIGIL_STATE_DIR: platform.stateDir,
    VIGIL_KAFKA_BROKERS: platform.kafkaBrokers,
  };
  const child = spawn(process.execPath, [join(root, 'ops', 'vigil.ts'), 'audit', ...args], { env, stdio: 'pipe' });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { out, err, code };
}

describe('an unchanged audit trail', () => {
  it('the witness’s metrics say how far the trail is anchored, when it was last anchored, and that there is no fault', () => {
    expect([witnessMetrics.status, witnessMetrics.health]).toEqual([200, 'ready\n']);
    const reach = [...witnessMetrics.figures.matchAll(/^vigil_witness_anchored_offset\{partition="\d"\} (\d+)$/gm)];
    expect(reach).toHaveLength(3);
    expect(reach.reduce((sum, [, offset]) => sum + Number(offset), 0)).toBe(genuineRecords.length);
    expect(witnessMetrics.figures).toMatch(/^vigil_witness_success_age_seconds [\d.e-]+$/m);
    expect(witnessMetrics.figures).toMatch(/^vigil_witness_anchors_total [1-9]/m);
    for (const where of ['trail', 'anchors'])
      expect(witnessMetrics.figures).toContain(`\nvigil_witness_faults_total{where="${where}"} 0\n`);
    expect(witnessMetrics.figures).toMatch(
      /^vigil_certificate_end_timestamp_seconds\{certificate="kafka-client",use="presents"\} \d/m,
    );
  });

  it('audit verify says that the trail is whole, says which keys signed it, and counts records without a signature', async () => {
    const { out, err, code } = await vigil('verify');
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out).toMatch(/^51 records of 2 process starts/);
    expect(out).toContain(`45 signed by the dashboard, key ${signer.key}`);
    expect(out).toMatch(/6 of older versions, until .*without signatures/);
    expect(out).toMatch(/\d+ anchors in .*no record was written after it/);
    expect(out).toMatch(/WHOLE: nobody changed the audit trail\.\n$/);
  });

  it('audit head prints a head for paper, and audit verify finds out if a head is not one of the anchors', async () => {
    const { out, code } = await vigil('head');
    expect([code, out]).toEqual([0, expect.stringMatching(/^\d+:[\w-]{43} {3}\(Vigil audit trail at /)]);
    const head = out.split(' ')[0]!;
    expect((await vigil('verify', '--head', head)).code).toBe(0);
    const otherHead = `${head.split(':')[0]}:${'A'.repeat(43)}`;
    const result = await vigil('verify', '--head', otherHead, '--json');
    expect([result.code, JSON.parse(result.out).faults]).toEqual([
      1,
      [{ kind: 'anchors', text: expect.stringMatching(/differs from your head/) }],
    ]);
  });
});

describe('forgeries by a person who may write the topic', () => {
  const past = () => new Date(Date.now() - 120 * minute).toISOString();
  const forgedRecord = (boot: string, forger: Signer, more: Partial<AuditEvent>, at = past()) =>
    createNextRecord({ boot, n: 0, hash: chainStart }, eventOf(physician, more), at, sha256, forger);
  const act = { action: 'alarm-acknowledged', alarmId: 'alarm-of-the-past' } as const;

  it.each<[string, string, RegExp, () => Promise<void>]>([
    [
      'an act without a signature, as in older versions',
      'unsigned',
      /record 1 of past-1 is not signed, but is in a part of the log where all records are signed/,
      () => appendUnsigned(operator, 'past-1', 1, Date.now() - 24 * 60 * minute),
    ],
    [
      'an act signed with an unknown key',
      'forged',
      /record 1 of past-2 is signed with a key that is not a known key of dashboard/,
      () =>
        appendAs(dashboard, 'k', contentTypes.audit, forgedRecord('past-2', newAuditKeys().signer('dashboard'), act)),
    ],
    [
      'an acknowledgement signed by the operator, whose command line acknowledges no alarms',
      'forged',
      /record 1 of past-3 records alarm-acknowledged, which the operator's command line never does/,
      () =>
        appendAs(
          operator,
          'k',
          contentTypes.audit,
          forgedRecord('past-3', readSigner(secret('audit-operator.jwk'), 'operator'), act),
        ),
    ],
    [
      'an act sealed by the operator and signed with the key of the dashboard',
      'forged',
      /record 1 of past-4 names dashboard as its writer, but operator sealed it/,
      () => appendAs(operator, 'k', contentTypes.audit, forgedRecord('past-4', signer, act)),
    ],
    [
      'an act signed by the dashboard in a session that does not exist',
      'forged',
      /record 1 of past-5 names a session of paula without an earlier record of its login/,
      () =>
        appendAs(dashboard, 'k', contentTypes.audit, forgedRecord('past-5', signer, { ...act, session: 'invented' })),
    ],
    [
      'an act signed by the dashboard in the session of another person',
      'forged',
      /record 1 of past-6 (names a session of paula without an earlier record of its login|names paula as the actor, but its session is of nora)/,
      () =>
        appendAs(
          dashboard,
          'k',
          contentTypes.audit,
          forgedRecord('past-6', signer, { ...act, session: 'session-of-nora' }),
        ),
    ],
    [
      'a login signed by the dashboard, with a time long before it was appended',
      'backdated',
      /has the time .*, but was not yet in the log at/,
      async () => {
        const login = forgedRecord('past-7', signer, { action: 'login', session: 'invented-7' });
        await appendAs(dashboard, 'k', contentTypes.audit, login);
      },
    ],
  ])('audit verify finds a forgery: %s', async (_, kind, message, forge) => {
    await forge();
    const faults = await faultsNow();
    expect(faults).toContainEqual({ kind, text: expect.stringMatching(message) });
    await rewrite(genuineRecords);
    expect(await faultsNow()).toEqual([]);
  });
});

describe('changes by a Kafka administrator', () => {
  /** Returns the index of a record in the middle of a partition with at least 12 records. */
  const indexInMiddle = () => {
    const partition = [0, 1, 2].find(
      (candidate) => genuineRecords.filter((raw) => raw.partition === candidate).length >= 12,
    )!;
    return genuineRecords.findIndex((raw, index) => {
      const countBefore = genuineRecords.slice(0, index).filter((earlier) => earlier.partition === partition).length;
      return raw.partition === partition && countBefore === 8;
    });
  };

  it.each<[string, RegExp, (raw: RawRecord[]) => RawRecord[]]>([
    [
      'one record is removed',
      /^removed record \d+ of test-\S+ is missing, before the record of/m,
      (records) => records.toSpliced(indexInMiddle(), 1),
    ],
    [
      'two records are exchanged',
      /^moved record \d+ of test-\S+ is behind its record \d+, at offset \d+ of partition \d/m,
      (records) => {
        const first = indexInMiddle();
        const second = records.findIndex((raw, index) => index > first && raw.partition === records[first]!.partition);
        return records.with(first, records[second]!).with(second, records[first]!);
      },
    ],
    [
      'one record is changed',
      /^unreadable the record at offset \d+ of partition \d cannot be opened/m,
      (records) => {
        const { value, ...raw } = records[indexInMiddle()]!;
        const parts = value.toString('latin1').split('.');
        const body = Buffer.from(parts[3]!, 'base64url');
        body[10] = body[10]! ^ 1;
        const changedValue = Buffer.from(parts.with(3, body.toString('base64url')).join('.'));
        return records.with(indexInMiddle(), { ...raw, value: changedValue });
      },
    ],
    [
      'the beginning is cut off',
      /^cut records? 1( to \d+)? of older-boot (is|are) missing/m,
      (records) =>
        records.filter(
          (raw, index) => records.slice(0, index).filter(({ partition }) => partition === raw.partition).length >= 2,
        ),
    ],
    [
      'the end is cut off',
      /^cut partition \d ends before offset \d+, and offset \d+ was anchored at .* \(line \d+\): \d+ records are cut off/m,
      (records) => records.slice(0, -5),
    ],
    [
      'all records of a process are removed',
      /^changed the records of partition \d from offset 0/m,
      (records) => records.filter((raw) => bootOf(raw) !== 'older-boot'),
    ],
    ['all records are deleted', /^cut partition 0 ends before offset 0, and offset \d+ was anchored/m, () => []],
  ])('audit verify names the place of a change: %s', async (_, message, change) => {
    await rewrite(change([...genuineRecords]));
    const faults = await faultsNow();
    expect(faults.map(({ kind, text: faultText }) => `${kind} ${faultText}`).join('\n')).toMatch(message);
  });

  it('the auditor’s page and the witness report that all records were deleted', async () => {
    await rewrite([]);
    const audit = await followAudit(dashboard, {
      nowMs: Date.now(),
      logger,
      keys: keys(),
      anchorsFile,
      onLogout: () => {},
      onLock: () => {},
      onSessionsEnded: () => {},
    });
    await audit.caughtUp;
    const { chain } = audit.page({});
    await audit.close();
    expect(chain).toMatchObject({ intact: false, records: 0 });
    expect(chain.faults[0]).toMatch(/ends before offset 0, and offset \d+ was anchored/);
    const newWitness = await startProcess(platform, 'witness', { VIGIL_AUDIT_ANCHOR_EVERY_MS: '1000' });
    const { figures } = await figuresOf(newWitness);
    await newWitness.close();
    expect(figures).toMatch(/^vigil_witness_faults_total\{where="trail"\} [1-9]/m);
    expect(newWitness.output()).toMatch(/records from offset 0 to \d+ were read earlier and are now missing/);
    await rewrite(genuineRecords);
    const faultTexts = (await faultsNow()).map(({ text: faultText }) => faultText);
    expect(faultTexts.join('\n')).toMatch(/the witness found at line \d+: /);
  });

  it('the anchors contradict a new trail that a Kafka administrator wrote with the dashboard’s key', async () => {
    await rewrite([]);
    const trail = trailOf({ ...dashboard, boot: `invented-${randomUUID().slice(0, 8)}` }, signer);
    await trail.record(eventOf(physician, { action: 'login' }));
    for (let n = 0; n < 60; n += 1) await trail.record(eventOf(physician));
    await trail.close();
    expect((await faultsNow()).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['changed']));
    // If the anchors are removed too, the head on paper contradicts the new trail.
    const genuineAnchors = readFileSync(anchorsFile);
    const [first] = genuineAnchors.toString().split('\n');
    writeFileSync(anchorsFile, `${first}\n`);
    const { anchors } = loadAnchors(anchorsFile, keys());
    expect(anchors).toHaveLength(1);
    const anchorOnPaper = JSON.parse(genuineAnchors.toString().trim().split('\n').at(-1)!);
    const { faults } = await verify([{ line: anchorOnPaper.line, hash: anchorOnPaper.hash }]);
    expect(faults).toContainEqual({
      kind: 'anchors',
      text: `line ${anchorOnPaper.line} of the anchors is missing in the file`,
    });
    writeFileSync(anchorsFile, genuineAnchors);
    expect(serviceEnv(platform, 'witness').VIGIL_READER_KEY_FILE).toBeUndefined();
  });
});

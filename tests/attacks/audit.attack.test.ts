/**
 * Attacks on the audit trail of the running product. The attacker has the certificate and the keys of a process that
 * writes to the audit trail. The command of the auditor must find each forged record. ops/audit/audit.int.test.ts tests
 * records that were changed or deleted.
 */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../contracts/canonical.ts';
import { hourMs } from '../../contracts/durations.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { Service } from '../../contracts/topics.ts';
import type { Browser } from '../../dashboard/server/browser.testing.ts';
import { newAuditKeys } from '../../log/audit/audit.testing.ts';
import { type AuditEvent, chainStart, createNextRecord, type Signer } from '../../log/audit/chain.ts';
import { readSigner } from '../../log/audit/keys.ts';
import { sha256 } from '../../log/audit/trail.ts';
import { openLogAs, root, until } from '../system.ts';
import { connectKafkaAs, loggedInBrowser, product, refusalsOf } from './attacker.ts';

const address = '127.0.8.1';
let nurse: Browser;

beforeAll(async () => {
  nurse = await loggedInBrowser('icu-nurse-13', address);
});

/** Runs `npm run vigil -- audit verify --json` and returns its exit code and the faults that it found. */
function verify(): Promise<{ code: number; faults: { kind: string; text: string }[] }> {
  const env = { PATH: process.env.PATH, VIGIL_STATE_DIR: product.stateDir, VIGIL_KAFKA_BROKERS: product.kafkaBrokers };
  return new Promise((resolve, reject) =>
    execFile(process.execPath, [join(root, 'ops/vigil.ts'), 'audit', 'verify', '--json'], { env }, (error, stdout) => {
      try {
        resolve({ code: Number(error?.code ?? 0), faults: JSON.parse(stdout).faults });
      } catch {
        reject(error ?? new Error(`not JSON: ${stdout}`));
      }
    }),
  );
}

/** Encrypts a record with the keys of a service, and writes it to Kafka without the service's own appender. */
async function appendForged(service: Service, boot: string, body: object, contentType: string): Promise<void> {
  const log = await openLogAs(product, service);
  const key = 'forged';
  const dataKey = await log.sealer.keyFor(key, 'audit');
  const place = { topic: 'audit', key, writer: service, boot, seq: 1 } as const;
  const value = log.sealer.seal(dataKey, place, contentType as never, Buffer.from(JSON.stringify(body)));
  const producer = connectKafkaAs(service).producer();
  await producer.connect();
  await producer.send({ topic: 'audit', acks: -1, messages: [{ key, value }] });
  await producer.disconnect();
  await log.close();
}

const signerOf = (service: 'dashboard' | 'operator'): Signer =>
  readSigner(readFileSync(join(product.stateDir, `secrets/audit-${service}.jwk`), 'utf8').trim(), service);

const physician = { userId: 'physician', name: 'Demo Physician', role: 'physician' } as const;
const auditEvent = (more: Partial<AuditEvent> = {}): AuditEvent => ({
  actor: physician,
  session: 'session-that-never-was',
  action: 'alarm-acknowledged',
  alarmId: 'alarm-of-the-past',
  ward: 'icu',
  ...more,
});
const forgedRecord = (
  boot: string,
  by: Signer,
  event: AuditEvent,
  at = new Date(Date.now() - 2 * hourMs).toISOString(),
) => createNextRecord({ boot, n: 0, hash: chainStart }, event, at, sha256, by);

describe('a forged record of an act of a physician', () => {
  const forgeries: [string, RegExp, () => Promise<void>][] = [
    [
      'without a signature',
      /record 1 of forged-1 is not signed/,
      async () => {
        const { session: _, ...event } = auditEvent();
        const unsigned = {
          ...event,
          at: new Date(Date.now() - 24 * hourMs).toISOString(),
          boot: 'forged-1',
          n: 1,
          prev: '',
        };
        await appendForged(
          'operator',
          'forged-1',
          { ...unsigned, hash: sha256(canonicalJson(unsigned)) },
          contentTypes.olderAudit,
        );
      },
    ],
    [
      'signed with a key of the forger',
      /record 1 of forged-2 is signed with a key that is not a known key/,
      () =>
        appendForged(
          'dashboard',
          'forged-2',
          forgedRecord('forged-2', newAuditKeys().signer('dashboard'), auditEvent()),
          contentTypes.audit,
        ),
    ],
    [
      'signed as the operator',
      /record 1 of forged-3 records alarm-acknowledged, which the operator's command line never does/,
      () =>
        appendForged(
          'operator',
          'forged-3',
          forgedRecord('forged-3', signerOf('operator'), auditEvent()),
          contentTypes.audit,
        ),
    ],
    [
      'encrypted by another service than the service that signed it',
      /record 1 of forged-4 names dashboard as its writer, but operator sealed it/,
      () =>
        appendForged(
          'operator',
          'forged-4',
          forgedRecord('forged-4', signerOf('dashboard'), auditEvent()),
          contentTypes.audit,
        ),
    ],
    [
      'signed with the dashboard’s key, with a session that never existed',
      /record 1 of forged-5 names a session of physician without an earlier record of its login/,
      () =>
        appendForged(
          'dashboard',
          'forged-5',
          forgedRecord('forged-5', signerOf('dashboard'), auditEvent()),
          contentTypes.audit,
        ),
    ],
  ];

  it('the auditor’s command finds each forged act and says what is wrong: no signature, another key, or no such session', async () => {
    const reportBefore = await verify();
    for (const [, fault] of forgeries) expect(reportBefore.faults.filter(({ text }) => fault.test(text))).toEqual([]);
    for (const [, , forge] of forgeries) await forge();
    const { code, faults } = await verify();
    for (const [name, fault] of forgeries)
      expect([name, faults.map(({ text }) => text)]).toEqual([
        name,
        expect.arrayContaining([expect.stringMatching(fault)]),
      ]);
    expect(code).toBe(1);
  });

  it('the auditor’s page shows the forged acts as not verified', async () => {
    const auditor = await loggedInBrowser('auditor', address);
    const forgedRecords = await until('a forged record on the page', async () => {
      const { body } = await auditor.get('/api/audit?action=alarm-acknowledged&userId=physician&limit=200');
      const forgeries = body.records.filter(({ boot }: { boot: string }) => boot.startsWith('forged-'));
      return forgeries.length > 0 && forgeries;
    });
    expect(forgedRecords.filter(({ verified }: { verified: boolean }) => verified)).toEqual([]);
    const { body } = await auditor.get('/api/audit?limit=1');
    expect(body.chain.intact).toBe(false);
  });
});

describe('the audit trail', () => {
  it('the audit trail has a refused request, a failed login and a refused look at another ward, each with the address', async () => {
    await nurse.get('/api/audit');
    await nurse.login('icu-nurse-13', 'a wrong password');
    const live = await nurse.live({ type: 'watch', scope: { ward: 'step-down' }, waves: null });
    await live.closed;
    const auditor = await loggedInBrowser('auditor', address);
    await until('the refusals', async () => {
      const refused = (await refusalsOf(auditor, 'icu-nurse-13')).filter((entry) => entry.address === address);
      const { body } = await auditor.get('/api/audit?action=login-failed&userId=icu-nurse-13');
      return (
        refused.some(({ detail }) => detail?.includes('/api/audit')) &&
        refused.some(({ ward }) => ward === 'step-down') &&
        body.records.some((entry: { address?: string }) => entry.address === address)
      );
    });
  });
});

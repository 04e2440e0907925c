/**
 * Runs `npm run vigil -- delivery reach` with a real Kafka, the real delivery process, and a receiver of webhooks on
 * loopback.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { checkRecord } from '../../../contracts/messages/check.ts';
import type { Role } from '../../../contracts/messages/records.ts';
import { writeAccounts } from '../../../dashboard/server/accounts/accounts.ts';
import { runCommandHere } from '../../../process/command.testing.ts';
import { hospitalCa } from '../../../tests/delivery/authority.ts';
import { type HttpsPeer, startHttpsPeer } from '../../../tests/delivery/https-peer.ts';
import { readAllRecords } from '../../../tests/log-witness.ts';
import { cheapHash } from '../../../tests/password-hash.ts';
import { openLogAs, type RunningProcess, startProcess } from '../../../tests/system.ts';
import { vigilCommand } from '../../vigil-command.ts';

const platform = inject('platform');
const folder = mkdtempSync(join(tmpdir(), 'vigil-reach-'));
const accountsFile = join(folder, 'accounts.json');
const password = 'a long enough phrase';
/** Persons without a duty. Only the first gets an entry. */
const person = `anna-${randomUUID().slice(0, 6)}`;
const personWithoutEntry = `ben-${randomUUID().slice(0, 6)}`;
let peer: HttpsPeer;
let delivery: RunningProcess;

beforeAll(async () => {
  peer = await startHttpsPeer();
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, hospitalCa.certificate);
  const hash = cheapHash(password);
  const account = (userId: string, role: Role, wards: string[], disabled = false) =>
    [userId, { userId, name: `Person ${userId}`, role, wards, password: hash, disabled, epoch: 'e' }] as const;
  const accounts = [account('tina', 'technician', ['*']), account('tom', 'technician', ['icu'])];
  accounts.push(account('nina', 'nurse', ['*']), account(person, 'nurse', ['icu']));
  accounts.push(account(personWithoutEntry, 'nurse', ['icu']), account('gone', 'nurse', ['icu'], true));
  writeAccounts(accountsFile, new Map(accounts));
  delivery = await startProcess(platform, 'delivery', {
    VIGIL_WEBHOOK_HOSTS: peer.host,
    VIGIL_DELIVERY_PRIVATE_NETWORKS: '127.0.0.0/8',
    VIGIL_DELIVERY_CA_FILE: caFile,
  });
});
afterAll(async () => {
  await delivery?.close();
  await peer?.close();
  rmSync(folder, { recursive: true, force: true });
});

function reach(...args: string[]) {
  const env = {
    VIGIL_STATE_DIR: platform.stateDir,
    VIGIL_KAFKA_BROKERS: platform.kafkaBrokers,
    VIGIL_ACCOUNTS_FILE: accountsFile,
    VIGIL_WEBHOOK_HOSTS: peer.host,
    VIGIL_DELIVERY_PRIVATE_NETWORKS: '127.0.0.0/8',
  };
  return runCommandHere(vigilCommand, ['delivery', 'reach', ...args], { env, input: password });
}
const claim = (userId = 'tina') => ['--as', userId, '--password-stdin'];
const add = (more: readonly string[] = [], userId = 'tina', forUser = person) =>
  reach('add-webhook', '--user', forUser, '--label', 'Pager', '--url', peer.url('/token'), ...claim(userId), ...more);

async function auditLines(): Promise<string[]> {
  const operator = await openLogAs(platform, 'operator');
  try {
    const lines: string[] = [];
    for (const { opened } of await readAllRecords(operator, 'audit')) {
      const checked = checkRecord(opened.contentType, opened.plaintext);
      if (!checked.ok || !('action' in checked.body)) continue;
      const { actor, action, detail = '' } = checked.body;
      lines.push(`${actor.userId} ${action} ${detail}`);
    }
    return lines;
  } finally {
    await operator.close();
  }
}

it('delivery reach adds a webhook, tests it through the delivery process, lists it without its secret, and removes it', async () => {
  const added = await add();
  expect(added).toMatchObject({ code: 0, err: 'Looking up localhost …\n' });
  const [, reachId = ''] = /^Entry: +(\S+)$/m.exec(added.out) ?? [];
  const [, secret = ''] = /^Secret: (whsec_\S+)$/m.exec(added.out) ?? [];
  expect(await add()).toMatchObject({ code: 1, err: expect.stringContaining('has this address already') });

  const tested = await reach('test', reachId, ...claim());
  expect(tested).toMatchObject({ code: 0, err: '' });
  expect(tested.out).toMatch(
    /^1\. Kafka has taken the entry\.\n2\. The delivery process sends a canary to localhost:\d+\.\n3\. The other side has taken the canary\.\n$/,
  );
  const { body, headers, path } = peer.requests.at(-1)!;
  expect(path).toBe('/token');
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
    type: 'delivery.check',
    data: { person: { userId: person } },
  });

  peer.answers = [{ status: 403 }];
  const refused = await reach('test', reachId, ...claim());
  expect(refused.code).toBe(1);
  expect(refused.out).toContain('3. Not reached: The service refuses the message (403).');
  peer.answers = [{ status: 201 }];

  const listed = await reach('list', '--user', person);
  expect(listed.out).toMatch(
    new RegExp(`^${reachId} {2}webhook {2}Person ${person} \\(${person}\\) {2}“Pager” {2}at localhost`),
  );
  expect(listed.out).not.toContain('token');
  expect(listed.out).not.toContain(secret);

  expect(await reach('remove', reachId, ...claim())).toMatchObject({ code: 0, err: '' });
  expect((await reach('list', '--user', person)).out).toContain('No entries');
  expect((await reach('remove', reachId, ...claim())).err).toContain('There is no entry with this id');

  const about = `webhook “Pager” at ${peer.host} for ${person}; entry ${reachId}`;
  const lines = (await auditLines()).filter((line) => line.includes(reachId));
  expect(lines).toEqual([
    `tina reach-added ${about}`,
    `tina reach-tested ${about}`,
    `tina reach-tested ${about}`,
    `tina reach-removed ${about}`,
  ]);
  expect(lines.join()).not.toContain('token');
}, 240_000);

it.each([
  ['tom', /tom is refused: this command needs an account with all wards/],
  ['nina', /nina is refused: the role nurse may not use this command/],
])('delivery reach refuses the account %s, and records the refusal', async (userId, reason) => {
  const refused = await add([], userId, personWithoutEntry);
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringMatching(reason) });
  expect(await auditLines()).toContain(
    `${userId} access-denied delivery reach: add a webhook for ${personWithoutEntry}`,
  );
  expect((await reach('list', '--user', personWithoutEntry)).out).toContain('No entries');
});

it.each([
  [['--url', 'http://localhost/x'], /does not begin with https:/],
  [['--url', 'https://elsewhere.example/x'], /is of a host that is not allowed/],
  [['--user', 'nobody'], /There is no account nobody/],
  [['--user', 'gone'], /The account gone is disabled/],
])('delivery reach refuses %j before it writes anything', async (more, reason) => {
  const refused = await add(more, 'tina', personWithoutEntry);
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringMatching(reason) });
  expect((await reach('list', '--user', personWithoutEntry)).out).toContain('No entries');
});

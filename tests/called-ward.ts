/** Starts a dashboard with its own Kafka, and a ward whose nurse Anna and buddy Ben may be called. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newAlarm } from '../contracts/messages/alarms.testing.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import type { MyCall } from '../dashboard/protocol/delivery.ts';
import { type Account, writeAccounts } from '../dashboard/server/accounts/accounts.ts';
import { type Browser, type Live, newBrowser } from '../dashboard/server/browser.testing.ts';
import { cheapHash } from './password-hash.ts';
import { startTestPlatform } from './platform.ts';
import { admitted, associate, openLogAs, ownPorts, startProcess, until } from './system.ts';

const password = 'a long enough phrase';
export const ward = 'icu';
const deviceId = 'monitor-1';

export type CalledWard = Awaited<ReturnType<typeof startCalledWard>>;

export async function startCalledWard(name: string) {
  const closing: (() => Promise<unknown>)[] = [];
  // A delivery process of another test would write signs of life into a shared Kafka.
  const own = await startTestPlatform(`test-${process.pid}-${name}`);
  closing.push(() => own.platform.close());
  const platform = await ownPorts(own.data);
  const files = await writeFiles();
  const period = admitted('1', ward, 'Wolverine-Secret');
  const { associationId } = period;
  const operator = await openLogAs(platform, 'operator');
  await associate(platform, operator, deviceId, 1, period);
  await operator.close();
  const alarms = await openLogAs(platform, 'alarms');
  closing.push(() => alarms.close());
  const dashboard = await startProcess(platform, 'dashboard', {
    VIGIL_ACCOUNTS_FILE: files.accounts,
    VIGIL_WARDS_FILE: files.wards,
    VIGIL_PUSH_HOSTS: 'push.example',
    VIGIL_MAIL_DOMAINS: 'hospital.example',
  });
  closing.push(() => dashboard.close());
  const ca = readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8');
  const target = { port: platform.httpPort, ca, origin: `https://localhost:${platform.httpPort}` };

  async function loggedIn(userId: string): Promise<Browser> {
    const browser = newBrowser(target);
    const { status } = await browser.login(userId, password);
    if (status !== 200) throw new Error(`the login of ${userId} was answered with ${status}`);
    return browser;
  }

  return {
    platform,
    dashboard,
    associationId,
    loggedIn,
    /** Raises an alarm at bed 1, and returns its id. */
    async raiseAlarm(kind: 'physiological' | 'technical' = 'physiological'): Promise<string> {
      const alarmId = `alarm-${randomUUID().slice(0, 18)}`;
      const at = new Date().toISOString();
      const alarm = newAlarm(at, { alarmId, associationId, deviceId, kind });
      await alarms.append('alarms', associationId, contentTypes.alarmEvent, { type: 'raised', at, alarm });
      return alarmId;
    },
    /** Anna takes bed 1, and Ben is her buddy. */
    async takeDuties(): Promise<void> {
      const times = { from: new Date().toISOString(), until: new Date(Date.now() + 8 * 3_600_000).toISOString() };
      const duties = [
        ['anna', 'nurse'],
        ['ben', 'buddy'],
      ] as const;
      for (const [userId, duty] of duties) {
        const browser = await loggedIn(userId);
        await until(`the duty of ${userId}`, async () => {
          const { body } = await browser.get(`/api/wards/${ward}/assignments`);
          const wanted = { version: body.version, duty, beds: ['1'], userId, ...times };
          return (await browser.post(`/api/wards/${ward}/assignments`, wanted)).status === 200;
        });
      }
    },
    async close() {
      for (const close of closing.reverse()) await close();
    },
  };
}

/** Writes the accounts and the wards, and returns the paths of their files. */
async function writeFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-calls-'));
  const files = { accounts: join(folder, 'accounts.json'), wards: join(folder, 'wards.json') };
  const hash = cheapHash(password);
  const account = (userId: string, role: Account['role'], wards = [ward]): [string, Account] => [
    userId,
    { userId, name: `Name of ${userId}`, role, wards, password: hash, disabled: false },
  ];
  const accounts = new Map([
    account('anna', 'nurse'),
    account('ben', 'nurse'),
    account('tech', 'technician'),
    account('auditor', 'auditor', ['*']),
    account('stranger', 'nurse', ['other']),
  ]);
  writeAccounts(files.accounts, accounts);
  const wards = [
    { ward, beds: ['1', '2'] },
    { ward: 'other', beds: ['9'] },
  ];
  writeFileSync(files.wards, JSON.stringify({ version: 1, wards }));
  return files;
}

/** Opens the live connection of a page, and asks for deliveries. */
export async function openPage(browser: Browser, scopeWard = ward): Promise<Live> {
  const live = await browser.live({ type: 'watch', scope: { ward: scopeWard }, waves: null });
  const snapshot = await until('the snapshot', () => live.of('snapshot')[0]);
  if (snapshot.deliveries !== true) throw new Error('the server does not offer deliveries');
  live.send({ type: 'want-deliveries' });
  await until('the first calls', () => live.of('calls').length > 0);
  return live;
}

export const newestCalls = (live: Live): readonly MyCall[] => live.of('calls').at(-1)?.calls ?? [];

/** Waits until the page has a call about an alarm, and returns it. */
export const callOn = (live: Live, alarmId: string) =>
  until(`the call about ${alarmId}`, () => newestCalls(live).find(({ alarm }) => alarm.alarmId === alarmId));

/** Returns the newest delivery of an alarm on a page. */
export const viewOn = (live: Live, alarmId: string) =>
  live
    .of('deliveries')
    .flatMap(({ views }) => views)
    .findLast((view) => view.alarmId === alarmId);

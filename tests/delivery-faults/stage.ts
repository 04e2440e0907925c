/**
 * Starts what the delivery fault test needs: Kafka, the processes of Vigil, a ward with persons on duty, their phones,
 * a screen of the ward, and bedside devices. The mail server, the push service and the webhook run in the process of
 * the test.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duty } from '../../contracts/messages/assignments.ts';
import type { ReachEntry } from '../../contracts/messages/delivery-commands.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { Target } from '../../dashboard/server/browser.testing.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { ensureClient } from '../../ops/client.ts';
import { ensureChromium } from '../../ops/platform/software.ts';
import { addAccount } from '../browser.ts';
import { hospitalCa } from '../delivery/authority.ts';
import { assignDuty } from '../delivery/duty.ts';
import { connectDevice, startReadings } from '../device.ts';
import { randomFrom } from '../faults/random.ts';
import { startTestPlatform, type TestPlatform } from '../platform.ts';
import { admitted, associate, openLogAs, type RunningProcess, startProcess } from '../system.ts';
import { type ChromiumPage, openChromiumPage } from './chromium-page.ts';
import { openPeers, type PeerName, type Peers } from './peers.ts';
import { openPhone, type Phone } from './person.ts';
import { openWardScreen, type WardScreen } from './ward-screen.ts';

export const ward = 'ward-d';
const people: readonly { readonly userId: string; readonly duty: Duty }[] = [
  { userId: 'anna', duty: 'nurse' },
  { userId: 'ben', duty: 'buddy' },
  { userId: 'cleo', duty: 'charge-nurse' },
];
/**
 * The person whose page is open in a real Chromium. The other persons have a client that uses the protocol of the page.
 */
const chromiumUser = 'ben';
/** The values of the last bed change only while a fault of the real browser lasts. */
const beds = ['bed-01', 'bed-02', 'bed-03', 'bed-04', 'bed-05', 'bed-06', 'bed-07'] as const;
/** Shortest wait that a policy allows, so that the run needs little time. */
const waitMs = 10_000;

const nameOf = (userId: string) => `Person ${userId}`;

export type Victim = 'alarms' | 'delivery' | 'dashboard';

export type Stage = {
  readonly processes: Readonly<Record<Victim, RunningProcess>>;
  readonly phones: ReadonlyMap<string, Phone>;
  readonly chromium: ChromiumPage;
  /** The name of the person at the real browser, as screens show it. */
  readonly chromiumName: string;
  readonly screen: WardScreen;
  readonly peers: Peers;
  readonly operator: SealedLog;
  readonly dashboardLog: SealedLog;
  readonly patients: readonly string[];
  /** Adds a new address of a person, after the old address has ended. */
  renew(peer: PeerName): Promise<void>;
  setHeartRate(bed: number, value: number): void;
  /** The number of beds whose values change by chance. */
  readonly beds: number;
  /** The bed whose values change only while a fault of the real browser lasts. */
  readonly bedOfChromium: number;
  close(): Promise<void>;
};

const policy = () => {
  const step = (duty: Duty, channels: readonly string[]) => ({ duty, channels, waitMs });
  const chain = {
    steps: [
      step('nurse', ['screen', 'push']),
      step('buddy', ['screen', 'mail']),
      step('charge-nurse', ['screen', 'webhook']),
    ],
    ...{ repeatMs: waitMs, acceptedMs: 30_000, ageMsMax: 15 * 60_000 },
  };
  const chains = { high: chain, medium: chain, low: { notSent: 'Only on the screens.' } };
  return { version: 'fault-run', hospital: { physiological: chains, technical: chains } };
};

export async function openStage(seed: number, report: (line: string) => void): Promise<Stage> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const executablePath = await ensureChromium(report);
    await ensureClient();
    const started = await startTestPlatform(`test-${process.pid}-delivery`);
    const platform = started.data;
    closers.push(async () => {
      await started.platform.close();
      rmSync(platform.stateDir, { recursive: true, force: true });
    });
    for (const { userId } of people) addAccount(platform, userId, nameOf(userId), 'nurse', [ward]);
    addAccount(platform, 'screen', 'Ward screen', 'nurse', [ward]);
    const peers = await openPeers();
    closers.push(peers.close);
    const operator = await openLogAs(platform, 'operator');
    const dashboardLog = await openLogAs(platform, 'dashboard');
    closers.push(operator.close, dashboardLog.close);
    const patients = await admitAll(platform, operator);
    for (const { userId, duty } of people)
      await assignDuty(dashboardLog, { ward, duty, userId, ...(duty !== 'charge-nurse' && { beds }) });
    const addEntry = (entry: ReachEntry) => dashboardLog.append('reach', entry.reachId, contentTypes.reach, entry);
    for (const entry of peers.entries()) await addEntry(entry);

    report('starting the processes');
    const policyFile = join(platform.stateDir, 'policy.json');
    writeFileSync(policyFile, JSON.stringify(policy()));
    const caFile = join(platform.stateDir, 'hospital-ca.pem');
    writeFileSync(caFile, hospitalCa.certificate);
    const env = { ...peers.settings, VIGIL_DELIVERY_POLICY_FILE: policyFile, VIGIL_DELIVERY_CA_FILE: caFile };
    const start = async (name: 'gateway' | Victim, overrides: Record<string, string> = {}) => {
      const running = await startProcess(platform, name, overrides);
      closers.push(running.close);
      return running;
    };
    await start('gateway');
    const processes = {
      alarms: await start('alarms'),
      delivery: await start('delivery', env),
      dashboard: await start('dashboard', { VIGIL_DELIVERY_POLICY_FILE: policyFile }),
    };
    const readings = await startDevices(platform, closers);
    const target: Target = {
      port: platform.httpPort,
      ca: readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8'),
      origin: `https://localhost:${platform.httpPort}`,
    };
    const phones = new Map<string, Phone>();
    for (const [index, { userId }] of people.entries()) {
      if (userId === chromiumUser) continue;
      const phone = openPhone({ target, userId, ward, random: randomFrom(seed + index + 1) });
      phones.set(userId, phone);
      closers.push(phone.close);
    }
    peers.onPush((payload) => phones.get('anna')!.gotPush(payload));
    const screen = openWardScreen(target, 'screen', ward);
    closers.push(screen.close);
    const chromium = await openChromiumPage({
      ...{ executablePath, httpPort: platform.httpPort, userId: chromiumUser, ward },
      random: randomFrom(seed + people.length + 1),
    });
    closers.push(chromium.close);
    return {
      ...{ processes, phones, chromium, screen, peers, operator, dashboardLog, patients },
      renew: async (peer) => void (await addEntry(peers.renew(peer))),
      setHeartRate: (bed, value) => readings[bed]!.setHeartRate(value),
      beds: beds.length - 1,
      ...{ bedOfChromium: beds.length - 1, chromiumName: nameOf(chromiumUser) },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function admitAll(platform: TestPlatform, operator: SealedLog): Promise<string[]> {
  const ids: string[] = [];
  for (const bed of beds) {
    const period = admitted(bed, ward, `Patient-${bed}`);
    await associate(platform, operator, bed, 1, period);
    ids.push(period.associationId);
  }
  return ids;
}

async function startDevices(platform: TestPlatform, closers: (() => unknown)[]) {
  const all: ReturnType<typeof startReadings>[] = [];
  for (const bed of beds) {
    const device = await connectDevice(platform, bed);
    const readings = startReadings(device, 500);
    closers.push(async () => {
      await readings.stop();
      await device.close();
    });
    all.push(readings);
  }
  return all;
}

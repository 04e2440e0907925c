/**
 * A hospital for the measurement of deliveries: wards with patients, devices, nurses with open pages and phones, and a
 * push service.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCertificates } from '../certs/ensure.ts';
import type { Alarm } from '../contracts/messages/alarms.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import { newBrowser } from '../dashboard/server/browser.testing.ts';
import { addAccount, password } from '../tests/browser.ts';
import { hospitalCa } from '../tests/delivery/authority.ts';
import { assignDuty } from '../tests/delivery/duty.ts';
import { startHttpsPeer } from '../tests/delivery/https-peer.ts';
import { decryptPush, newSubscription } from '../tests/delivery/messages.ts';
import { connectDevice, type TestDevice } from '../tests/device.ts';
import type { TestPlatform } from '../tests/platform.ts';
import { admitted, associate, openLogAs, startProcess, until } from '../tests/system.ts';

/** Number of nurses: so many that no nurse reaches the limit of messages to one person. */
const nurseCount = 20;
const wardCount = 10;
/** Time between two readings of a device, ms. */
export const intervalMs = 5_000;
/** Number of devices that connect at the same time. */
const connectMax = 10;

export type Bed = {
  readonly bed: string;
  readonly ward: string;
  readonly associationId: string;
  readonly userId: string;
  /** Sends a heart rate now. All later readings of the device have this heart rate too. */
  send(heartRate: number): Promise<unknown>;
};
type Place = Omit<Bed, 'send'>;

export type PageCall = { readonly callId: string; readonly alarm: Pick<Alarm, 'alarmId' | 'associationId'> };

export type HospitalOptions = {
  readonly platform: TestPlatform;
  readonly bedCount: number;
  /** The functions that close the hospital. The last function is called first. */
  readonly closers: (() => unknown)[];
  /** Called with each call that a nurse's page gets for the first time. */
  readonly onPage: (userId: string, call: PageCall) => void;
  /** Called with each message about alarms that the push service gets. */
  readonly onPush: (userId: string, alarmIds: readonly string[]) => void;
  readonly report: (line: string) => void;
};

/** Opens the hospital. Successive beds belong to different nurses. */
export async function openHospital(options: HospitalOptions): Promise<readonly Bed[]> {
  const { platform, bedCount, closers, report } = options;
  const places = await admitAll(platform, bedCount, report);
  const nurses = new Map(places.map(({ userId, ward }) => [userId, ward]));
  const push = await openPushService(options, nurses);
  for (const name of ['gateway', 'alarms', 'delivery', 'dashboard'] as const)
    closers.push((await startProcess(platform, name, name === 'delivery' ? push : {})).close);
  report(`opening the pages of ${nurses.size} nurses`);
  for (const [userId, ward] of nurses) closers.push(await openPage(options, userId, ward));
  report(`connecting ${bedCount} devices`);
  const beds: Bed[] = [];
  for (let from = 0; from < bedCount; from += connectMax)
    beds.push(...(await Promise.all(places.slice(from, from + connectMax).map((place) => openBed(options, place)))));
  return beds;
}

async function admitAll(platform: TestPlatform, bedCount: number, report: HospitalOptions['report']) {
  report(`admitting ${bedCount} patients`);
  const names = Array.from({ length: bedCount }, (_, n) => `bench-${String(n + 1).padStart(4, '0')}`);
  await ensureCertificates({ stateDir: platform.stateDir, devices: names, nowMs: Date.now() });
  const operator = await openLogAs(platform, 'operator');
  const dashboard = await openLogAs(platform, 'dashboard');
  const places: Place[] = [];
  for (const [n, bed] of names.entries()) {
    const ward = `bench-ward-${(n % wardCount) + 1}`;
    const period = admitted(bed, ward, `Patient-${bed}`);
    await associate(platform, operator, bed, 1, period);
    places.push({ bed, ward, associationId: period.associationId, userId: `nurse-${(n % nurseCount) + 1}` });
  }
  for (const [userId, own] of Map.groupBy(places, (place) => place.userId)) {
    const [{ ward }] = own as [Place];
    addAccount(platform, userId, `Nurse ${userId}`, 'nurse', [ward]);
    await assignDuty(dashboard, { ward, duty: 'nurse', userId, beds: own.map(({ bed }) => bed) });
  }
  await Promise.all([operator.close(), dashboard.close()]);
  return places;
}

/** Opens the push service, and returns the settings of the delivery process for it. */
async function openPushService({ platform, closers, onPush }: HospitalOptions, nurses: ReadonlyMap<string, string>) {
  const peer = await startHttpsPeer();
  const dashboard = await openLogAs(platform, 'dashboard');
  closers.push(peer.close);
  const subscriptions = new Map([...nurses.keys()].map((userId) => [userId, newSubscription(peer.url(`/${userId}`))]));
  for (const [userId, { entry }] of subscriptions)
    await dashboard.append('reach', entry.reachId, contentTypes.reach, { ...entry, userId });
  await dashboard.close();
  peer.answerOf = ({ path, body }) => {
    const userId = path.slice(1);
    const payload = decryptPush(subscriptions.get(userId)!, body);
    const alarmIds = payload.type === 'calls' ? payload.calls.map(({ alarmId }) => alarmId) : [];
    if (alarmIds.length > 0) onPush(userId, alarmIds);
    return { status: 201 };
  };
  const caFile = join(platform.stateDir, 'hospital-ca.pem');
  writeFileSync(caFile, hospitalCa.certificate);
  return {
    VIGIL_DELIVERY_CA_FILE: caFile,
    VIGIL_DELIVERY_PRIVATE_NETWORKS: '127.0.0.1,::1',
    VIGIL_PUSH_HOSTS: peer.host,
  };
}

/**
 * Opens a page for a nurse. Shows the nurse's calls and confirms them, as the page in a browser does. Returns a
 * function that closes the page.
 */
async function openPage({ platform, onPage }: HospitalOptions, userId: string, ward: string): Promise<() => unknown> {
  const ca = readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8');
  const browser = newBrowser({ port: platform.httpPort, ca, origin: `https://localhost:${platform.httpPort}` });
  await browser.login(userId, password);
  const live = await browser.live({ type: 'watch', scope: { ward }, waves: null });
  const seen = new Set<string>();
  live.socket.on('message', (data) => {
    const message = JSON.parse(data.toString());
    if (message.type !== 'calls') return;
    const calls: PageCall[] = message.calls;
    for (const call of calls) if (!seen.has(call.callId)) onPage(userId, call);
    for (const { callId } of calls) seen.add(callId);
    const painted = calls.map(({ alarm: { alarmId }, callId }) => ({ alarmId, callId }));
    live.send({ type: 'calls-painted', calls: painted, ...(message.checkId && { checkId: message.checkId }) });
  });
  await until(`the page of ${userId}`, () => live.of('snapshot').length > 0);
  live.send({ type: 'want-deliveries' });
  return live.close;
}

/** Connects the device of a bed. It sends readings until the hospital is closed. */
async function openBed({ platform, closers }: HospitalOptions, place: Place): Promise<Bed> {
  const device: TestDevice = await connectDevice(platform, place.bed);
  let heartRate = 80;
  const send = () => device.observe({ MDC_ECG_HEART_RATE: heartRate }, Date.now(), intervalMs);
  await send();
  const timer = setInterval(() => void send().catch(() => undefined), intervalMs);
  closers.push(() => {
    clearInterval(timer);
    return device.close();
  });
  return {
    ...place,
    send(next) {
      heartRate = next;
      return send();
    },
  };
}

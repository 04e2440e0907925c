/**
 * Measures the delivery of alarms. First it measures the time from a reading beyond a limit until the call is on the
 * nurse's open page, and until the push service has given it to the nurse's phone. Then it writes 500 alarms within 10
 * s, and checks that no message is lost. Gateway, alarm processor, delivery process and dashboard are real processes;
 * page and push service are in this process.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { newAlarm } from '../contracts/messages/alarms.testing.ts';
import type { AlarmEvent } from '../contracts/messages/alarms.ts';
import { checkRecord } from '../contracts/messages/check.ts';
import type { DeliveryRecord } from '../contracts/messages/deliveries.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import { type Live, newBrowser } from '../dashboard/server/browser.testing.ts';
import { createReader } from '../log/kafka/reader.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { burstMax, messageEveryMs } from '../processors/delivery/core/rate.ts';
import { addAccount, password } from '../tests/browser.ts';
import { hospitalCa } from '../tests/delivery/authority.ts';
import { assignDuty } from '../tests/delivery/duty.ts';
import { startHttpsPeer } from '../tests/delivery/https-peer.ts';
import { decryptPush, newSubscription, type Subscription } from '../tests/delivery/messages.ts';
import { connectDevice, type TestDevice } from '../tests/device.ts';
import { startTestPlatform, type TestPlatform, testDevices } from '../tests/platform.ts';
import { admitted, associate, openLogAs, startProcess, until } from '../tests/system.ts';
import { integerOption } from './options.ts';

const report = (line: string) => process.stderr.write(`delivery: ${line}\n`);
const ward = 'bench-d';
/** Each nurse has one bed, so that the limit of messages for one person does not delay the breaches. */
const nurses = testDevices.map((bed) => ({ bed, userId: `nurse-${bed}` }));
/** Shortest time between two breaches at one bed, so that each breach gets its own message. */
const sameBedMs = messageEveryMs + 1_500;
const burstAlarms = 500;
const burstMs = 10_000;

type Message = Extract<DeliveryRecord['event'], { type: 'message' }>;
type Reached = { readonly pageMs: number[]; readonly pushMs: number[] };

/** Prints the results as JSON; with `--json` on one line. */
export async function measureDelivery(args: string[]): Promise<void> {
  const options = { breaches: { type: 'string', default: '200' }, json: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args, options });
  const breaches = integerOption('--breaches', values.breaches, 12, 10_000);
  const closers: (() => unknown)[] = [];
  try {
    const started = await startTestPlatform(`test-${process.pid}-bench-delivery`);
    closers.push(async () => {
      await started.platform.close();
      rmSync(started.data.stateDir, { recursive: true, force: true });
    });
    const result = await measureOn(started.data, breaches, closers);
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, undefined, 2)}\n`);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function measureOn(platform: TestPlatform, breaches: number, closers: (() => unknown)[]) {
  const push = await startHttpsPeer();
  closers.push(push.close);
  const operator = await openLogAs(platform, 'operator');
  const dashboard = await openLogAs(platform, 'dashboard');
  closers.push(operator.close, dashboard.close);
  report('admitting patients and assigning nurses');
  const subscriptions = new Map<string, Subscription>();
  const associations = new Map<string, string>();
  for (const { bed, userId } of nurses) {
    addAccount(platform, userId, `Nurse ${bed}`, 'nurse', [ward]);
    const period = admitted(bed, ward, `Patient-${bed}`);
    associations.set(period.associationId, bed);
    await associate(platform, operator, bed, 1, period);
    await assignDuty(dashboard, { ward, duty: 'nurse', userId, beds: [bed] });
    const path = `/push/${userId}`;
    const subscription = newSubscription(push.url(path));
    subscriptions.set(path, subscription);
    const entry = { ...subscription.entry, userId };
    await dashboard.append('reach', entry.reachId, contentTypes.reach, entry);
  }
  const caFile = join(platform.stateDir, 'hospital-ca.pem');
  writeFileSync(caFile, hospitalCa.certificate);
  const settings = {
    VIGIL_DELIVERY_CA_FILE: caFile,
    VIGIL_DELIVERY_PRIVATE_NETWORKS: '127.0.0.1,::1',
    VIGIL_PUSH_HOSTS: push.host,
  };
  for (const name of ['gateway', 'alarms', 'delivery', 'dashboard'] as const)
    closers.push((await startProcess(platform, name, name === 'delivery' ? settings : {})).close);

  const reached: Reached = { pageMs: [], pushMs: [] };
  const sentAt = new Map<string, { atMs: number; page: boolean; push: boolean }>();
  const note = (bed: string, by: 'page' | 'push') => {
    const sent = sentAt.get(bed);
    if (!sent || sent[by]) return;
    sent[by] = true;
    reached[by === 'page' ? 'pageMs' : 'pushMs'].push(performance.now() - sent.atMs);
  };
  push.answerOf = ({ path, body }) => {
    const payload = decryptPush(subscriptions.get(path)!, body);
    if (payload.type === 'calls') note(path.replace('/push/nurse-', ''), 'push');
    return { status: 201 };
  };
  report('opening the pages of the nurses');
  for (const { bed, userId } of nurses) closers.push(await openPage(platform, userId, () => note(bed, 'page')));
  const devices: TestDevice[] = [];
  for (const { bed } of nurses) devices.push(await connectDevice(platform, bed));
  closers.push(() => Promise.all(devices.map((device) => device.close())));

  report(`${breaches} breaches, one after the other`);
  for (let n = 0; n < breaches; n += 1) {
    const device = devices[n % devices.length]!;
    const bed = device.deviceId;
    sentAt.set(bed, { atMs: performance.now(), page: false, push: false });
    await device.observe({ MDC_ECG_HEART_RATE: 190 });
    await sleep(sameBedMs / devices.length / 2);
    await device.observe({ MDC_ECG_HEART_RATE: 80 });
    await sleep(sameBedMs / devices.length / 2);
  }
  await sleep(3_000);
  report(`${burstAlarms} alarms within ${burstMs / 1000} s`);
  const burst = await measureBurst(platform, operator, [...associations.keys()]);
  return {
    breaches,
    breachToPhoneMs: { page: percentiles(reached.pageMs), push: percentiles(reached.pushMs) },
    burst,
  };
}

/** Opens a page that shows the calls of a person, and calls `onCall` when a new call comes. */
async function openPage(platform: TestPlatform, userId: string, onCall: () => void): Promise<() => unknown> {
  const ca = readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8');
  const browser = newBrowser({ port: platform.httpPort, ca, origin: `https://localhost:${platform.httpPort}` });
  await browser.login(userId, password);
  const live: Live = await browser.live({ type: 'watch', scope: { ward }, waves: null });
  const seen = new Set<string>();
  live.socket.on('message', (data) => {
    const message = JSON.parse(data.toString());
    if (message.type !== 'calls') return;
    const calls: { alarm: { alarmId: string }; callId: string }[] = message.calls;
    if (calls.some(({ callId }) => !seen.has(callId))) onCall();
    for (const { callId } of calls) seen.add(callId);
    const painted = calls.map(({ alarm: { alarmId }, callId }) => ({ alarmId, callId }));
    live.send({ type: 'calls-painted', calls: painted, ...(message.checkId && { checkId: message.checkId }) });
  });
  await until('the snapshot', () => live.of('snapshot').length > 0);
  live.send({ type: 'want-deliveries' });
  return live.close;
}

/**
 * Writes many alarms in a short time, as the alarm processor does. Every alarm must be in a message, and no person may
 * get more messages than the limit allows.
 */
async function measureBurst(platform: TestPlatform, operator: SealedLog, associations: readonly string[]) {
  const engine = await openLogAs(platform, 'alarms');
  const wanted = new Set<string>();
  const times: number[] = [];
  const messages: Message[] = [];
  const writtenAt = new Map<string, number>();
  const reader = await createReader(operator.kafka, {
    group: `operator-bench-${randomUUID()}`,
    topics: ['deliveries'],
    start: 'end',
    log: pino({ level: 'silent' }),
    async onRecords(batch) {
      for (const record of batch.records) {
        if (record.value === null) continue;
        const opened = await operator.open({ topic: batch.topic, key: record.key, value: record.value });
        const checked = checkRecord(opened.contentType, opened.plaintext);
        if (!checked.ok || checked.contentType !== contentTypes.delivery) continue;
        const { event } = checked.body;
        if (event.type !== 'message' || event.channel !== 'push') continue;
        const own = event.calls.filter(({ alarmId }) => wanted.delete(alarmId));
        for (const { alarmId } of own) times.push(Date.now() - writtenAt.get(alarmId)!);
        messages.push(event);
      }
    },
  });
  await reader.caughtUp;
  const run = randomUUID().slice(0, 8);
  const startMs = Date.now();
  const writes: Promise<unknown>[] = [];
  for (let n = 0; n < burstAlarms; n += 1) {
    const associationId = associations[n % associations.length]!;
    const alarmId = `bench-burst-${run}-${n}`;
    const at = new Date().toISOString();
    const event: AlarmEvent = {
      ...{ type: 'raised', at },
      alarm: newAlarm(at, { alarmId, associationId, deviceId: 'bench', condition: `bench-${n}` }),
    };
    wanted.add(alarmId);
    writtenAt.set(alarmId, Date.now());
    writes.push(engine.append('alarms', associationId, contentTypes.alarmEvent, event));
    await sleep(Math.max(0, startMs + ((n + 1) * burstMs) / burstAlarms - Date.now()));
  }
  await Promise.all(writes);
  await until('every alarm is in a message', () => wanted.size === 0, 120_000).catch(() => undefined);
  await reader.close();
  await engine.close();
  return {
    alarms: burstAlarms,
    withoutMessage: wanted.size,
    messages: messages.length,
    overBound: overBound(messages),
    alarmToMessageMs: percentiles(times),
  };
}

/** Counts the messages that came to a person earlier than the limit allows. */
function overBound(messages: readonly Message[]): number {
  const ofPerson = new Map<string, number[]>();
  for (const { userId, atMs } of messages) ofPerson.set(userId, [...(ofPerson.get(userId) ?? []), atMs]);
  let count = 0;
  for (const times of ofPerson.values())
    for (const [index, atMs] of times.entries()) {
      const first = times[index - burstMax];
      if (first !== undefined && atMs - first < messageEveryMs - 5) count += 1;
    }
  return count;
}

function percentiles(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: Math.round(sorted.at(-1) ?? Number.NaN) };
}

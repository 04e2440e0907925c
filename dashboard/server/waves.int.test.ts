/** Tests the waves of the last day with a real Kafka and dashboard. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AssociationPeriod, contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { startTestPlatform } from '../../tests/platform.ts';
import {
  admitted,
  associate,
  openLogAs,
  ownPorts,
  type RunningProcess,
  startProcess,
  until,
} from '../../tests/system.ts';
import type { WaveHistory } from '../protocol/wave-history.ts';
import { type Account, writeAccounts } from './accounts/accounts.ts';
import { hashPassword } from './accounts/password.ts';
import { type Answer, type Browser, newBrowser, type Target } from './browser.testing.ts';

const password = 'a long enough phrase';
const ecg = 'MDC_ECG_ELEC_POTL_II';
const pleth = 'MDC_PULS_OXIM_PLETH';
const rateHz = 125;
const chunkMs = 1_000;

let own: Awaited<ReturnType<typeof startTestPlatform>>;
let dashboard: RunningProcess;
let operator: SealedLog;
let gateway: SealedLog;
let target: Target;
let nurse: Browser;
let attacker: Browser;
let auditor: Browser;
/** The samples of a recording of an intensive care unit (simulators/recordings/ATTRIBUTION.md). */
let recorded: Record<string, readonly number[]>;
let version = 0;

beforeAll(async () => {
  own = await startTestPlatform(`test-${process.pid}-waves`);
  const platform = await ownPorts(own.data);
  const accountsFile = join(mkdtempSync(join(tmpdir(), 'vigil-waves-')), 'accounts.json');
  const hash = await hashPassword(password);
  const account = (userId: string, role: Account['role'], wards: string[]): [string, Account] => [
    userId,
    { userId, name: `The ${userId}`, role, wards, password: hash, disabled: false },
  ];
  writeAccounts(
    accountsFile,
    new Map([
      account('nurse', 'nurse', ['icu']),
      account('attacker', 'nurse', ['step-down']),
      account('technician', 'technician', ['icu']),
      account('auditor', 'auditor', ['*']),
    ]),
  );
  const wardsFile = join(dirname(accountsFile), 'wards.json');
  writeFileSync(wardsFile, JSON.stringify({ version: 1, wards: [{ ward: 'icu', beds: ['3', '4', '5', '6'] }] }));
  operator = await openLogAs(platform, 'operator');
  gateway = await openLogAs(platform, 'gateway');
  const settings = { VIGIL_ACCOUNTS_FILE: accountsFile, VIGIL_WARDS_FILE: wardsFile };
  dashboard = await startProcess(platform, 'dashboard', settings);
  target = {
    port: platform.httpPort,
    ca: readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8'),
    origin: `https://localhost:${platform.httpPort}`,
  };
  [nurse, attacker, auditor] = (await Promise.all(['nurse', 'attacker', 'auditor'].map(loggedIn))) as [
    Browser,
    Browser,
    Browser,
  ];
  recorded = readRecorded();
});

afterAll(async () => {
  await dashboard?.close();
  await Promise.all([operator?.close(), gateway?.close()]);
  await own.platform.close();
  rmSync(own.data.stateDir, { recursive: true, force: true });
});

async function loggedIn(userId: string): Promise<Browser> {
  const browser = newBrowser(target);
  expect((await browser.login(userId, password)).status).toBe(200);
  return browser;
}

/** Reads the columns of the recording, as int16 numbers with the scale of `scaleOf`. */
function readRecorded(): Record<string, readonly number[]> {
  const file = join(import.meta.dirname, '..', '..', 'simulators', 'recordings', 'bidmc_01_Signals.csv');
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const names = head.split(',').map((name) => name.trim());
  const column = (name: string) => {
    const index = names.indexOf(name);
    if (index < 0) throw new Error(`The recording has no column ${name}: ${names.join(' ')}`);
    return lines.map((line) => Math.round(Number(line.split(',')[index]) * 1_000));
  };
  return { [ecg]: column('II'), [pleth]: column('PLETH') };
}

/** Returns `count` samples of the recording that begin at second `fromS`, in base64 of little-endian int16. */
function samplesOf(code: string, fromS: number, count = rateHz): string {
  const bytes = Buffer.alloc(count * 2);
  for (let i = 0; i < count; i += 1) bytes.writeInt16LE(recorded[code]![fromS * rateHz + i] ?? 0, i * 2);
  return bytes.toString('base64');
}

type Sent = { readonly associationId: string; readonly deviceId: string };
type SentChunk = { atMs: number; second: number; code?: string; boot?: string; seq?: number; receivedMs?: number };

/** Writes one second of a wave into the log, as a gateway does. */
async function send({ associationId, deviceId }: Sent, chunk: SentChunk): Promise<void> {
  const { atMs, second, code = ecg, boot = 'b1', seq = second + 1, receivedMs = Date.now() } = chunk;
  const reading = {
    ...{ boot, seq, start: formatInstant(atMs), code, rateHz, scale: 0.001, offset: 0 },
    samples: samplesOf(code, second),
  };
  const body = { deviceId, receivedAt: formatInstant(receivedMs), reading };
  const key = await gateway.sealer.keyFor(associationId, 'waveforms');
  const plaintext = Buffer.from(JSON.stringify(body));
  const place = { topic: 'waveforms', key: associationId, writer: deviceId, boot, seq } as const;
  const value = gateway.sealer.seal(key, place, contentTypes.waveform, plaintext);
  await gateway.appender.append('waveforms', associationId, value);
}

async function ask(browser: Browser, associationId: string, fromMs: number, toMs: number): Promise<Answer> {
  const query = `?from=${formatInstant(fromMs)}&to=${formatInstant(toMs)}`;
  return browser.get(`/api/associations/${associationId}/waves${query}`);
}

async function wavesOf(associationId: string, fromMs: number, toMs: number): Promise<WaveHistory> {
  const answer = await ask(nurse, associationId, fromMs, toMs);
  expect([answer.status, answer.body]).toMatchObject([200, {}]);
  return answer.body;
}

/** Returns the samples of one wave in an answer, in the order of their times. */
function numbersOf({ chunks }: WaveHistory, code: string): number[] {
  return chunks
    .filter((chunk) => chunk.code === code)
    .sort((a, b) => a.startMs - b.startMs)
    .flatMap(({ samples }) => {
      const bytes = Buffer.from(samples, 'base64');
      return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readInt16LE(index * 2));
    });
}

/** Admits a patient at a device, from two minutes ago, and waits until the dashboard shows the patient. */
async function admit(deviceId: string, bed: string, name: string, earlier: readonly AssociationPeriod[] = []) {
  version += 1;
  const from = formatInstant(Math.max(Date.now() - 120_000, Date.parse(earlier.at(-1)?.to ?? '') || 0));
  const period = { ...admitted(bed, 'icu', name), from };
  const platform = own.data;
  await associate(platform, operator, deviceId, version, ...earlier, period);
  await until('the stay at the dashboard', async () => {
    return (await nurse.get(`/api/associations/${period.associationId}`)).status === 200;
  });
  return period;
}

const toSecond = (ms: number) => Math.floor(ms / chunkMs) * chunkMs;

describe('waves of the last day', () => {
  it('the answer has the samples of the recording and each gap with its reason; late chunks fill their gap, and repeated chunks change nothing', async () => {
    const stay = { ...(await admit('wave-1', '3', 'Okapi')), deviceId: 'wave-1' };
    const t0 = toSecond(Date.now() - 60_000);
    for (let second = 0; second < 40; second += 1) {
      if (second >= 10 && second < 15) continue;
      await send(stay, { atMs: t0 + second * chunkMs, second });
      if (second !== 30) await send(stay, { atMs: t0 + second * chunkMs, second, code: pleth, seq: 1_000 + second });
    }
    // The gateway gets second 3 again, and gets seconds 12 and 13 late.
    await send(stay, { atMs: t0 + 3 * chunkMs, second: 3 });
    for (const second of [12, 13]) await send(stay, { atMs: t0 + second * chunkMs, second });
    const answer = await wavesOf(stay.associationId, t0, t0 + 40 * chunkMs);
    const wanted = (code: string, seconds: readonly [number, number][]) =>
      seconds.flatMap(([from, to]) => recorded[code]!.slice(from * rateHz, to * rateHz));
    expect(numbersOf(answer, ecg)).toEqual(
      wanted(ecg, [
        [0, 10],
        [12, 14],
        [15, 40],
      ]),
    );
    expect(numbersOf(answer, pleth)).toEqual(
      wanted(pleth, [
        [0, 10],
        [15, 30],
        [31, 40],
      ]),
    );
    const gap = (code: string, from: number, to: number) => {
      return { code, fromMs: t0 + from * chunkMs, toMs: t0 + to * chunkMs, reason: 'none' };
    };
    expect(answer.gaps).toEqual([gap(ecg, 10, 12), gap(ecg, 14, 15), gap(pleth, 10, 15), gap(pleth, 30, 31)]);
    expect(answer.about.patient?.familyName).toBe('Okapi');
    expect(answer.unreadable).toBe(0);
  });

  it('the waves of a stay do not include waves of the former patient at the same device', async () => {
    const deviceId = 'wave-2';
    const first = await admit(deviceId, '4', 'Former');
    const t0 = toSecond(Date.now() - 30_000);
    for (let second = 0; second < 10; second += 1)
      await send({ ...first, deviceId }, { atMs: t0 + second * chunkMs, second });
    const ended = { ...first, to: formatInstant(t0 + 10 * chunkMs) };
    const second = await admit(deviceId, '4', 'Present', [ended]);
    for (let at = 10; at < 20; at += 1) await send({ ...second, deviceId }, { atMs: t0 + at * chunkMs, second: at });
    const ofPresent = await wavesOf(second.associationId, t0, t0 + 20 * chunkMs);
    expect(numbersOf(ofPresent, ecg)).toEqual(recorded[ecg]!.slice(10 * rateHz, 20 * rateHz));
    expect(ofPresent.gaps).toEqual([{ code: ecg, fromMs: t0, toMs: t0 + 10 * chunkMs, reason: 'other-stay' }]);
    expect(ofPresent.about.patient?.familyName).toBe('Present');
  });

  it('waves of a device whose clock is an hour behind are found by the time of the device', async () => {
    const deviceId = 'wave-3';
    const stay = { ...(await admit(deviceId, '5', 'Clockwrong')), deviceId };
    const hour = 3_600_000;
    const t0 = toSecond(Date.now() - 30_000);
    for (let second = 0; second < 20; second += 1) {
      const receivedMs = t0 + (second + 1) * chunkMs;
      await send(stay, { atMs: t0 - hour + second * chunkMs, second, receivedMs });
      const values = [{ code: 'MDC_ECG_HEART_RATE', value: 80, unit: '/min' }];
      const reading = { boot: 'b1', seq: second + 1, time: formatInstant(receivedMs - hour), values };
      const body = { deviceId, receivedAt: formatInstant(receivedMs), reading };
      await gateway.append('observations', stay.associationId, contentTypes.observation, body);
    }
    const found = await until('the measured error of the clock', async () => {
      const answer = await wavesOf(stay.associationId, t0 - hour, t0 - hour + 10 * chunkMs);
      return answer.clockErrorMs !== 0 && answer;
    });
    expect(found.clockErrorMs).toBe(hour);
    expect(numbersOf(found, ecg)).toEqual(recorded[ecg]!.slice(0, 10 * rateHz));
    expect(found.gaps).toEqual([]);
  });

  it('a person of another ward gets the same answer as for an unknown stay, a technician is refused, and three looks in a minute are recorded once', async () => {
    const stay = await admit('wave-4', '6', 'Secretname');
    const toMs = Date.now();
    const denied = await ask(attacker, stay.associationId, toMs - 60_000, toMs);
    const unknown = await ask(attacker, '01890000-0000-7000-8000-000000000000', toMs - 60_000, toMs);
    expect([denied.status, denied.body]).toEqual([404, unknown.body]);
    expect((await ask(await loggedIn('technician'), stay.associationId, toMs - 60_000, toMs)).status).toBe(403);
    for (let i = 0; i < 3; i += 1) await wavesOf(stay.associationId, toMs - 60_000, toMs);
    const looks = await until('the looks in the audit trail', async () => {
      const { records } = (await auditor.get('/api/audit?action=waves-viewed&limit=100')).body;
      const own = records.filter((record: { associationId?: string }) => record.associationId === stay.associationId);
      return own.length > 0 && own;
    });
    expect(looks).toHaveLength(1);
    expect(looks[0]).toMatchObject({ ward: 'icu', bed: '6' });
    expect(JSON.stringify(looks[0])).toContain('The nurse');
    expect(looks[0].detail).toMatch(/^from \S+Z to \S+Z$/);
  });

  it.each([
    ['an empty time', 0, 0],
    ['a time that ends before it begins', 10_000, 0],
    ['more than five minutes', 0, 300_001],
  ])('a request for waves with %s is refused', async (_, fromMs, toMs) => {
    const t0 = Date.now() - 600_000;
    const answer = await ask(nurse, 'assoc-unknown', t0 + fromMs, t0 + toMs);
    expect([answer.status, answer.body.code]).toEqual([400, 'time-invalid']);
  });
});

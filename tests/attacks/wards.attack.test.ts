/**
 * A nurse of one ward tries to see or change the other ward. She uses every route and message of the running server
 * that can name a patient, a bed, a device or an alarm. The test asks the server for its routes, and fails if a route
 * has no rule here.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Watch } from '../../dashboard/protocol/live.ts';
import { closeCodes } from '../../dashboard/protocol/pace.ts';
import type { Answer, Browser } from '../../dashboard/server/browser.testing.ts';
import { connectDevice, type TestDevice } from '../device.ts';
import { until } from '../system.ts';
import { admit, loggedInBrowser, product, refusalsOf, routesOfServer, snapshotOfAllWards } from './attacker.ts';

const address = '127.0.2.1';
/** Data of the other ward, which no answer may contain. */
const secret = { familyName: 'Wolverine-Secret', bed: 'SD-5', deviceId: 'spare-01' };

let attacker: Browser;
let ownAssociationId: string;
let victim: { readonly associationId: string; readonly alarmId: string };
let device: TestDevice;

beforeAll(async () => {
  const stepNurse = await loggedInBrowser('step-nurse', address);
  const associationId = await admit(stepNurse, secret.deviceId, 'step-down', secret.bed, secret.familyName);
  device = await connectDevice(product, secret.deviceId);
  const live = await stepNurse.live({ type: 'watch', scope: { ward: 'step-down' }, waves: null });
  const alarmId = await until('an alarm on the other ward', async () => {
    await device.observe({ MDC_ECG_HEART_RATE: 188 });
    await sleep(900);
    const alarms = [...live.of('snapshot'), ...live.of('delta')].flatMap((message) => message.alarms);
    return alarms.find((alarm) => alarm.associationId === associationId && alarm.kind === 'physiological')?.alarmId;
  });
  live.close();
  victim = { associationId, alarmId };
  attacker = await loggedInBrowser('nurse', address);
  ownAssociationId = await admit(attacker, 'spare-02', 'icu', 'ICU-5', 'Ownpatient');
}, 180_000);

afterAll(async () => {
  await device?.close();
});

type Ids = {
  readonly associationId: string;
  readonly deviceId: string;
  readonly alarmId: string;
  readonly ward: string;
};

/** Ids of the patient in the other ward, and the id of that ward. */
const victimIds = (): Ids => ({ ...victim, deviceId: secret.deviceId, ward: 'step-down' });
/** Ids that no patient, device, alarm or ward has. */
const unusedIds: Ids = {
  associationId: '01890000-0000-7000-8000-000000000000',
  deviceId: 'bed-00-is-not-there',
  alarmId: 'alarm-of-nobody-0123456789',
  ward: 'no-such-ward',
};

const hourAgo = () => new Date(Date.now() - 3_600_000).toISOString();
const minuteAgo = () => new Date(Date.now() - 60_000).toISOString();
const now = () => new Date().toISOString();

/**
 * What the attacker sends to a route, by kind:
 * - `hidden`: the request names a patient of the other ward, or the ward. The answer must be the same as for unused
 * ids.
 * - `refused`: the request names a patient of the other ward. The answer for unused ids may differ, because an unused
 * id may become valid.
 * - `of-role`: no nurse may use the route.
 * - `own`: the request names no patient, and the answer holds only data that the account may see.
 */
type Rule =
  | { readonly kind: 'hidden' | 'refused'; readonly body?: object; readonly query?: () => string }
  | { readonly kind: 'of-role'; readonly body?: object }
  | { readonly kind: 'own'; readonly query?: () => string };

const place = { ward: 'icu', bed: 'ICU-6' };
const assignment = { version: 0, assignmentId: '01890000-0000-4000-8000-000000000000' };
/** Returns an instant without milliseconds, as a person writes it into a CSV file. */
const csvTime = (instant: string) => `${instant.slice(0, 19)}Z`;
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const rules: Readonly<Record<string, Rule>> = {
  'POST /api/login': { kind: 'own' },
  'GET /api/session': { kind: 'own' },
  'POST /api/logout': { kind: 'own' },
  'POST /api/lock': { kind: 'own' },
  'GET /api/preferences': { kind: 'own' },
  'POST /api/preferences': { kind: 'own' },
  'POST /api/unlock': { kind: 'own' },
  'POST /api/ticket': { kind: 'own' },
  'GET /healthz': { kind: 'own' },
  'GET /api/wards': { kind: 'own' },
  'GET /api/devices': { kind: 'own' },
  'GET /api/device-events': { kind: 'own' },
  'GET /api/places': { kind: 'own' },
  'GET /api/duties/waiting': { kind: 'own' },
  'GET /api/audit': { kind: 'of-role' },
  'GET /api/alarm-review': { kind: 'own' },
  'GET /api/ward-overview': { kind: 'own' },
  'POST /api/alarm-review/export': { kind: 'own' },
  'POST /api/audit/search': { kind: 'of-role', body: {} },
  'POST /api/audit/export': { kind: 'of-role', body: { format: 'csv' } },
  'GET /api/associations/{associationId}': { kind: 'hidden' },
  'GET /api/associations/{associationId}/trends': {
    kind: 'hidden',
    query: () => `?codes=MDC_ECG_HEART_RATE&from=${hourAgo()}&to=${now()}`,
  },
  'GET /api/associations/{associationId}/trends/table': {
    kind: 'hidden',
    query: () => `?codes=MDC_ECG_HEART_RATE&from=${hourAgo()}&to=${now()}&minutes=5`,
  },
  'GET /api/associations/{associationId}/trends/news2': {
    kind: 'hidden',
    query: () => `?from=${hourAgo()}&to=${now()}&stepMs=60000&pick=last`,
  },
  'POST /api/associations/{associationId}/trends/table/export': {
    kind: 'hidden',
    body: { codes: 'MDC_ECG_HEART_RATE', from: hourAgo(), to: now(), minutes: 5 },
  },
  'GET /api/associations/{associationId}/waves': { kind: 'hidden', query: () => `?from=${minuteAgo()}&to=${now()}` },
  'GET /api/associations/{associationId}/wave-times': { kind: 'hidden' },
  'POST /api/alarms/{alarmId}/acknowledge': { kind: 'hidden', body: { rev: 1 } },
  'GET /api/alarms/{alarmId}/explain': { kind: 'hidden' },
  'GET /api/alarms/{alarmId}/strip': { kind: 'hidden' },
  'GET /api/strips': { kind: 'own', query: () => `?bed=${secret.bed}&from=${hourAgo()}&to=${now()}` },
  'POST /api/associations/{associationId}/pause-audio': { kind: 'hidden', body: { forMs: 60_000 } },
  'POST /api/associations/{associationId}/limits': {
    kind: 'hidden',
    body: { group: 'HR', limits: null, seenAt: null },
  },
  'POST /api/associations/{associationId}/assessment': { kind: 'hidden', body: { consciousness: 'A' } },
  'POST /api/associations/{associationId}/standby': { kind: 'hidden', body: { reason: 'Imaging', forMs: 60_000 } },
  'DELETE /api/associations/{associationId}/standby': { kind: 'hidden' },
  'POST /api/associations/{associationId}/note': { kind: 'hidden', body: { text: 'Fasting from 22:00', seen: null } },
  'POST /api/associations/{associationId}/tasks': { kind: 'hidden', body: { act: 'written', text: 'Blood gas' } },
  'POST /api/associations/{associationId}/what-if': { kind: 'hidden', body: { group: 'HR' } },
  'POST /api/devices/{deviceId}/associations': { kind: 'refused', body: { ...place, patient: null, version: null } },
  'POST /api/devices/{deviceId}/move': { kind: 'hidden', body: { ...place, version: 1 } },
  'POST /api/devices/{deviceId}/associations/{associationId}/patient': {
    kind: 'hidden',
    body: { version: 1, changes: { familyName: 'Stolen' } },
  },
  'DELETE /api/devices/{deviceId}/associations/{associationId}': { kind: 'hidden' },
  'POST /api/wards/{ward}/sound': { kind: 'hidden', body: { screen: '01890000-0000-4000-8000-000000000000' } },
  'DELETE /api/wards/{ward}/sound': { kind: 'hidden' },
  'POST /api/wards/{ward}/sound/display': { kind: 'hidden' },
  'POST /api/wards/{ward}/sound/test': {
    kind: 'hidden',
    body: { screen: '01890000-0000-4000-8000-000000000000' },
  },
  'POST /api/wards/{ward}/sound/test/answer': {
    kind: 'hidden',
    body: { test: '01890000-0000-4000-8000-000000000000', heard: true },
  },
  'GET /api/wards/{ward}/shift': { kind: 'hidden', query: () => `?from=${hourAgo()}` },
  'GET /api/wards/{ward}/assignments': { kind: 'hidden' },
  'GET /api/wards/{ward}/assignments/outcome': { kind: 'hidden', query: () => '?act=away' },
  'POST /api/wards/{ward}/assignments': {
    kind: 'hidden',
    body: { version: 0, duty: 'nurse', beds: [secret.bed], userId: 'nurse', from: now(), until: inAnHour() },
  },
  'POST /api/wards/{ward}/assignments/accept': { kind: 'hidden', body: assignment },
  'POST /api/wards/{ward}/assignments/end': { kind: 'hidden', body: assignment },
  'POST /api/wards/{ward}/assignments/decline': { kind: 'hidden', body: { ...assignment, reason: 'Not mine' } },
  'POST /api/wards/{ward}/assignments/away': { kind: 'hidden', body: { version: 0, until: inAnHour() } },
  'POST /api/wards/{ward}/assignments/back': { kind: 'hidden', body: { version: 0 } },
  'POST /api/wards/{ward}/assignments/cover': {
    kind: 'hidden',
    body: { version: 0, awayId: '01890000-0000-4000-8000-000000000000', isRejected: true },
  },
  'POST /api/wards/{ward}/assignments/csv': {
    kind: 'hidden',
    body: {
      version: 0,
      lines: ['duty,beds,user,from,until', `nurse,${secret.bed},nurse,${csvTime(now())},${csvTime(inAnHour())}`],
    },
  },
  'GET /api/wards/{ward}/reach': { kind: 'hidden' },
  'GET /api/wards/{ward}/who': {
    kind: 'hidden',
    query: () => `?bed=${secret.bed}&kind=physiological&priority=high`,
  },
  'POST /api/calls/{alarmId}/answer': { kind: 'hidden', body: { round: 1, answer: 'accepted' } },
  'GET /api/reach': { kind: 'own' },
  'POST /api/reach': { kind: 'own' },
  'DELETE /api/reach/{reachId}': { kind: 'own' },
  'GET /api/accounts': { kind: 'of-role' },
  'POST /api/accounts': {
    kind: 'of-role',
    body: { proof: '', userId: 'evil', name: 'Evil', role: 'administrator', wards: ['*'] },
  },
  'POST /api/accounts/proof': { kind: 'of-role', body: { password: 'a guessed password' } },
  'POST /api/accounts/{userId}': { kind: 'of-role', body: { proof: '', revision: '', act: { type: 'disable' } } },
  'POST /api/password': { kind: 'own' },
  'GET /api/push-key': { kind: 'own' },
  'POST /api/push-receipt': { kind: 'own' },
};

function call(route: string, rule: Rule, ids: Ids): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ');
  const filled = path.replace(/\{(\w+)\}/g, (_, name: keyof Ids) => encodeURIComponent(ids[name]));
  const query = 'query' in rule && rule.query !== undefined ? rule.query() : '';
  return attacker.call(method, `${filled}${query}`, 'body' in rule ? rule.body : undefined);
}

/** Returns the data of the other ward that a text contains. */
const secretsIn = (text: string) => Object.values({ ...secret, ...victim }).filter((word) => text.includes(word));

/** Returns the data of the other ward's bed that only acts of persons change. */
async function bedOfVictim() {
  const { bed } = (
    await (await loggedInBrowser('step-nurse', address)).get(`/api/associations/${victim.associationId}`)
  ).body;
  const { ward, bed: bedName, patient, limits, standby, scores, note, tasks, device: monitor } = bed;
  return {
    ward,
    bedName,
    patient,
    limits,
    standby,
    note,
    tasks,
    entered: scores?.assessment ?? null,
    deviceId: monitor.deviceId,
  };
}

describe('a nurse and another ward', () => {
  it('every route that the running server has is covered by a rule of this test', async () => {
    const routes = await routesOfServer(attacker);
    expect(routes.length).toBeGreaterThan(20);
    expect(routes.filter((route) => rules[route] === undefined)).toEqual([]);
    expect(Object.keys(rules).filter((route) => !routes.includes(route))).toEqual([]);
  });

  it('every route answers a nurse as if the patient of another ward did not exist, and changes nothing; the audit trail has each refusal', async () => {
    const bedBefore = await bedOfVictim();
    for (const [route, rule] of Object.entries(rules)) {
      if (rule.kind !== 'hidden' && rule.kind !== 'refused') continue;
      const answer = await call(route, rule, victimIds());
      expect([route, answer.status]).toEqual([route, 404]);
      expect([route, secretsIn(JSON.stringify([answer.body, answer.headers]))]).toEqual([route, []]);
      if (rule.kind === 'refused') continue;
      const answerForUnusedIds = await call(route, rule, unusedIds);
      expect([route, answerForUnusedIds.status, answerForUnusedIds.body]).toEqual([route, answer.status, answer.body]);
    }
    expect(await bedOfVictim()).toEqual(bedBefore);
    const routesWithPatient = Object.values(rules).filter(({ kind }) => kind === 'hidden' || kind === 'refused');
    const auditor = await loggedInBrowser('auditor', address);
    const refused = await until('each refusal in the audit trail', async () => {
      const refusals = (await refusalsOf(auditor, 'nurse')).filter((entry) => entry.address === address);
      return refusals.length >= routesWithPatient.length && refusals;
    });
    expect(refused.every(({ verified, session }) => verified && session !== undefined)).toBe(true);
    const aboutVictim = refused.filter(
      (entry) =>
        entry.patientId === `P-${secret.deviceId}` ||
        entry.detail?.includes(secret.deviceId) ||
        entry.ward === 'step-down',
    );
    expect(aboutVictim.length).toBeGreaterThanOrEqual(routesWithPatient.length);
  });

  it('a nurse gets no data of another ward from the routes that every account may use', async () => {
    for (const [route, rule] of Object.entries(rules)) {
      if (rule.kind !== 'own' || !route.startsWith('GET')) continue;
      const { status, body } = await call(route, rule, unusedIds);
      expect([route, status, secretsIn(JSON.stringify(body))]).toEqual([route, 200, []]);
      expect([route, JSON.stringify(body).includes('step-down')]).toEqual([route, false]);
    }
    for (const [route, rule] of Object.entries(rules))
      if (rule.kind === 'of-role') expect([route, (await call(route, rule, unusedIds)).status]).toEqual([route, 403]);
  });

  it('a nurse cannot assign a device to a patient or a bed of another ward', async () => {
    const acts: [string, object][] = [
      ['/api/devices/spare-02/move', { ward: 'step-down', bed: 'SD-6', version: 1 }],
      ['/api/devices/spare-02/move', { ward: 'step-down', bed: secret.bed, version: 1 }],
      ['/api/devices/spare-03/associations', { ward: 'step-down', bed: 'SD-6', patient: null, version: null }],
      [
        '/api/devices/spare-03/associations',
        {
          ...{ ward: 'step-down', bed: secret.bed },
          patient: null,
          samePatientAs: victim.associationId,
          version: null,
        },
      ],
      [
        '/api/devices/spare-03/associations',
        { ...place, patient: null, samePatientAs: victim.associationId, version: null },
      ],
    ];
    for (const [path, body] of acts) {
      const answer = await attacker.post(path, body);
      expect([path, body, [403, 404, 409].includes(answer.status)]).toEqual([path, body, true]);
      expect(secretsIn(JSON.stringify(answer.body))).toEqual([]);
    }
    const { beds } = await snapshotOfAllWards(await loggedInBrowser('chief', address));
    expect(beds.find(({ associationId }) => associationId === ownAssociationId)).toMatchObject({
      ward: 'icu',
      bed: 'ICU-5',
    });
    expect(beds.filter(({ device: { deviceId } }) => deviceId === 'spare-03' && deviceId !== null)).toEqual([]);
  });

  it('a nurse gets no data of another ward over the live connection', async () => {
    const refused: Watch['scope'][] = [
      { ward: 'step-down' },
      { associationId: victim.associationId },
      { ward: 'STEP-DOWN' },
      { ward: 'step-down ' },
      { associationId: unusedIds.associationId },
    ];
    for (const scope of refused) {
      const live = await attacker.live({ type: 'watch', scope, waves: null });
      // The server answers a name that no ward can have with "bad message".
      const codes = [closeCodes.notAllowed, closeCodes.badMessage] as number[];
      expect([scope, codes.includes(await live.closed)]).toEqual([scope, true]);
      expect(live.of('snapshot')).toEqual([]);
    }
    const theirWaves: Watch['waves'] = { associations: [victim.associationId], codes: ['MDC_ECG_ELEC_POTL_II'] };
    const live = await attacker.live({ type: 'watch', scope: { ward: '*' }, waves: theirWaves });
    await until('her own wards', () => live.of('snapshot').length === 1);
    await device.observe({ MDC_ECG_HEART_RATE: 189 });
    await until('later messages', () => live.of('delta').length > 3);
    // A device without a bed is in the tray of a ward. Other tests may have left such devices.
    const wards = live.of('snapshot')[0]?.beds.map(({ ward, tray }) => ward ?? tray ?? null);
    expect(new Set(wards)).toEqual(new Set(['icu']));
    expect(secretsIn(JSON.stringify(live.messages))).toEqual([]);
    // The nurse watches her own ward, and now asks for the other ward on the same connection.
    live.send({ type: 'watch', scope: { ward: 'step-down' }, waves: null });
    expect(await live.closed).toBe(closeCodes.notAllowed);
    expect(secretsIn(JSON.stringify(live.messages))).toEqual([]);
  });

  it('a nurse gets no data of another ward when she resumes the server’s stream at a number that the chief physician got', async () => {
    const chief = await loggedInBrowser('chief', address);
    const { stream, n } = await snapshotOfAllWards(chief);
    const live = await attacker.live({
      type: 'watch',
      scope: { ward: 'icu' },
      waves: null,
      resume: { stream, n: n - 50 },
    });
    await until('the messages since that number', () => live.of('delta').length + live.of('snapshot').length > 2);
    expect(secretsIn(JSON.stringify(live.messages))).toEqual([]);
    live.close();
  });
});

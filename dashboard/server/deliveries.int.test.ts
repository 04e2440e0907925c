/**
 * Tests the delivery of alarms in the dashboard with a real Kafka: what pages get, what they confirm and answer, and
 * who may do this. The test writes the records of the delivery process.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallView, DeliveryRecord, DeliveryView } from '../../contracts/messages/deliveries.ts';
import type { DeliveryCommand, ReachEntry } from '../../contracts/messages/delivery-commands.ts';
import type { AskedPages, DeliverySign } from '../../contracts/messages/delivery-progress.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import {
  type CalledWard,
  callOn,
  newestCalls,
  openPage,
  startCalledWard,
  viewOn,
  ward,
} from '../../tests/called-ward.ts';
import { figuresOf, openLogAs, until } from '../../tests/system.ts';
import type { Browser } from './browser.testing.ts';
import { callTo, viewOf } from './core/delivery-board.testing.ts';

const closing: (() => Promise<unknown>)[] = [];
let icu: CalledWard;
let delivery: SealedLog;
const commands: DeliveryCommand[] = [];
/** What the test, as the delivery process, replies to the next answers of persons; undefined: no reply. */
let answerSeen: { readonly taken: boolean; readonly reason?: string } | undefined = { taken: true };
let isSigning = true;

const loggedIn = (userId: string): Promise<Browser> => icu.loggedIn(userId);
const raiseAlarm: CalledWard['raiseAlarm'] = (kind) => icu.raiseAlarm(kind);

beforeAll(async () => {
  icu = await startCalledWard('calls');
  closing.push(icu.close);
  delivery = await openLogAs(icu.platform, 'delivery');
  closing.push(() => delivery.close());
  const signs = setInterval(() => isSigning && void sign(), 1_000);
  const table = await delivery.followTable(['delivery-commands'], (read) => {
    if (read?.record.contentType === contentTypes.deliveryCommand) takeCommand(read.record.body);
  });
  closing.push(table.close, async () => clearInterval(signs));
  await icu.takeDuties();
}, 240_000);

afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** Writes a sign of life, as the delivery process does. */
function sign(): Promise<unknown> {
  const body: DeliverySign = { at: new Date().toISOString(), state: 'active' };
  return delivery.append('presence', delivery.boot, contentTypes.deliverySign, body).catch(() => {});
}

function takeCommand(command: DeliveryCommand): void {
  commands.push(command);
  if (command.type !== 'answer' || answerSeen === undefined) return;
  const { commandId, alarmId, answer, by } = command;
  const event = { commandId, alarmId, answer, userId: by.userId, ...answerSeen } as const;
  void deliver({ event: { type: 'answer-seen', atMs: Date.now(), ...event } });
}

const deliver = (record: DeliveryRecord) => delivery.append('deliveries', 'deliveries', contentTypes.delivery, record);

const callAbout = (userId: string, alarmId: string, fields: Partial<CallView> = {}): CallView =>
  callTo(userId, {
    ...{ callId: `${alarmId}/1/${userId}`, name: `Name of ${userId}`, calledAtMs: Date.now() },
    ...fields,
  });

/** Writes that an alarm calls these persons, as the delivery process does. */
async function call(alarmId: string, calls: readonly CallView[], fields: Partial<DeliveryView> = {}): Promise<void> {
  const place = { alarmId, associationId: icu.associationId, ward, bed: '1' };
  const after: DeliveryView = viewOf(1, calls, { ...place, dueAtMs: Date.now() + 60_000, ...fields });
  await deliver({ event: { type: 'repeat-skipped', alarmId, atMs: Date.now(), dueAtMs: Date.now() }, after });
}

const receiptsOf = (alarmId: string) =>
  commands.flatMap((command) =>
    command.type === 'receipt' && command.calls.some((confirmed) => confirmed.alarmId === alarmId) ? [command] : [],
  );

describe('an alarm that calls a person', () => {
  it('the screens of the ward show the delivery of an alarm, and the page of the called person shows the call', async () => {
    const [anna, ben] = await Promise.all([loggedIn('anna'), loggedIn('ben')]);
    const [annasPage, bensPage] = await Promise.all([openPage(anna), openPage(ben)]);
    const alarmId = await raiseAlarm();
    await call(alarmId, [callAbout('anna', alarmId)]);
    expect(await callOn(annasPage, alarmId)).toMatchObject({
      ...{ callId: `${alarmId}/1/anna`, round: 1, next: 'Name of ben', ward },
      ...{ alarm: { text: 'HR 151 > 120' }, bed: { bed: '1', patient: { familyName: 'Wolverine-Secret' } } },
    });
    await until('the delivery on the screen of another person', () => viewOn(bensPage, alarmId)?.phase === 'calling');
    expect(newestCalls(bensPage).map(({ alarm }) => alarm.alarmId)).not.toContain(alarmId);

    await call(alarmId, [callAbout('anna', alarmId, { outcome: 'rejected' }), callAbout('ben', alarmId)]);
    expect((await callOn(bensPage, alarmId)).callId).toBe(`${alarmId}/1/ben`);
    await until('the rejection', () => viewOn(bensPage, alarmId)?.calls[0]?.outcome === 'rejected');
    await call(alarmId, [callAbout('ben', alarmId)], { phase: 'repeating', notice: 'nobody-answers' });
    await until('the notice of the ward', () => viewOn(annasPage, alarmId)?.notice === 'nobody-answers');

    await deliver({ event: { type: 'alarm-cleared', alarmId, atMs: Date.now() }, after: null });
    await until('the end of the call', () => newestCalls(bensPage).every(({ alarm }) => alarm.alarmId !== alarmId));
    await until('the end of the delivery', () => annasPage.of('deliveries').some(({ gone }) => gone.includes(alarmId)));
    annasPage.close();
    bensPage.close();
  });

  it('the page of a called person shows a call only if the person may see the ward and this kind of alarm', async () => {
    const alarmId = await raiseAlarm();
    const [stranger, tech] = await Promise.all([loggedIn('stranger'), loggedIn('tech')]);
    const strangersPage = await openPage(stranger, 'other');
    const techsPage = await openPage(tech);
    await call(alarmId, [callAbout('stranger', alarmId), callAbout('tech', alarmId)]);
    const technicalId = await raiseAlarm('technical');
    await call(technicalId, [callAbout('tech', technicalId)], { kind: 'technical' });
    expect(await callOn(techsPage, technicalId)).toMatchObject({ bed: { patient: null, values: [] } });
    // The pages got everything that was written before this call.
    for (const page of [strangersPage, techsPage]) {
      expect(newestCalls(page).map(({ alarm }) => alarm.alarmId)).not.toContain(alarmId);
      expect(viewOn(page, alarmId)).toBeUndefined();
      expect(JSON.stringify(page.messages)).not.toContain('Wolverine-Secret');
    }
    const oneBed = await (await loggedIn('anna')).live({
      type: 'watch',
      scope: { associationId: icu.associationId },
      waves: null,
    });
    await until('the snapshot', () => oneBed.of('snapshot').length > 0);
    oneBed.send({ type: 'want-deliveries' });
    await until('the deliveries of one bed', () => viewOn(oneBed, alarmId) !== undefined);
    oneBed.send({ type: 'watch', scope: { ward: '*' }, waves: null });
    await until(
      'all deliveries after a new scope',
      () => oneBed.of('deliveries').filter(({ complete }) => complete).length === 2,
    );
    for (const page of [strangersPage, techsPage, oneBed]) page.close();
  });
});

describe('the confirmations of a page', () => {
  it('when a page confirms calls, the server writes one receipt for each call of its person, and none for calls of others', async () => {
    const page = await openPage(await loggedIn('anna'));
    const alarmId = await raiseAlarm();
    await call(alarmId, [callAbout('ben', alarmId), callAbout('anna', alarmId)]);
    const { callId } = await callOn(page, alarmId);
    const ofBen = { alarmId, callId: `${alarmId}/1/ben` };
    const painted = { type: 'calls-painted', calls: [{ alarmId, callId }, ofBen, { alarmId: 'x'.repeat(16), callId }] };
    page.send(painted);
    page.send(painted);
    await until('the receipt', () => receiptsOf(alarmId).length > 0);
    const next = await raiseAlarm();
    await call(next, [callAbout('anna', next)]);
    const nextCall = await callOn(page, next);
    page.send({ type: 'calls-painted', calls: [{ alarmId: next, callId: nextCall.callId }] });
    await until('the receipt of the next call', () => receiptsOf(next).length > 0);
    expect(receiptsOf(alarmId)).toMatchObject([
      { by: { userId: 'anna' }, channel: 'screen', stage: 'painted', calls: [{ alarmId, callId }] },
    ]);
    const { figures } = await figuresOf(icu.dashboard);
    expect(Number(/^vigil_dashboard_unknown_receipts_total (\d+)/m.exec(figures)?.[1])).toBeGreaterThanOrEqual(2);
    expect(figures).toMatch(/^vigil_call_painted_seconds_count [1-9]/m);
    page.close();
  });

  it('a page can confirm the canary of its person; its confirmation of the canary of another person is ignored', async () => {
    const page = await openPage(await loggedIn('anna'));
    const [checkId, foreignId] = [randomUUID(), randomUUID()];
    const asked = [
      { userId: 'ben', checkId: foreignId, atMs: Date.now() },
      { userId: 'anna', checkId, atMs: Date.now() },
    ];
    const body: AskedPages = { at: new Date().toISOString(), asked };
    // The delivery process repeats the record until the pages answer.
    for (let count = 0; count < 2; count += 1)
      await delivery.append('canary', delivery.boot, contentTypes.askedPages, body);
    await until('the canary', () => page.of('calls').some((message) => message.checkId === checkId));
    page.send({ type: 'calls-painted', calls: [], checkId: foreignId });
    page.send({ type: 'calls-painted', calls: [], checkId });
    const checks = () => commands.flatMap((command) => (command.type === 'check-receipt' ? [command] : []));
    await until('the receipt of the canary', () => checks().some((command) => command.checkId === checkId));
    expect(checks().map((command) => command.checkId)).toEqual([checkId]);
    expect(page.of('calls').some((message) => message.checkId === foreignId)).toBe(false);
    page.close();
  });

  it('a confirmation that is not a valid message ends the connection', async () => {
    const page = await openPage(await loggedIn('anna'));
    page.send({ type: 'calls-painted', calls: [{ alarmId: 'short', callId: 'x' }] });
    expect(await page.closed).toBe(4003);
  });

  it('the service worker can confirm calls of its person, even in a locked session, but no calls of others', async () => {
    const anna = await loggedIn('anna');
    const alarmId = await raiseAlarm();
    await call(alarmId, [callAbout('anna', alarmId), callAbout('ben', alarmId)]);
    expect((await anna.post('/api/lock')).status).toBeLessThan(300);
    const calls = ['anna', 'ben'].map((userId) => ({ alarmId, callId: `${alarmId}/1/${userId}` }));
    expect((await anna.post('/api/push-receipt', { calls })).status).toBe(204);
    await until('the receipt', () => receiptsOf(alarmId).length > 0);
    expect(receiptsOf(alarmId)).toMatchObject([
      { by: { userId: 'anna' }, channel: 'push', stage: 'on-device', calls: [{ callId: `${alarmId}/1/anna` }] },
    ]);
  });
});

describe('the answer of a person', () => {
  const answer = async (userId: string, alarmId: string, wanted: 'accepted' | 'rejected' = 'accepted') =>
    (await loggedIn(userId)).post(`/api/calls/${alarmId}/answer`, { round: 1, answer: wanted });
  async function calledAlarm(): Promise<string> {
    const page = await openPage(await loggedIn('ben'));
    const alarmId = await raiseAlarm();
    await call(alarmId, [callAbout('ben', alarmId)]);
    await callOn(page, alarmId);
    page.close();
    return alarmId;
  }

  it('the result of an answer is the result that the delivery process writes; before that, the result is unknown', async () => {
    const alarmId = await calledAlarm();
    expect(await answer('ben', alarmId)).toMatchObject({ status: 200, body: { result: 'taken' } });
    answerSeen = { taken: false, reason: 'Anna has accepted.' };
    const refused = await answer('ben', alarmId, 'rejected');
    expect(refused).toMatchObject({ status: 200, body: { result: 'no-effect', reason: 'Anna has accepted.' } });
    answerSeen = undefined;
    expect(await answer('ben', alarmId)).toMatchObject({ status: 202, body: { result: 'unknown' } });
    answerSeen = { taken: true };
    const written = commands.flatMap((command) => (command.type === 'answer' ? [command] : []));
    expect(written.map(({ by, round, ...sent }) => [by.userId, sent.answer, round])).toEqual([
      ['ben', 'accepted', 1],
      ['ben', 'rejected', 1],
      ['ben', 'accepted', 1],
    ]);
    const auditor = await loggedIn('auditor');
    const records = await until('the records of the answers', async () => {
      const { body } = await auditor.get('/api/audit?userId=ben');
      const acts = body.records.filter((record: { action: string }) => record.action.startsWith('call-'));
      return acts.length >= 3 && acts;
    });
    expect(records[0]).toMatchObject({ alarmId, ward, verified: true });
  });

  it.each([
    ['a nurse that the alarm has not called', 'anna', 403],
    ['a nurse of another ward', 'stranger', 404],
    ['a technician, about a physiological alarm', 'tech', 404],
    ['an auditor', 'auditor', 403],
  ])('an answer of %s is refused and not written', async (_, userId, status) => {
    const alarmId = await calledAlarm();
    const before = commands.length;
    expect((await answer(userId, alarmId)).status).toBe(status);
    expect(commands.slice(before).filter(({ type }) => type === 'answer')).toEqual([]);
  });
});

describe('the ways to be reached', () => {
  const subscription = (n: number) => ({
    channel: 'push',
    label: `Phone ${n}`,
    endpoint: `https://push.example/secret-${n}`,
    p256dh: `B${'secret'.padEnd(86, 'A')}`,
    auth: 'secret'.padEnd(22, 'A'),
  });

  it('only the person herself can see (without secrets), change and remove her ways to be reached', async () => {
    const [anna, ben] = await Promise.all([loggedIn('anna'), loggedIn('ben')]);
    const added = await anna.post('/api/reach', subscription(1));
    expect(added.status).toBe(201);
    const { reachId } = added.body;
    const own = await anna.get('/api/reach');
    expect(own.body).toMatchObject({
      entries: [{ reachId, channel: 'push', label: 'Phone 1', address: 'push.example', state: { state: 'unknown' } }],
      offers: { push: true, mail: true },
    });
    expect(JSON.stringify(own.body)).not.toContain('secret');
    expect((await ben.get('/api/reach')).body.entries).toEqual([]);
    expect((await ben.call('DELETE', `/api/reach/${reachId}`)).status).toBe(404);
    expect((await ben.post('/api/reach', subscription(1))).status).toBe(409);
    // The page that adds its own subscription again keeps the entry and its id.
    expect((await anna.post('/api/reach', { ...subscription(1), label: 'New' })).body).toEqual({ reachId });
    expect((await anna.get('/api/reach')).body.entries).toMatchObject([{ reachId, label: 'New' }]);
    expect((await anna.call('DELETE', `/api/reach/${reachId}`)).status).toBe(204);
    expect((await anna.get('/api/reach')).body.entries).toEqual([]);
  });

  it.each<[string, object, number]>([
    ['a host that is not allowed', { ...subscription(2), endpoint: 'https://evil.example/x' }, 400],
    ['a private address', { ...subscription(2), endpoint: 'https://127.0.0.1/x' }, 400],
    ['http', { ...subscription(2), endpoint: 'http://push.example/x' }, 400],
    ['invalid keys', { ...subscription(2), auth: 'x' }, 400],
    ['a mail address outside the hospital', { channel: 'mail', label: 'Mail', address: 'anna@evil.example' }, 400],
    ['two mail addresses', { channel: 'mail', label: 'Mail', address: 'a@hospital.example,b@evil.example' }, 400],
    ['a webhook', { channel: 'webhook', label: 'Pager', url: 'https://push.example/', secret: 'whsec_hidden' }, 400],
    ['a member for another person', { ...subscription(2), userId: 'ben' }, 400],
  ])(
    'a new way to be reached with %s is refused, and the answer does not repeat the address',
    async (_, body, status) => {
      const anna = await loggedIn('anna');
      const answer = await anna.post('/api/reach', body);
      expect(answer.status).toBe(status);
      expect(JSON.stringify(answer.body)).not.toMatch(/evil|127\.0\.0\.1|secret-|hidden/);
    },
  );

  it('the delivery process gets the language of the page with an entry, and then the language that the person chooses', async () => {
    const anna = await loggedIn('anna');
    const entries = new Map<string, ReachEntry | null>();
    const table = await delivery.followTable(['reach'], (read, { key }) => {
      if (read === null) entries.set(key, null);
      else if (read.record.contentType === contentTypes.reach) entries.set(key, read.record.body);
    });
    const { reachId } = (await anna.post('/api/reach', { ...subscription(7), language: 'de' })).body;
    const added = await until('the entry', () => entries.get(reachId));
    expect(added).toMatchObject({ language: 'de' });
    expect((await anna.post('/api/preferences', { language: 'en' })).status).toBe(200);
    const changed = await until('the new language', () => {
      const entry = entries.get(reachId);
      return entry?.language === 'en' && entry;
    });
    // The other members do not change: a new time in the entry would send a canary.
    expect(changed).toEqual({ ...added, language: 'en' });
    // The choice of the person counts more than the page.
    await anna.post('/api/reach', { ...subscription(7), language: 'de', label: 'New' });
    expect(
      await until('the new label', () => entries.get(reachId)?.label === 'New' && entries.get(reachId)),
    ).toMatchObject({
      language: 'en',
    });
    expect((await anna.call('DELETE', `/api/reach/${reachId}`)).status).toBe(204);
    await until('the end of the entry', () => entries.get(reachId) === null);
    await table.close();
  });

  it('a person can have at most five ways to be reached, even if she adds six at the same time', async () => {
    const ben = await loggedIn('ben');
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => ben.post('/api/reach', subscription(10 + n))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 201, 409]);
    const { entries } = (await ben.get('/api/reach')).body;
    expect(entries.length).toBe(5);
  });

  it('an auditor gets neither ways to be reached nor the public key of Web Push', async () => {
    const [auditor, anna] = await Promise.all([loggedIn('auditor'), loggedIn('anna')]);
    for (const path of ['/api/reach', '/api/push-key', `/api/wards/${ward}/reach`])
      expect([path, (await auditor.get(path)).status]).toEqual([path, 403]);
    expect((await anna.get('/api/push-key')).body.publicKey).toMatch(/^B[\w-]{86}$/);
  });
});

describe('the board of a ward', () => {
  it('the answer about a ward says who can be reached now', async () => {
    const reached = {
      type: 'reach-seen',
      atMs: Date.now(),
      name: 'x',
      channel: 'screen',
      checkId: randomUUID(),
    } as const;
    await deliver({ event: { ...reached, userId: 'anna', state: 'reached', stage: 'painted' } });
    await deliver({ event: { ...reached, userId: 'ben', state: 'down', reason: 'No page has answered.' } });
    const anna = await loggedIn('anna');
    const { body } = await until('the results', async () => {
      const answer = await anna.get(`/api/wards/${ward}/reach`);
      return answer.body.people?.[1]?.channels[0]?.state === 'down' && answer;
    });
    expect(body).toMatchObject({
      isRunning: true,
      people: [
        { userId: 'anna', duties: ['nurse'], isReached: true, channels: [{ channel: 'screen', stage: 'painted' }, {}] },
        { userId: 'ben', duties: ['buddy'], isReached: false, channels: [{ reason: 'No page has answered.' }, {}] },
      ],
    });
    expect((await (await loggedIn('stranger')).get(`/api/wards/${ward}/reach`)).status).toBe(404);
  });

  it('the route `who` says who would be called, and refuses another ward, an unknown bed and an earlier time', async () => {
    const anna = await loggedIn('anna');
    const who = (query: string, browser = anna) => browser.get(`/api/wards/${ward}/who?${query}`);
    const { body } = await who('bed=1&kind=physiological&priority=high');
    expect(body).toMatchObject({
      policyVersion: 'built-in-1',
      calls: [
        { afterMs: 0, userId: 'anna', duty: 'nurse', standing: 'accepted', waitMs: 60_000 },
        { afterMs: 60_000, userId: 'ben', duty: 'buddy' },
      ],
      empty: [{ duty: 'charge-nurse' }, { duty: 'physician' }],
    });
    expect((await who('bed=1&kind=physiological&priority=low')).body.notSent).toContain('only on the screens');
    expect((await who('bed=99&kind=physiological&priority=high')).status).toBe(400);
    const yesterday = new Date(Date.now() - 24 * 3_600_000).toISOString();
    expect((await who(`bed=1&kind=physiological&priority=high&at=${yesterday}`)).status).toBe(400);
    expect((await who('bed=1&kind=physiological&priority=high', await loggedIn('stranger'))).status).toBe(404);
  });
});

describe('a ward whose delivery process does not run', () => {
  it('if the delivery process does not run, the screens of the ward show a notice within seconds, until the process runs again', async () => {
    const page = await openPage(await loggedIn('anna'));
    const newest = () => page.of('heartbeat').at(-1)?.delivery;
    await until('signs of life', () => page.of('heartbeat').length > 0 && newest() === undefined);
    isSigning = false;
    await sign();
    const silentAtMs = Date.now();
    await until('the notice', () => newest()?.wards.includes(ward));
    process.stdout.write(`from the last sign of life to the notice on the screen: ${Date.now() - silentAtMs} ms\n`);
    expect((await figuresOf(icu.dashboard)).figures).toMatch(/^vigil_dashboard_delivery_up 0$/m);
    isSigning = true;
    await until('the end of the notice', () => newest() === undefined);
    page.close();
  });
});

/** Tests two dashboards with one Kafka: changes on both at the same time are decided one after the other. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { audienceOf, topicsOf } from '../../contracts/topics.ts';
import { cheapHash } from '../../tests/password-hash.ts';
import { connectFor, openLogAs, ownPorts, type RunningProcess, startProcess, until } from '../../tests/system.ts';
import type { BoardEntry } from '../protocol/assignments.ts';
import { type Account, readAccounts, writeAccounts } from './accounts/accounts.ts';
import { type Answer, type Browser, newBrowser, type Target } from './browser.testing.ts';

const password = 'a long enough phrase';
const run = randomUUID().slice(0, 6);
const ward = `two-${run}`;
const beds = Array.from({ length: 40 }, (_, at) => String(at + 1));
/** Two acts overlap only by chance, so each test is repeated. In each round exactly one act must win. */
const rounds = [1, 2, 3, 4, 5];

const processes: RunningProcess[] = [];
const targets: Target[] = [];
let anna: Browser;
let bert: Browser;

const accountsFile = join(mkdtempSync(join(tmpdir(), 'vigil-two-')), 'accounts.json');
const wardsFile = join(dirname(accountsFile), 'wards.json');

beforeAll(async () => {
  const hash = cheapHash(password);
  const account = (userId: string, name: string): [string, Account] => [
    userId,
    { userId, name, role: 'nurse', wards: [ward], password: hash, disabled: false },
  ];
  writeAccounts(accountsFile, new Map([account('anna', 'Anna'), account('bert', 'Bert')]));
  writeFileSync(wardsFile, JSON.stringify({ version: 1, wards: [{ ward, beds }] }));
  const gateway = await openLogAs(inject('platform'), 'gateway');
  const ids = rounds.flatMap((round) => [
    `m${round}`,
    ...[0, 1].flatMap((at) => [`p${round}-${at}`, `b${round}-${at}`]),
  ]);
  ids.push('note');
  for (const id of ids) await connectFor(inject('platform'), gateway, `two-${run}-${id}`);
  await gateway.close();
  anna = await start('anna');
  bert = await start('bert');
});

/** Starts a further dashboard, and logs in there. */
async function start(userId: string): Promise<Browser> {
  const platform = await ownPorts(inject('platform'));
  processes.push(
    await startProcess(platform, 'dashboard', { VIGIL_ACCOUNTS_FILE: accountsFile, VIGIL_WARDS_FILE: wardsFile }),
  );
  const target = {
    port: platform.httpPort,
    ca: readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8'),
    origin: `https://localhost:${platform.httpPort}`,
  };
  targets.push(target);
  const browser = newBrowser(target);
  expect((await browser.login(userId, password)).status).toBe(200);
  return browser;
}

afterAll(async () => {
  for (const running of processes) await running.close();
});

const patientOf = (patientId: string, familyName = 'Made') => ({
  patientId,
  familyName,
  givenName: 'Up',
  category: 'adult' as const,
});
const assign = (browser: Browser, deviceId: string, bed: string, patient: unknown, version: number | null = 0) =>
  browser.post(`/api/devices/${deviceId}/associations`, { ward, bed, patient, version });
const view = (browser: Browser, associationId: string) => browser.get(`/api/associations/${associationId}`);

/**
 * Sends a request, and sends it again if a busy server asks for this. If the server has saved the change but does not
 * show it yet, waits for the change. The answer then has the status `done` and the present association of the device.
 */
async function untilAnswered(deviceId: string, done: number, send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await send();
    if (answer.status !== 503) return answer;
    if (answer.body.message.startsWith('Nothing was changed')) continue;
    expect(answer.body.message).toContain('The change was saved');
    const current = async () => {
      const { body } = await anna.get('/api/devices');
      return body.devices.find((entry: { device: { deviceId: string } }) => entry.device.deviceId === deviceId)
        ?.current;
    };
    await until('the saved change', async () => (await current()) !== undefined);
    return { ...answer, status: done, body: await current() };
  }
}

const admit = (browser: Browser, deviceId: string, bed: string, patientId: string) =>
  untilAnswered(deviceId, 201, () => assign(browser, deviceId, bed, patientOf(patientId)));

/** Returns the indexes of the accepted and of the refused act. Fails if not exactly one act was accepted. */
function judged(answers: readonly Answer[], done: number): { won: number; lost: number } {
  const statuses = answers.map(({ status }) => status);
  expect(statuses.toSorted((a, b) => a - b)).toEqual([done, 409]);
  return { won: statuses.indexOf(done), lost: statuses.indexOf(409) };
}

/** Waits until both dashboards show these data of an association. */
async function bothShow(associationId: string, what: { bed?: string; familyName?: string; patientId?: string }) {
  for (const browser of [anna, bert])
    await until('the same on both', async () => {
      const { body } = await view(browser, associationId);
      const { familyName, patientId } = body.bed?.patient ?? {};
      return Object.entries(what).every(
        ([field, value]) => ({ bed: body.bed?.bed, familyName, patientId })[field as 'bed'] === value,
      );
    });
}

describe('two people who change one thing at the same time, on two dashboards', () => {
  it.each(rounds)('one of two moves is done, and the other person learns who made it (round %i)', async (round) => {
    const deviceId = `two-${run}-m${round}`;
    const admitted = await admit(anna, deviceId, String(round), `M-${round}`);
    expect(admitted.status).toBe(201);
    const { associationId } = admitted.body;
    await bothShow(associationId, { bed: String(round) });
    const targets = [String(10 + round), String(20 + round)];
    const answers = await Promise.all(
      [anna, bert].map((browser, at) =>
        untilAnswered(deviceId, 200, () =>
          browser.post(`/api/devices/${deviceId}/move`, { ward, bed: targets[at], version: 1 }),
        ),
      ),
    );
    const { won, lost } = judged(answers, 200);
    expect(answers[lost]!.body).toMatchObject({ code: 'conflict', version: 2 });
    expect(answers[lost]!.body.message).toContain(['Anna', 'Bert'][won]);
    expect(answers[lost]!.body.changes).toMatchObject([{ act: 'moved', fields: [{ field: 'bed', to: targets[won] }] }]);
    await bothShow(associationId, { bed: targets[won]! });
  });

  it.each(rounds)(
    'one of two corrections is stored completely, without parts of the other (round %i)',
    async (round) => {
      const deviceId = `two-${run}-m${round}`;
      const { body } = await anna.get('/api/devices');
      const { current, version } = body.devices.find(
        (entry: { device: { deviceId: string } }) => entry.device.deviceId === deviceId,
      );
      const { associationId } = current;
      const wanted = [
        { patientId: `A-${round}`, familyName: 'Annas' },
        { patientId: `B-${round}`, familyName: 'Berts' },
      ];
      await until('both know the version', async () => (await view(bert, associationId)).body.version === version);
      const answers = await Promise.all(
        [anna, bert].map((browser, at) =>
          untilAnswered(deviceId, 200, () =>
            browser.post(`/api/devices/${deviceId}/associations/${associationId}/patient`, {
              version,
              changes: wanted[at],
            }),
          ),
        ),
      );
      const { won } = judged(answers, 200);
      await bothShow(associationId, wanted[won]!);
    },
  );

  it.each(rounds)('one patient is not admitted twice at two devices (round %i)', async (round) => {
    const answers = await Promise.all(
      [anna, bert].map((browser, at) => admit(browser, `two-${run}-p${round}-${at}`, String(30 + at), `P-${round}`)),
    );
    const { won } = judged(answers, 201);
    const { associationId } = answers[won]!.body;
    await bothShow(associationId, { patientId: `P-${round}` });
    const ended = await anna.call('DELETE', `/api/devices/two-${run}-p${round}-${won}/associations/${associationId}`);
    expect(ended.status).toBe(200);
    await until('the bed is free on both', async () => (await view(bert, associationId)).status === 404);
  });

  it.each(rounds)('only one of two patients is admitted to one bed (round %i)', async (round) => {
    const answers = await Promise.all(
      [anna, bert].map((browser, at) =>
        admit(browser, `two-${run}-b${round}-${at}`, String(34 + round), `B${at}-${run}-${round}`),
      ),
    );
    const { won, lost } = judged(answers, 201);
    expect(answers[lost]!.body).toMatchObject({
      code: 'bed-occupied',
      occupiedBy: { deviceId: `two-${run}-b${round}-${won}` },
    });
  });
});

describe('two nurses who take the same bed at the same time, on two dashboards', () => {
  const path = `/api/wards/${ward}/assignments`;
  it.each(rounds)('one of two nurses gets the bed, and the other learns who took it (round %i)', async (round) => {
    const bed = String(round);
    await until('both have read the board', async () =>
      (await Promise.all([anna.get(path), bert.get(path)])).every(({ status }) => status === 200),
    );
    const { version } = (await anna.get(path)).body;
    await until('the same board on both', async () => (await bert.get(path)).body.version === version);
    const take = (browser: Browser, userId: string) =>
      browser.post(path, {
        ...{ version, duty: 'nurse', beds: [bed], userId },
        from: new Date(Date.now() - 60_000).toISOString(),
        until: new Date(Date.now() + 3_600_000).toISOString(),
      });
    const names = ['Anna', 'Bert'];
    const answers = await Promise.all([take(anna, 'anna'), take(bert, 'bert')]);
    const { won, lost } = judged(answers, 200);
    expect(answers[lost]?.body.message).toContain(`meanwhile ${names[won]} changed this board`);
    for (const browser of [anna, bert])
      await until('the same nurse on both', async () => {
        const { body } = await browser.get(path);
        const entries = (body.entries as BoardEntry[]).filter(({ assignment }) => assignment.beds?.includes(bed));
        return entries.length === 1 && entries[0]?.assignment.name === names[won];
      });
  });
});

describe('hand-over notes on two dashboards', () => {
  const deviceId = `two-${run}-note`;
  const noteAt = async (browser: Browser, associationId: string) => (await view(browser, associationId)).body.bed?.note;
  const write = (browser: Browser, associationId: string, text: string | null, seen: string | null) =>
    untilAnswered(deviceId, 200, () => browser.post(`/api/associations/${associationId}/note`, { text, seen }));
  let associationId: string;

  it('both dashboards show a note with its author; if two people change it at the same time, one change is refused', async () => {
    ({ associationId } = (await admit(anna, deviceId, '40', `N-${run}`)).body);
    await bothShow(associationId, { bed: '40' });
    let seen: string | null = null;
    for (const round of rounds) {
      const answers = await Promise.all(
        [anna, bert].map((browser, at) => write(browser, associationId, `round ${round} of ${at}`, seen)),
      );
      const { won, lost } = judged(answers, 200);
      const author = ['Anna', 'Bert'][won];
      expect(answers[lost]!.body.message).toContain(`${author} has written it`);
      for (const browser of [anna, bert])
        await until('the same note on both', async () => {
          const note = await noteAt(browser, associationId);
          return note?.text === `round ${round} of ${won}` && note.by === author;
        });
      seen = answers[won]!.body.eventId;
    }
  });

  it.each([
    ['a control character', 'left\u0007side', 'a control character (U+0007)'],
    ['two lines', 'left\nside', 'a control character (U+000A)'],
    ['a mark of direction', 'left\u202eside', 'changes the direction of writing (U+202E)'],
    ['501 characters', 'x'.repeat(501), ''],
    ['no text', '', ''],
  ])('a note with %s is refused with the reason', async (_, text, message) => {
    const answer = await anna.post(`/api/associations/${associationId}/note`, { text, seen: null });
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it('a dashboard that starts later shows the note of a patient who was moved, and no longer shows it after the discharge', async () => {
    const moved = await untilAnswered(deviceId, 200, () =>
      anna.post(`/api/devices/${deviceId}/move`, { ward, bed: '6', version: 1 }),
    );
    expect(moved.status).toBe(200);
    const later = await start('bert');
    await until('the note on the new dashboard', async () => {
      const { body } = await view(later, associationId);
      return body.bed?.bed === '6' && body.bed.note?.text.startsWith('round 5 of ');
    });
    const ended = await anna.call('DELETE', `/api/devices/${deviceId}/associations/${associationId}`);
    expect(ended.status).toBe(200);
    await until('the bed is free', async () => (await view(later, associationId)).status === 404);
    const next = await untilAnswered(deviceId, 201, () => assign(anna, deviceId, '6', patientOf(`X-${run}`), 3));
    expect(next.status).toBe(201);
    await until('the next patient', async () => (await view(later, next.body.associationId)).status === 200);
    expect(await noteAt(later, next.body.associationId)).toBeUndefined();
    expect((await view(later, next.body.associationId)).body.bed.noteUnknown).toBeUndefined();
  });

  it('of all services, only the dashboard can read the notes in the log', async () => {
    for (const service of ['alarms', 'delivery', 'trends', 'operator', 'gateway'] as const)
      expect([service, topicsOf(service, 'readers').includes('notes'), audienceOf('notes')]).toEqual([
        service,
        false,
        ['dashboard'],
      ]);
  });
});

it('a nurse at one dashboard sees that a wall display at the other is soft, until it is loud again', async () => {
  const accounts = readAccounts(accountsFile);
  const fields = { password: cheapHash(password), disabled: false, wards: [ward] };
  accounts.set('wall', { userId: 'wall', name: 'Wall', role: 'display', ...fields });
  writeAccounts(accountsFile, accounts);
  const wall = newBrowser(targets[1]!);
  await until('the login of the display', async () => (await wall.login('wall', password)).status === 200);
  const watch = { type: 'watch', scope: { ward }, waves: null } as const;
  const [atWall, atAnna] = await Promise.all([wall.live(watch), anna.live(watch)]);
  const page = randomUUID();
  const report = (volume: 'low' | 'full') => {
    const beat = atWall.of('heartbeat').at(-1)?.sound?.beat;
    if (beat === undefined) return;
    const settings = { volume, night: 'ward', isNight: false } as const;
    const sound = { screen: page, beat, at: 5, audio: 'on', settings } as const;
    atWall.send({ type: 'report', page: 'painting', alarms: [], sound });
  };
  const softAtAnna = () => atAnna.of('heartbeat').at(-1)?.sound?.softDisplays ?? [];
  await until('the soft display', async () => {
    report('low');
    return softAtAnna().length > 0;
  });
  expect(softAtAnna()).toEqual([{ ward, display: 'Wall', why: 'volume' }]);
  await until('the loud display', async () => {
    report('full');
    return softAtAnna().length === 0;
  });
  for (const live of [atWall, atAnna]) live.close();
});

it('an administrator disables a person at one dashboard: the session at the other ends, and the trail names the administrator', async () => {
  const accounts = readAccounts(accountsFile);
  const hash = cheapHash(password);
  const fields = { password: hash, disabled: false };
  accounts.set('root', { userId: 'root', name: 'Root', role: 'administrator', wards: ['*'], ...fields });
  accounts.set('carl', { userId: 'carl', name: 'Carl', role: 'nurse', wards: [ward], ...fields });
  accounts.set('alma', { userId: 'alma', name: 'Alma', role: 'auditor', wards: ['*'], ...fields });
  writeAccounts(accountsFile, accounts);
  const [root, carl, alma] = [targets[0], targets[1], targets[1]].map((target) => newBrowser(target!)) as [
    Browser,
    Browser,
    Browser,
  ];
  for (const [browser, userId] of [
    [root, 'root'],
    [carl, 'carl'],
    [alma, 'alma'],
  ] as const)
    await until(`the login of ${userId}`, async () => (await browser.login(userId, password)).status === 200);
  const { body: proof } = await root.post('/api/accounts/proof', { password });
  const { body: list } = await root.get('/api/accounts');
  const listed = list.accounts.find(({ userId }: { userId: string }) => userId === 'carl');
  const act = { proof: proof.proof, revision: listed.revision, act: { type: 'disable' } };
  expect((await root.post('/api/accounts/carl', act)).status).toBe(200);
  await until(
    'the end of the session at the other dashboard',
    async () => (await carl.get('/api/session')).status === 401,
  );
  // A second administrator, who has not seen the change, sends the same revision.
  expect((await root.post('/api/accounts/carl', act)).status).toBe(409);
  const actors = await until('the record of the change', async () => {
    const { body } = await alma.get('/api/audit?limit=200&action=account-disabled');
    const records = body.records.filter(({ account }: { account?: string }) => account === 'carl');
    return records.length > 0 && records.map(({ userId }: { userId: string }) => userId);
  });
  // The other dashboard may also record the change of the file, if it sees the file before the record of the change.
  expect(actors).toContain('root');
});

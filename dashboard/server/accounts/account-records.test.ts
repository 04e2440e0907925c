import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { VigilError } from '../../../contracts/errors.ts';
import { type AccountRecord, contentTypes } from '../../../contracts/messages/records.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import { factsOf, recordAccounts } from './account-records.ts';
import type { Account } from './accounts.ts';

afterEach(() => {
  vi.useRealTimers();
});

const t0 = Date.UTC(2026, 0, 1);
const nora: Account = { userId: 'nora', name: 'Nora', role: 'nurse', wards: ['icu'], password: 'h1', disabled: false };

/** A log that stays while servers start and close. */
function world() {
  const table: AccountRecord[] = [];
  const followers: ((body: AccountRecord) => void)[] = [];
  const audit: AuditEvent[] = [];
  const ended: [string, number][] = [];
  const kafka = { isAway: false };
  /** The account for which the code of the audit trail throws. */
  const code = { failsFor: '' };
  let accounts: Account[] = [];
  const away = () => {
    if (kafka.isAway) throw new VigilError('log-unavailable', 'Kafka is away.');
  };
  const log = {
    async append(_topic: string, _key: string, _type: string, body: unknown) {
      away();
      table.push(body as AccountRecord);
      for (const follow of followers) follow(body as AccountRecord);
      return {} as never;
    },
    async followTable(_topics: unknown, onRecord: (read: never, record: never) => void) {
      followers.push((body) => onRecord({ record: { contentType: contentTypes.account, body } } as never, {} as never));
      for (const body of table) onRecord({ record: { contentType: contentTypes.account, body } } as never, {} as never);
      return { ready: Promise.resolve(), close: async () => {} };
    },
  };
  const start = () =>
    recordAccounts({
      log: log as never,
      trail: {
        async record(event) {
          away();
          if (event.account === code.failsFor) throw new TypeError('a fault of the code');
          audit.push(event);
        },
      },
      accounts: () => accounts,
      pseudonymKey: 'made-up-key-of-at-least-32-bytes-for-tests',
      now: () => t0 + (vi.isFakeTimers() ? Date.now() - t0 : 0),
      logger: pino({ level: 'silent' }),
      endSessions: (userId, atMs) => ended.push([userId, atMs]),
    });
  return {
    audit,
    ended,
    kafka,
    code,
    start,
    /** Returns the audit records since the last call. */
    newRecords: () => audit.splice(0).map(({ action, account, detail }) => `${action} ${account}: ${detail}`),
    set: (...next: Account[]) => {
      accounts = next;
    },
  };
}

describe('recordAccounts', () => {
  it('each change of the accounts file is recorded while the server runs', async () => {
    const w = world();
    w.set(nora);
    const records = await w.start();
    await records.settled();
    expect(w.audit[0]).toEqual({
      actor: { userId: 'accounts-file' },
      action: 'account-created',
      account: 'nora',
      detail: 'Nora, nurse of icu',
    });
    w.newRecords();
    w.set({ ...nora, disabled: true });
    records.changed();
    w.set({ ...nora, wards: ['icu', 'step'] });
    records.changed();
    await records.settled();
    w.set();
    records.changed();
    await records.settled();
    expect(w.newRecords()).toEqual([
      'account-changed nora: wards icu → icu step',
      'account-removed nora: Nora, nurse of icu step',
    ]);
    await records.close();
  });

  it('if the code fails about one account, the changes of the other accounts are recorded', async () => {
    vi.useFakeTimers({ now: t0 });
    const w = world();
    const records = await w.start();
    await records.settled();
    w.code.failsFor = 'nora';
    w.set(nora, { ...nora, userId: 'paul' });
    records.changed();
    await records.settled();
    expect(w.newRecords()).toEqual(['account-created paul: Nora, nurse of icu']);
    w.code.failsFor = '';
    await vi.advanceTimersByTimeAsync(60_000);
    expect(w.newRecords()).toEqual(['account-created nora: Nora, nurse of icu']);
    await records.close();
  });

  it('if the accounts cannot be compared, the server goes on, and compares them again at the next change', async () => {
    const w = world();
    const records = await w.start();
    await records.settled();
    w.set({ ...nora, wards: undefined as never });
    records.changed();
    await expect(records.settled()).resolves.toBeUndefined();
    w.set(nora);
    records.changed();
    await records.settled();
    expect(w.newRecords()).toEqual(['account-created nora: Nora, nurse of icu']);
    await records.close();
  });

  it('a change that was made while no server ran is recorded once, at the next start', async () => {
    const w = world();
    w.set(nora);
    for (let n = 0; n < 2; n += 1) {
      const records = await w.start();
      await records.settled();
      await records.close();
    }
    expect(w.newRecords()).toEqual(['account-created nora: Nora, nurse of icu']);
    w.set({ ...nora, password: 'h2', role: 'physician' });
    const records = await w.start();
    await records.settled();
    expect(w.newRecords()).toEqual(['account-changed nora: password, role nurse → physician']);
    await records.close();
  });

  it('sessions end only if their account was disabled, enabled or removed, or got a new password or epoch', async () => {
    const w = world();
    const paul = { ...nora, userId: 'paul' };
    w.set(nora, paul);
    const records = await w.start();
    await records.settled();
    expect(w.ended).toEqual([]);
    for (const next of [
      [{ ...nora, disabled: true }, paul],
      [nora, paul],
      [{ ...nora, password: 'h2' }, paul],
      [{ ...nora, password: 'h2', epoch: 'e' }, paul],
      [{ ...nora, password: 'h2', epoch: 'e', wards: ['step'] }, paul],
      [paul],
    ]) {
      w.set(...next);
      records.changed();
      await records.settled();
    }
    expect(w.ended).toEqual(Array(5).fill(['nora', t0]));
    await records.close();
  });

  it('while Kafka is away, the sessions of a disabled account end immediately, and the change is recorded later', async () => {
    const w = world();
    w.set(nora);
    const records = await w.start();
    await records.settled();
    w.newRecords();
    w.kafka.isAway = true;
    w.set({ ...nora, disabled: true });
    records.changed();
    await records.settled();
    expect([w.newRecords(), w.ended]).toEqual([[], [['nora', t0]]]);
    w.kafka.isAway = false;
    records.changed();
    await records.settled();
    expect(w.newRecords()).toEqual(['account-disabled nora: Nora, nurse of icu, disabled']);
    await records.close();
  });
});

it('a change that an administrator made on the page is not recorded a second time, and another dashboard learns it from the topic', async () => {
  const { set, start, newRecords, ended } = world();
  set(nora);
  const server = await start();
  await server.settled();
  newRecords();
  const changed = { ...nora, disabled: true };
  server.expect('nora', factsOf(changed));
  set(changed);
  server.changed();
  await server.settled();
  expect(newRecords()).toEqual([]);
  await server.announce(factsOf(changed));
  const other = await start();
  await other.settled();
  expect(newRecords()).toEqual([]);
  // Without the announcement, the other dashboard would have recorded the change.
  expect(ended).toEqual([]);
});

it('an expected change that was not made is taken back, so the next change of the file is recorded as it is', async () => {
  const { set, start, newRecords } = world();
  set(nora);
  const server = await start();
  await server.settled();
  newRecords();
  server.expect('new', { ...factsOf(nora), userId: 'new' });
  server.expect('new', undefined);
  server.changed();
  await server.settled();
  expect(newRecords()).toEqual([]);
});

it('if a dashboard was killed after it recorded a change and before it wrote the file, the next start records the state that the file has', async () => {
  const { set, start, newRecords } = world();
  set(nora);
  const killed = await start();
  await killed.settled();
  newRecords();
  await killed.announce(factsOf({ ...nora, disabled: true }));
  const next = await start();
  await next.settled();
  expect(newRecords()).toEqual(['account-enabled nora: Nora, nurse of icu']);
});

it('if a dashboard was killed before it wrote the file, a dashboard that still runs records the state of the file after a time', async () => {
  vi.useFakeTimers({ now: t0 });
  const { set, start, newRecords } = world();
  set(nora);
  const killed = await start();
  const other = await start();
  await other.settled();
  newRecords();
  await killed.announce(factsOf({ ...nora, disabled: true }));
  await killed.close();
  other.changed();
  await other.settled();
  expect(newRecords()).toEqual([]);
  await vi.advanceTimersByTimeAsync(15_000);
  await other.settled();
  expect(newRecords()).toEqual(['account-enabled nora: Nora, nurse of icu']);
});

it('while a change is announced, another change of the same account in the file is recorded at once', async () => {
  vi.useFakeTimers({ now: t0 });
  const { set, start, newRecords, ended } = world();
  set(nora);
  const server = await start();
  await server.settled();
  newRecords();
  await server.announce(factsOf({ ...nora, wards: ['step'] }));
  set({ ...nora, disabled: true });
  server.changed();
  await server.settled();
  expect(newRecords()).toEqual([
    'account-disabled nora: Nora, nurse of icu, disabled',
    'account-changed nora: wards step → icu',
  ]);
  expect(ended).toEqual([['nora', t0]]);
});

describe('an announced account', () => {
  const added = factsOf({ ...nora, userId: 'added' });

  it('that never came into the file leaves no record when the announcement is taken back, even if this dashboard has not read the announcement yet', async () => {
    const { set, start, newRecords } = world();
    set(nora);
    const server = await start();
    await server.settled();
    newRecords();
    await server.announce(added);
    server.expect('added', added);
    server.expect('added', undefined);
    await server.withdraw(added, undefined);
    const next = await start();
    await next.settled();
    expect(newRecords()).toEqual([]);
  });

  it('that never came into the file is not recorded as removed while Kafka is away, and is removed from the topic when Kafka is back', async () => {
    vi.useFakeTimers({ now: t0 });
    const { set, start, newRecords, kafka } = world();
    set(nora);
    const server = await start();
    const other = await start();
    await Promise.all([server.settled(), other.settled()]);
    newRecords();
    await server.announce(added);
    server.expect('added', undefined);
    kafka.isAway = true;
    await expect(server.withdraw(added, undefined)).rejects.toThrow('Kafka is away');
    await vi.advanceTimersByTimeAsync(6_000);
    kafka.isAway = false;
    await vi.advanceTimersByTimeAsync(30_000);
    await other.settled();
    const text =
      'access-denied added: the account was announced, but it is not in the accounts file: Nora, nurse of icu';
    expect(newRecords()).toEqual([text]);
    const next = await start();
    await next.settled();
    expect(newRecords()).toEqual([]);
  });

  it('is recorded as removed if it was in the file for a time', async () => {
    vi.useFakeTimers({ now: t0 });
    const { set, start, newRecords } = world();
    set(nora);
    const server = await start();
    await server.settled();
    await server.announce(added);
    set(nora, { ...nora, userId: 'added' });
    server.changed();
    await server.settled();
    newRecords();
    set(nora);
    server.changed();
    await vi.advanceTimersByTimeAsync(15_000);
    await server.settled();
    expect(newRecords()).toEqual(['account-removed added: Nora, nurse of icu']);
  });
});

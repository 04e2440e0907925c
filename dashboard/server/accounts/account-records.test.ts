import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { VigilError } from '../../../contracts/errors.ts';
import { type AccountRecord, contentTypes } from '../../../contracts/messages/records.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import { recordAccounts } from './account-records.ts';
import type { Account } from './accounts.ts';

const t0 = Date.UTC(2026, 0, 1);
const nora: Account = { userId: 'nora', name: 'Nora', role: 'nurse', wards: ['icu'], password: 'h1', disabled: false };

/** A log that stays while servers start and close. */
function world() {
  const table: AccountRecord[] = [];
  const audit: AuditEvent[] = [];
  const ended: [string, number][] = [];
  const kafka = { isAway: false };
  let accounts: Account[] = [];
  const away = () => {
    if (kafka.isAway) throw new VigilError('log-unavailable', 'Kafka is away.');
  };
  const log = {
    async append(_topic: string, _key: string, _type: string, body: unknown) {
      away();
      table.push(body as AccountRecord);
      return {} as never;
    },
    async followTable(_topics: unknown, onRecord: (read: never, record: never) => void) {
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
          audit.push(event);
        },
      },
      accounts: () => accounts,
      pseudonymKey: 'made-up-key-of-at-least-32-bytes-for-tests',
      now: () => t0,
      logger: pino({ level: 'silent' }),
      endSessions: (userId, atMs) => ended.push([userId, atMs]),
    });
  return {
    audit,
    ended,
    kafka,
    start,
    /** Returns the audit records since the last call. */
    newRecords: () => audit.splice(0).map(({ action, account, detail }) => `${action} ${account}: ${detail}`),
    set: (...next: Account[]) => {
      accounts = next;
    },
  };
}

describe('recordAccounts', () => {
  it('records each change of the accounts file while the server runs', async () => {
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

  it('records a change that was made while no server ran at the next start, once', async () => {
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

  it('ends only the sessions of an account that was disabled, enabled, removed or got a new password', async () => {
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

  it('ends sessions immediately while Kafka is away, and records the change later', async () => {
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

import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../../contracts/messages/records.ts';
import { newAuditKeys } from '../../../log/audit/audit.testing.ts';
import { type AuditEvent, type ChainHead, chainStart, createNextRecord } from '../../../log/audit/chain.ts';
import { judgeRecord } from '../../../log/audit/rules.ts';
import { sha256 } from '../../../log/audit/trail.ts';
import { createAuditView } from './view.ts';

const keys = newAuditKeys();
const signer = keys.signer('dashboard');

function records(length: number): AuditRecord[] {
  let head: ChainHead = { boot: 'boot-1', n: 0, hash: chainStart };
  return Array.from({ length }, (_, at) => {
    const event: AuditEvent = {
      actor: { userId: `user-${at % 2}`, name: 'Some One', role: 'nurse' },
      action: at % 3 === 0 ? 'login' : 'ward-viewed',
      ward: 'icu',
      session: 's',
      address: '10.0.0.7',
    };
    const record = createNextRecord(head, event, `2026-01-01T00:00:00.${String(at).padStart(3, '0')}Z`, sha256, signer);
    head = { boot: 'boot-1', n: record.n, hash: record.hash };
    return record;
  });
}

function viewOf(all: readonly AuditRecord[]) {
  const view = createAuditView(Date.UTC(2025, 11, 1));
  for (const record of all) view.add(record, judgeRecord(record, undefined, sha256, keys.verify));
  return view;
}

describe('the pages of the audit trail', () => {
  it('the pages have each record once, from the newest to the oldest', () => {
    const view = viewOf(records(25));
    const seen: number[] = [];
    let before: number | null | undefined;
    for (let pages = 0; pages < 5 && before !== null; pages += 1) {
      const page = view.page({ limit: 10, ...(before === undefined ? {} : { before }) });
      seen.push(...page.records.map((record) => record.n));
      before = page.next;
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, at) => 25 - at));
  });

  it('a query selects records by user and action', () => {
    const view = viewOf(records(24));
    const page = view.page({ userId: 'user-0', action: 'login' });
    expect(page.records.map((record) => record.n)).toEqual([19, 13, 7, 1]);
    expect(page.next).toBeNull();
    expect(view.page({ userId: 'nobody' }).records).toEqual([]);
  });

  it('a search has its summary on the first page only, and gives the same records as the pages', async () => {
    const view = viewOf(records(24));
    const first = await view.search({ userId: 'user-0', limit: 10 });
    expect(first.summary).toMatchObject({ matching: 12, people: [{ userId: 'user-0', looks: 8, acts: 4 }] });
    expect(first.records).toEqual(view.page({ userId: 'user-0', limit: 10 }).records);
    const second = await view.search({ userId: 'user-0', limit: 10, before: first.next! });
    expect(second.records.map((record) => record.n)).toEqual([3, 1]);
    expect([second.next, second.summary]).toEqual([null, undefined]);
  });

  it('a search lets other work run, also if it looks at many records', async () => {
    const view = viewOf(records(3_000));
    let turns = 0;
    const count = () => {
      turns += 1;
      turning = setImmediate(count);
    };
    let turning = setImmediate(count);
    await view.search({ patientId: 'nobody' });
    clearImmediate(turning);
    expect(turns).toBeGreaterThanOrEqual(2);
  });

  it('a page has all records since the server began to read, or since the oldest record if older records were dropped', async () => {
    const view = viewOf(records(3));
    expect(view.page({}).knownFrom).toBe('2025-12-01T00:00:00.000Z');
    expect((await view.matching({})).knownFrom).toBe('2025-12-01T00:00:00.000Z');
    view.noteDropped();
    expect(view.page({}).knownFrom).toBe('2026-01-01T00:00:00.000Z');
    expect((await view.matching({})).knownFrom).toBe('2026-01-01T00:00:00.000Z');
  });

  it('a repeated record is shown once, and a page contains no hashes or signatures', () => {
    const all = records(3);
    const page = viewOf([...all, ...all]).page({});
    expect(page.records).toHaveLength(3);
    expect(page.records[0]).toEqual({
      at: '2026-01-01T00:00:00.002Z',
      boot: 'boot-1',
      n: 3,
      userId: 'user-0',
      name: 'Some One',
      role: 'nurse',
      action: 'ward-viewed',
      ward: 'icu',
      session: 's',
      address: '10.0.0.7',
      writer: 'dashboard',
      verified: true,
      signed: true,
    });
    expect(page.chain).toEqual({ intact: true, records: 3, older: 0, anchoredAt: null, faults: [] });
  });

  it('the chain is not intact if a record was changed, is missing or cannot be read; a changed record has a mark', () => {
    const all = records(5);
    const changed = viewOf(all.map((record) => (record.n === 3 ? { ...record, ward: 'step' } : record))).page({});
    expect(changed.records.map((record) => record.verified)).toEqual([true, true, false, true, true]);
    expect(changed.chain.intact).toBe(false);
    expect(changed.chain.faults[0]).toContain('record 3 of boot-1 was changed');
    expect(viewOf(all.filter((record) => record.n !== 3)).page({}).chain.intact).toBe(false);
    const view = viewOf(all);
    view.addUnreadable();
    expect(view.page({}).chain).toMatchObject({ intact: false, faults: ['1 records cannot be decrypted or read'] });
  });
});

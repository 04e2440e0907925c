/** Who may see and send rejected messages. This is decided, and recorded, before the log is read at all. */
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../contracts/messages/records.ts';
import { permissionsOf } from '../../dashboard/server/core/rights.ts';
import type { AuditEvent } from '../../log/audit/chain.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { Claimed, Desk } from '../desk.ts';
import { redrive, show } from './commands.ts';
import { type Entry, passes } from './entries.ts';
import type { GatewaySide } from './gateway.ts';

const readsTheLog = 'the log is read';
const log = new Proxy({} as SealedLog, {
  get() {
    throw new Error(readsTheLog);
  },
});

function desk(recorded: AuditEvent[], kafkaIsAway = false): Desk & { readonly said: string[] } {
  const said: string[] = [];
  const trail = {
    record: async (event: AuditEvent) => {
      if (kafkaIsAway) throw new Error('Kafka is away');
      recorded.push(event);
    },
    waiting: () => 0,
    close: async () => {},
  };
  return { log, logger: pino({ level: 'silent' }), trail, said, say: (line) => void said.push(line) };
}
const who = (role: Role, wards: string[]): Claimed => ({
  userId: 'u',
  person: { actor: { userId: 'u', name: 'U', role }, wards, may: permissionsOf(role) },
});
const nobody: Claimed = { userId: 'u', person: undefined };
const noGateway = (): GatewaySide => {
  throw new Error('a gateway was opened');
};

describe.each([
  ['show', (one: Desk, claimed: Claimed) => show(one, claimed, { ids: ['0:1'] })],
  ['redrive', (one: Desk, claimed: Claimed) => redrive(one, claimed, { ids: ['0:1'] }, noGateway)],
] as const)('%s', (command, run) => {
  it.each<[string, Claimed, boolean | 'redrive']>([
    ['a physician of all wards', who('physician', ['*']), true],
    ['a physician of some wards', who('physician', ['icu']), false],
    ['a technician of all wards', who('technician', ['*']), 'redrive'],
    ['a technician of some wards', who('technician', ['icu']), false],
    ['a nurse of all wards', who('nurse', ['*']), false],
    ['an auditor', who('auditor', ['*']), false],
    ['who has the wrong password', nobody, false],
  ])('by %s', async (_name, claimed, allowed) => {
    const recorded: AuditEvent[] = [];
    const one = desk(recorded);
    if (allowed === true || allowed === command) {
      await expect(run(one, claimed)).rejects.toThrow(readsTheLog);
      expect(recorded).toEqual([]);
      return;
    }
    const code = claimed.person ? 'not-allowed' : 'not-logged-in';
    await expect(run(one, claimed)).rejects.toMatchObject({ code });
    expect(one.said).toEqual([]);
    const actor = claimed.person?.actor ?? { userId: 'u' };
    const action = claimed.person ? 'access-denied' : 'login-failed';
    expect(recorded).toEqual([{ actor, action, detail: `rejected ${command} 0:1` }]);
  });

  it('is refused also while Kafka is away', async () => {
    await expect(run(desk([], true), who('nurse', ['*']))).rejects.toThrow('Kafka is away');
  });
});

describe('the filter', () => {
  const entry: Entry = {
    ...{ id: '0:1', boot: 'b', seq: 1, receivedAtMs: 1_000, deviceId: 'bed-07' },
    ...{ code: 'time-invalid', detail: 'Why.', state: 'open' },
  };
  it.each([
    [{ ids: [] }, true],
    [{ ids: ['0:1', '0:2'] }, true],
    [{ ids: ['0:2'] }, false],
    [{ ids: [], device: 'bed-07' }, true],
    [{ ids: [], device: 'bed-0' }, false],
    [{ ids: [], code: 'time-invalid' }, true],
    [{ ids: [], code: 'time' }, false],
    [{ ids: [], sinceMs: 1_000 }, true],
    [{ ids: [], sinceMs: 1_001 }, false],
    [{ ids: ['0:1'], device: 'bed-07', code: 'code-unknown' }, false],
  ])('%j: %s', (filter, expected) => {
    expect(passes(entry, filter)).toBe(expected);
  });
});

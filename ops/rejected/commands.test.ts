/** Tests who may see and send rejected messages. The commands check and record this before they read the log. */
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../contracts/messages/records.ts';
import { permissionsOf } from '../../dashboard/server/core/rights.ts';
import type { AuditEvent } from '../../log/audit/chain.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { ClaimedAccount, OperatorContext } from '../operator-context.ts';
import { redrive, show } from './commands.ts';
import { type Entry, passesFilter } from './entries.ts';
import type { GatewaySide } from './gateway.ts';

const readsTheLog = 'the log is read';
const log = new Proxy({} as SealedLog, {
  get() {
    throw new Error(readsTheLog);
  },
});

function createContext(recorded: AuditEvent[], isKafkaAway = false): OperatorContext & { readonly printed: string[] } {
  const printed: string[] = [];
  const trail = {
    record: async (event: AuditEvent) => {
      if (isKafkaAway) throw new Error('Kafka is away');
      recorded.push(event);
    },
    waitingCount: () => 0,
    close: async () => {},
  };
  return {
    log,
    logger: pino({ level: 'silent' }),
    trail,
    printed,
    say: (line) => void printed.push(line),
    sayProgress: () => {},
  };
}
const claimedBy = (role: Role, wards: string[]): ClaimedAccount => ({
  userId: 'u',
  person: { actor: { userId: 'u', name: 'U', role }, wards, may: permissionsOf(role) },
});
const wrongPassword: ClaimedAccount = { userId: 'u', person: undefined };
const noGateway = (): GatewaySide => {
  throw new Error('a gateway was opened');
};

describe.each([
  ['show', (context: OperatorContext, account: ClaimedAccount) => show(context, account, { ids: ['0:1'] })],
  [
    'redrive',
    (context: OperatorContext, account: ClaimedAccount) => redrive(context, account, { ids: ['0:1'] }, noGateway),
  ],
] as const)('%s', (command, run) => {
  it.each<[string, ClaimedAccount, boolean | 'redrive']>([
    ['allows a physician with all wards', claimedBy('physician', ['*']), true],
    ['refuses a physician with one ward', claimedBy('physician', ['icu']), false],
    [
      `${command === 'redrive' ? 'allows' : 'refuses'} a technician with all wards`,
      claimedBy('technician', ['*']),
      'redrive',
    ],
    ['refuses a technician with one ward', claimedBy('technician', ['icu']), false],
    ['refuses a nurse with all wards', claimedBy('nurse', ['*']), false],
    ['refuses an auditor', claimedBy('auditor', ['*']), false],
    ['refuses a person with a wrong password', wrongPassword, false],
  ])(`the command ${command} %s`, async (_name, account, allowed) => {
    const recorded: AuditEvent[] = [];
    const context = createContext(recorded);
    if (allowed === true || allowed === command) {
      await expect(run(context, account)).rejects.toThrow(readsTheLog);
      expect(recorded).toEqual([]);
      return;
    }
    const code = account.person ? 'not-allowed' : 'not-logged-in';
    await expect(run(context, account)).rejects.toMatchObject({ code });
    expect(context.printed).toEqual([]);
    const actor = account.person?.actor ?? { userId: 'u' };
    const action = account.person ? 'access-denied' : 'login-failed';
    expect(recorded).toEqual([{ actor, action, detail: `rejected ${command} 0:1` }]);
  });

  it(`the command ${command} fails for a nurse if Kafka is away, because the refusal cannot be recorded`, async () => {
    await expect(run(createContext([], true), claimedBy('nurse', ['*']))).rejects.toThrow('Kafka is away');
  });
});

describe('passesFilter', () => {
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
  ])('passesFilter returns for the filter %j the result %s', (filter, expected) => {
    expect(passesFilter(entry, filter)).toBe(expected);
  });
});

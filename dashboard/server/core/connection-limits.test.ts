import { describe, expect, it } from 'vitest';
import { admitConnection, connectionsMax, type OpenConnection } from './connection-limits.ts';

type NumberedConnection = OpenConnection & { readonly n: number };
const bounds = { session: 3, account: 5, all: 8 };
const connection = (account: string, session = account, address = '10.0.0.1'): OpenConnection => ({
  account,
  session,
  address,
});
const numbered = (...connections: OpenConnection[]): NumberedConnection[] =>
  connections.map((connection, n) => ({ ...connection, n }));
const times = (count: number, repeated: OpenConnection) => new Array<OpenConnection>(count).fill(repeated);
const outcome = (openConnections: NumberedConnection[], newConnection: OpenConnection) => {
  const decision = admitConnection(openConnections, newConnection, bounds);
  return decision.accepted ? (decision.toClose?.n ?? 'accepted') : 'full';
};

describe('admitConnection', () => {
  it.each<[string, NumberedConnection[], OpenConnection, number | 'accepted' | 'full']>([
    ['a first screen is accepted', [], connection('nora'), 'accepted'],
    [
      'the last allowed screen of a session is accepted',
      numbered(...times(2, connection('nora'))),
      connection('nora'),
      'accepted',
    ],
    [
      'a screen of a full session replaces its oldest screen',
      numbered(connection('x'), ...times(3, connection('nora'))),
      connection('nora'),
      1,
    ],
    [
      'a screen of a full account replaces the oldest screen of its session with the most screens',
      numbered(connection('nora', 's1'), connection('nora', 's1'), ...times(3, connection('nora', 's2'))),
      connection('nora', 's3'),
      2,
    ],
    [
      'a screen on a full server replaces the oldest screen of the account with the most screens',
      numbered(
        connection('nils'),
        ...times(3, connection('flood', 'f1')),
        ...times(2, connection('flood', 'f2')),
        ...times(2, connection('x')),
      ),
      connection('nora'),
      1,
    ],
    [
      'a full server refuses a screen of an account that has as many screens as each other account',
      numbered(
        ...times(2, connection('a')),
        ...times(2, connection('b')),
        ...times(2, connection('c')),
        ...times(2, connection('d')),
      ),
      connection('d'),
      'full',
    ],
    [
      'a full server refuses a screen of an account that would then have as many screens as each other account',
      numbered(
        ...times(2, connection('a')),
        ...times(2, connection('b')),
        ...times(2, connection('c')),
        connection('d'),
        connection('nora'),
      ),
      connection('nora'),
      'full',
    ],
    [
      'a full server refuses a screen if each account has one screen',
      numbered(...[...'abcdefgh'].map((name) => connection(name))),
      connection('nora'),
      'full',
    ],
    [
      'among accounts with equally many screens, a screen of the address with the most screens is replaced',
      numbered(
        ...times(2, connection('a', 'a', '10.0.0.2')),
        ...times(2, connection('b')),
        ...times(2, connection('c')),
        ...times(2, connection('d', 'd', '10.0.0.3')),
      ),
      connection('nora', 'nora', '10.0.0.4'),
      2,
    ],
  ])('%s', (_title, openConnections, newConnection, expected) => {
    expect(outcome(openConnections, newConnection)).toBe(expected);
  });

  it('a flood of screens of other accounts does not stop a new screen, and no account loses its only screen', () => {
    let openConnections: NumberedConnection[] = [];
    let n = 0;
    const open = (newConnection: OpenConnection) => {
      const decision = admitConnection(openConnections, newConnection);
      if (!decision.accepted) return false;
      openConnections = [
        ...openConnections.filter((other) => other !== decision.toClose),
        { ...newConnection, n: n++ },
      ];
      return true;
    };
    open(connection('nora'));
    for (let login = 0; login < 43; login += 1)
      for (let tab = 0; tab < 12; tab += 1) expect(open(connection('flood', `f${login}`))).toBe(true);
    expect(openConnections.filter(({ account }) => account === 'flood')).toHaveLength(connectionsMax.account);
    // If many accounts open too many screens, the accounts with the most screens lose screens.
    for (let account = 0; account < 60; account += 1)
      for (let tab = 0; tab < 12; tab += 1) open(connection(`flood-${account}`));
    expect(openConnections.length).toBe(connectionsMax.all);
    expect(open(connection('nils'))).toBe(true);
    expect(openConnections.filter(({ account }) => account === 'nora')).toHaveLength(1);
  });
});

/**
 * Decides which live connections stay open when there are too many. If a session or an account has too many, its own
 * oldest connection is closed. If the server has too many, a connection of the account with the most connections is
 * closed. An account never loses its last connection because of another account. The address alone never decides,
 * because a whole ward may share one address.
 */

export type OpenConnection = {
  readonly account: string;
  readonly session: string;
  readonly address: string;
};

/** Maximum number of live connections of one session (its browser tabs), of one account, and of this server (ours). */
export const connectionsMax = { session: 12, account: 36, all: 500 } as const;

export type ConnectionBounds = { readonly session: number; readonly account: number; readonly all: number };

/**
 * Decides whether a new connection is accepted.
 * @param openConnections the open connections, the oldest first
 * @returns whether the new connection is accepted. `toClose` is the connection to close, if there are too many.
 *   `accepted` is false only if the server is full and the account of the new connection would then have the most
 *   connections.
 */
export function admitConnection<P extends OpenConnection>(
  openConnections: readonly P[],
  newConnection: OpenConnection,
  bounds: ConnectionBounds = connectionsMax,
): { readonly accepted: true; readonly toClose?: P } | { readonly accepted: false } {
  const ofSession = openConnections.filter(({ session }) => session === newConnection.session);
  if (ofSession.length >= bounds.session) return acceptAndClose(ofSession[0]);
  const ofAccount = openConnections.filter(({ account }) => account === newConnection.account);
  if (ofAccount.length >= bounds.account)
    return acceptAndClose(oldestOfLargestGroup(ofAccount, ({ session }) => session));
  if (openConnections.length < bounds.all) return { accepted: true };
  const ofLargestAccount = largestGroup(openConnections, ({ account }) => account);
  // With the new connection, its account would be the largest, and would be the next to lose a connection.
  if (ofLargestAccount.length <= ofAccount.length + 1) return { accepted: false };
  return acceptAndClose(oldestOfLargestGroup(ofLargestAccount, ({ session }) => session));
}

/** Returns the decision to accept the new connection and to close `connection`. */
const acceptAndClose = <P>(connection: P | undefined) =>
  connection === undefined ? { accepted: true as const } : { accepted: true as const, toClose: connection };

function oldestOfLargestGroup<P extends OpenConnection>(
  connections: readonly P[],
  keyOf: (connection: P) => string,
): P | undefined {
  return largestGroup(connections, keyOf)[0];
}

/**
 * Returns the connections of the key with the most connections. If two keys have equal numbers, the key whose address
 * has more connections in total counts as larger.
 */
function largestGroup<P extends OpenConnection>(
  connections: readonly P[],
  keyOf: (connection: P) => string,
): readonly P[] {
  const byKey = Map.groupBy(connections, keyOf);
  const atAddress = Map.groupBy(connections, ({ address }) => address);
  const sizeAndCrowding = (group: readonly P[]) =>
    group.length +
    Math.max(...group.map(({ address }) => atAddress.get(address)?.length ?? 0)) / (connections.length + 1);
  return [...byKey.values()].reduce(
    (largest, group) => (sizeAndCrowding(group) > sizeAndCrowding(largest) ? group : largest),
    [] as readonly P[],
  );
}

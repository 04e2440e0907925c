/**
 * Decides which live connections stay open when there are too many. If a session or an account has too many, its own
 * oldest connection is closed. If the server has too many, a connection of the account with most connections is closed.
 * No account loses its last connection to another account. The address alone decides nothing, because a whole ward may
 * share one address.
 */

export type Place = {
  readonly account: string;
  readonly session: string;
  readonly address: string;
};

/** Maximum of live connections (ours) of one session (its browser tabs), of one account, and of this server. */
export const placesMax = { session: 12, account: 36, all: 500 } as const;

export type PlaceBounds = { readonly session: number; readonly account: number; readonly all: number };

/**
 * Decides whether a new connection is accepted.
 * @param openScreens the open connections, the oldest first
 * @returns `taken: true`, and in `goes` the connection to close, if one must be closed; `taken: false` if no account has
 *   enough more connections than the new connection's account
 */
export function placeFor<P extends Place>(
  openScreens: readonly P[],
  newcomer: Place,
  bounds: PlaceBounds = placesMax,
): { readonly taken: true; readonly goes?: P } | { readonly taken: false } {
  const ofSession = openScreens.filter(({ session }) => session === newcomer.session);
  if (ofSession.length >= bounds.session) return goes(ofSession[0]);
  const ofAccount = openScreens.filter(({ account }) => account === newcomer.account);
  if (ofAccount.length >= bounds.account) return goes(oldestOfMost(ofAccount, ({ session }) => session));
  if (openScreens.length < bounds.all) return { taken: true };
  const ofLargestAccount = mostOf(openScreens, ({ account }) => account);
  // With the new connection its account would have as many connections as the largest account, and would be the next to lose one.
  if (ofLargestAccount.length <= ofAccount.length + 1) return { taken: false };
  return goes(oldestOfMost(ofLargestAccount, ({ session }) => session));
}

/** Returns the decision to accept the new connection and to close this one. */
const goes = <P>(place: P | undefined) =>
  place === undefined ? { taken: true as const } : { taken: true as const, goes: place };

function oldestOfMost<P extends Place>(places: readonly P[], keyOf: (place: P) => string): P | undefined {
  return mostOf(places, keyOf)[0];
}

/** Returns the places of the key with most places. If two keys have equally many, the key whose address has more places. */
function mostOf<P extends Place>(places: readonly P[], keyOf: (place: P) => string): readonly P[] {
  const byKey = Map.groupBy(places, keyOf);
  const atAddress = Map.groupBy(places, ({ address }) => address);
  const weight = (group: readonly P[]) =>
    group.length + Math.max(...group.map(({ address }) => atAddress.get(address)?.length ?? 0)) / (places.length + 1);
  return [...byKey.values()].reduce((most, group) => (weight(group) > weight(most) ? group : most), [] as readonly P[]);
}

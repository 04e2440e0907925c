/**
 * Who has a place for a live connection. A session and an account make room with their own oldest connection. If the
 * house is full, the account with most connections makes room. Nobody loses their last connection to another person,
 * and no address decides it alone: a whole ward may share one.
 */

export type Place = {
  readonly account: string;
  readonly session: string;
  readonly address: string;
};

/** Live connections (ours): of one session, its tabs; of one account, on all its stations; of this server. */
export const placesMax = { session: 12, account: 36, all: 500 } as const;

export type PlaceBounds = { readonly session: number; readonly account: number; readonly all: number };

/**
 * Decides on a newcomer.
 * @param openScreens the open connections, the oldest first
 * @returns `taken`, with the connection that must go, if any; `full` if everybody else has as few
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
  const most = mostOf(openScreens, ({ account }) => account);
  // With one more the newcomer would have as many as they do, and would then be next to go.
  if (most.length <= ofAccount.length + 1) return { taken: false };
  return goes(oldestOfMost(most, ({ session }) => session));
}

const goes = <P>(place: P | undefined) =>
  place === undefined ? { taken: true as const } : { taken: true as const, goes: place };

function oldestOfMost<P extends Place>(places: readonly P[], keyOf: (place: P) => string): P | undefined {
  return mostOf(places, keyOf)[0];
}

/** Returns the places of the key that has most; of two with as many, those of the key whose address has more. */
function mostOf<P extends Place>(places: readonly P[], keyOf: (place: P) => string): readonly P[] {
  const byKey = Map.groupBy(places, keyOf);
  const atAddress = Map.groupBy(places, ({ address }) => address);
  const weight = (group: readonly P[]) =>
    group.length + Math.max(...group.map(({ address }) => atAddress.get(address)?.length ?? 0)) / (places.length + 1);
  return [...byKey.values()].reduce((most, group) => (weight(group) > weight(most) ? group : most), [] as readonly P[]);
}

/**
 * Decides whether a person may press a button. A person aims at the screen of a moment ago. A button that has just moved
 * to this place, or that now acts on something else, is not the button that the person meant. So a button does not
 * react until it has stood still for a while.
 */

/**
 * How long a button must have stood still. People need 200 to 500 ms to see that something moved and to stop the
 * finger.
 */
export const stillMs = 1000;
/** A smaller shift changes nothing under a finger. */
const shiftPxMin = 4;
/** Maximum of remembered places that buttons have left; beyond it the oldest are forgotten. */
const leftPlacesMax = 2000;

/** A rectangle in px of the window. */
export type Place = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

/** A button or another control that acts; `about` identifies what it acts on. */
export type Acting<K> = { readonly key: K; readonly place: Place; readonly about: string };

type Standing = {
  readonly place: Place;
  readonly about: string;
  /** Since when place and `about` are unchanged; minus infinity if the control is new and no other control was there. */
  readonly sinceMs: number;
};

export type Stillness<K> = {
  readonly standing: ReadonlyMap<K, Standing>;
  /** Places that a control left within the last `stillMs`. */
  readonly leftPlaces: readonly { readonly place: Place; readonly atMs: number }[];
};

export function emptyStillness<K>(): Stillness<K> {
  return { standing: new Map(), leftPlaces: [] };
}

/** Returns the state after a new look at all controls that act. */
export function lookAgain<K>(before: Stillness<K>, acting: readonly Acting<K>[], nowMs: number): Stillness<K> {
  const leftPlaces = before.leftPlaces.filter((entry) => nowMs - entry.atMs < stillMs);
  const standing = new Map<K, Standing>();
  const fresh: Acting<K>[] = [];
  for (const control of acting) {
    const former = before.standing.get(control.key);
    if (!former) fresh.push(control);
    else if (isSamePlace(former.place, control.place) && former.about === control.about)
      standing.set(control.key, former);
    else {
      leftPlaces.push({ place: former.place, atMs: nowMs });
      standing.set(control.key, { place: control.place, about: control.about, sinceMs: nowMs });
    }
  }
  const presentKeys = new Set(acting.map((control) => control.key));
  for (const [key, former] of before.standing)
    if (!presentKeys.has(key)) leftPlaces.push({ place: former.place, atMs: nowMs });
  for (const { key, place, about } of fresh) {
    const replaces = leftPlaces.some((entry) => overlaps(entry.place, place));
    standing.set(key, { place, about, sinceMs: replaces ? nowMs : Number.NEGATIVE_INFINITY });
  }
  return { standing, leftPlaces: leftPlaces.slice(-leftPlacesMax) };
}

/** Returns whether a person may press a control at `nowMs`; false for a control that is not in the state yet. */
export function isStill<K>(stillness: Stillness<K>, key: K, nowMs: number): boolean {
  const control = stillness.standing.get(key);
  return control !== undefined && nowMs - control.sinceMs >= stillMs;
}

/** Returns the keys of all controls that must not be pressed at `nowMs`. */
export function unsettled<K>({ standing }: Stillness<K>, nowMs: number): Set<K> {
  const keys = new Set<K>();
  for (const [key, { sinceMs }] of standing) if (nowMs - sinceMs < stillMs) keys.add(key);
  return keys;
}

function isSamePlace(a: Place, b: Place): boolean {
  return (
    Math.abs(a.left - b.left) < shiftPxMin &&
    Math.abs(a.top - b.top) < shiftPxMin &&
    Math.abs(a.right - b.right) < shiftPxMin &&
    Math.abs(a.bottom - b.bottom) < shiftPxMin
  );
}

function overlaps(a: Place, b: Place): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

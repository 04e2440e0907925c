/**
 * Whether a person may press something that acts. A person aims at what they saw a moment ago. A button that has just
 * come to this place, or has just changed what it is about, is not the button that they meant. So it is dead until it
 * has stood still for a while.
 */

/**
 * How long a button must have stood still. People need 200 to 500 ms to see that something moved and to stop the
 * finger.
 */
export const stillMs = 1000;
/** A smaller shift changes nothing under a finger. */
const shiftPxMin = 4;
/** Places that buttons left, remembered at once; past it the oldest are forgotten. */
const leftMax = 2000;

/** In px of the window. */
export type Place = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

/** Something that acts, as it stands now; `about` says on what it acts. */
export type Acting<K> = { readonly key: K; readonly place: Place; readonly about: string };

type Known = {
  readonly place: Place;
  readonly about: string;
  /** Since when it stands there and is about this; minus infinity if nobody can have meant another button. */
  readonly sinceMs: number;
};

export type Stillness<K> = {
  readonly known: ReadonlyMap<K, Known>;
  /** A place where something that acts stood until lately. */
  readonly left: readonly { readonly place: Place; readonly atMs: number }[];
};

export function emptyStillness<K>(): Stillness<K> {
  return { known: new Map(), left: [] };
}

/** Returns the state after a new look at everything that acts. */
export function lookAgain<K>(before: Stillness<K>, acting: readonly Acting<K>[], nowMs: number): Stillness<K> {
  const left = before.left.filter((entry) => nowMs - entry.atMs < stillMs);
  const known = new Map<K, Known>();
  const fresh: Acting<K>[] = [];
  for (const element of acting) {
    const standing = before.known.get(element.key);
    if (!standing) fresh.push(element);
    else if (isSamePlace(standing.place, element.place) && standing.about === element.about)
      known.set(element.key, standing);
    else {
      left.push({ place: standing.place, atMs: nowMs });
      known.set(element.key, { place: element.place, about: element.about, sinceMs: nowMs });
    }
  }
  const here = new Set(acting.map((button) => button.key));
  for (const [key, standing] of before.known) if (!here.has(key)) left.push({ place: standing.place, atMs: nowMs });
  for (const { key, place, about } of fresh) {
    const replaces = left.some((entry) => overlaps(entry.place, place));
    known.set(key, { place, about, sinceMs: replaces ? nowMs : Number.NEGATIVE_INFINITY });
  }
  return { known, left: left.slice(-leftMax) };
}

/** Whether a person may press it at `nowMs`. Something that was not looked at yet must not be pressed. */
export function isStill<K>(stillness: Stillness<K>, key: K, nowMs: number): boolean {
  const standing = stillness.known.get(key);
  return standing !== undefined && nowMs - standing.sinceMs >= stillMs;
}

/** Everything that must not be pressed at `nowMs`. */
export function unsettled<K>({ known }: Stillness<K>, nowMs: number): Set<K> {
  const found = new Set<K>();
  for (const [key, { sinceMs }] of known) if (nowMs - sinceMs < stillMs) found.add(key);
  return found;
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

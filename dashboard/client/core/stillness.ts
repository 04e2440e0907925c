/**
 * Decides whether a person may press a button. A person aims at what the screen showed a moment ago. If a button has
 * just moved to the place of the finger, or now acts on something else, the person did not mean this button. So a
 * button reacts only if it has not changed for a while.
 */

/**
 * How long a button must not have moved. People need 200 to 500 ms to see that something moved and to stop their
 * finger.
 */
export const stillMs = 1000;
/** Smallest shift that counts, px. After a smaller shift, the finger is still on the button that the person meant. */
const shiftPxMin = 4;
/**
 * Maximum number of remembered places that buttons have left. If there are more places, the oldest places are
 * forgotten.
 */
const leftPlacesMax = 2000;

/** A rectangle in px of the window. */
export type Place = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

/** A button or another control that acts; `actsOn` identifies its object, for example an alarm. */
export type Control<K> = { readonly key: K; readonly place: Place; readonly actsOn: string };

type ControlState = {
  readonly place: Place;
  readonly actsOn: string;
  /**
   * The time since which place and `actsOn` are unchanged. Minus infinity if the control is new and no other control
   * was at its place.
   */
  readonly sinceMs: number;
};

export type Stillness<K> = {
  readonly standing: ReadonlyMap<K, ControlState>;
  /** Places that a control left within the last `stillMs`. */
  readonly leftPlaces: readonly { readonly place: Place; readonly atMs: number }[];
};

export function emptyStillness<K>(): Stillness<K> {
  return { standing: new Map(), leftPlaces: [] };
}

/** Returns the state after the places of all controls were measured again. */
export function stillnessAfterLook<K>(
  before: Stillness<K>,
  controls: readonly Control<K>[],
  nowMs: number,
): Stillness<K> {
  const leftPlaces = before.leftPlaces.filter((entry) => nowMs - entry.atMs < stillMs);
  const standing = new Map<K, ControlState>();
  const newControls: Control<K>[] = [];
  for (const control of controls) {
    const former = before.standing.get(control.key);
    if (!former) newControls.push(control);
    else if (isSamePlace(former.place, control.place) && former.actsOn === control.actsOn)
      standing.set(control.key, former);
    else {
      leftPlaces.push({ place: former.place, atMs: nowMs });
      standing.set(control.key, { place: control.place, actsOn: control.actsOn, sinceMs: nowMs });
    }
  }
  const presentKeys = new Set(controls.map((control) => control.key));
  for (const [key, former] of before.standing)
    if (!presentKeys.has(key)) leftPlaces.push({ place: former.place, atMs: nowMs });
  for (const { key, place, actsOn } of newControls) {
    const isWhereAnotherWas = leftPlaces.some((entry) => overlaps(entry.place, place));
    standing.set(key, { place, actsOn, sinceMs: isWhereAnotherWas ? nowMs : Number.NEGATIVE_INFINITY });
  }
  return { standing, leftPlaces: leftPlaces.slice(-leftPlacesMax) };
}

/** Returns whether a person may press a control at `nowMs`; false for a control that is not in the state yet. */
export function isStill<K>(stillness: Stillness<K>, key: K, nowMs: number): boolean {
  const control = stillness.standing.get(key);
  return control !== undefined && nowMs - control.sinceMs >= stillMs;
}

/** Returns the keys of all controls that must not be pressed at `nowMs`. */
export function blockedKeys<K>({ standing }: Stillness<K>, nowMs: number): Set<K> {
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

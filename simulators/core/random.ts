/**
 * A repeatable random generator with plain data as its state: Mulberry32, a 32-bit generator that is good enough for
 * simulations.
 */
export type RandomState = number;

/**
 * Returns the first state for a seed and a name. Because of the name, devices with one seed have different sequences.
 */
export function seedRandom(seed: number, name: string): RandomState {
  let hash = seed >>> 0;
  for (const letter of name) hash = (Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193) + 0x9e37) >>> 0;
  return hash;
}

/** Returns a random number, 0 ≤ value < 1, and the next state. */
export function nextRandom(state: RandomState): { value: number; state: RandomState } {
  const next = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(next ^ (next >>> 15), next | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296, state: next };
}

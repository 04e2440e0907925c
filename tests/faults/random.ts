/** Random numbers. The same seed gives the same numbers again. */
export type Random = {
  /** Returns a number from 0 to 1, without 1. */
  next(): number;
  between(from: number, to: number): number;
  /** Picks a choice at random, with a probability in proportion to its weight. */
  pick<T>(choices: readonly (readonly [weight: number, choice: T])[]): T;
};

/** Makes a Mulberry32 generator: a small generator that is good enough for choosing times. */
export function randomFrom(seed: number): Random {
  let state = seed;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    next,
    between: (from, to) => from + next() * (to - from),
    pick(choices) {
      let rest = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, choice] of choices) {
        rest -= weight;
        if (rest < 0) return choice;
      }
      return choices.at(-1)![1];
    },
  };
}

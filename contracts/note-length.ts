/**
 * Maximum number of characters of a hand-over note (ours). This file imports nothing, to keep the schemas out of the
 * browser's bundle.
 */
export const noteCharactersMax = 500;

/** Maximum number of characters of a task (ours). */
export const taskCharactersMax = 160;

/** The condition names of scores. Pure. */

export const scoreNames = ['NEWS2.high', 'NEWS2.medium', 'NEWS2.low-medium', 'qSOFA', 'shock-index'] as const;
export type ScoreName = (typeof scoreNames)[number];

/** Returns whether a condition is the alarm of a score. */
export const isScore = (condition: string): boolean => (scoreNames as readonly string[]).includes(condition);

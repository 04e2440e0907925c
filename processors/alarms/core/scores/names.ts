/** The conditions of scores, and how soon an answered one calls again. Pure. */

export const scoreNames = ['NEWS2.high', 'NEWS2.medium', 'NEWS2.low-medium', 'qSOFA', 'shock-index'] as const;
export type ScoreName = (typeof scoreNames)[number];

/** An answered score calls again after so long: from 5 on NEWS2 asks for a set at least each hour (CLINICAL, "NEWS2"). */
export const scoreRealarmMs = 3_600_000;

export const isScore = (condition: string): boolean => (scoreNames as readonly string[]).includes(condition);

/** The names in early warning scores. This file imports nothing, to keep the schemas out of the browser's bundle. */

/** The levels of consciousness: Alert, new Confusion, responds to Voice, responds to Pain, Unresponsive. */
export const consciousnessLevels = ['A', 'C', 'V', 'P', 'U'] as const;
export type Consciousness = (typeof consciousnessLevels)[number];

/** The parameters of NEWS2, in the order of its chart. */
export const newsParameters = ['RR', 'SpO2', 'oxygen', 'BPsys', 'pulse', 'consciousness', 'Temp'] as const;
export type NewsParameter = (typeof newsParameters)[number];

export const qsofaParameters = ['RR', 'BPsys', 'consciousness'] as const;
export type QsofaParameter = (typeof qsofaParameters)[number];

/** Clinical risk, from the total score. `low-medium`: a single parameter scores 3. */
export const newsRisks = ['low', 'low-medium', 'medium', 'high'] as const;
export type NewsRisk = (typeof newsRisks)[number];

/** The responses that the Royal College of Physicians recommends, from the least to the most urgent. */
export const newsResponses = ['12-hourly', '4-to-6-hourly', 'ward-review', 'urgent', 'emergency'] as const;
export type NewsResponse = (typeof newsResponses)[number];

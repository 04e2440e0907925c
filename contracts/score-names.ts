/** The names in early warning scores. This file imports nothing, so that a browser's bundle does not get the schemas. */

/** Alert, new Confusion, responds to Voice, responds to Pain, Unresponsive. */
export const consciousnessLevels = ['A', 'C', 'V', 'P', 'U'] as const;
export type Consciousness = (typeof consciousnessLevels)[number];

/** In the order of the chart. */
export const newsParameters = ['RR', 'SpO2', 'oxygen', 'BPsys', 'pulse', 'consciousness', 'Temp'] as const;
export type NewsParameter = (typeof newsParameters)[number];

export const qsofaParameters = ['RR', 'BPsys', 'consciousness'] as const;
export type QsofaParameter = (typeof qsofaParameters)[number];

/** Clinical risk, by the aggregate score. `low-medium`: a 3 in a single parameter. */
export const newsRisks = ['low', 'low-medium', 'medium', 'high'] as const;
export type NewsRisk = (typeof newsRisks)[number];

/** The response that the Royal College of Physicians asks for, from the slightest to the gravest. */
export const newsResponses = ['12-hourly', '4-to-6-hourly', 'ward-review', 'urgent', 'emergency'] as const;
export type NewsResponse = (typeof newsResponses)[number];

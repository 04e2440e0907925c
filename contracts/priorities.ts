/** Priorities of alarms (CLINICAL, "Alarm vocabulary"), the most serious first. */
export const priorities = ['high', 'medium', 'low'] as const;

/** The order of the priorities: a higher number is a more serious priority. */
export const priorityRank: Readonly<Record<(typeof priorities)[number], number>> = { low: 1, medium: 2, high: 3 };

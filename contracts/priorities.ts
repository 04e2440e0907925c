/** Priorities of alarms (CLINICAL, "Alarm vocabulary"), the gravest first. */
export const priorities = ['high', 'medium', 'low'] as const;

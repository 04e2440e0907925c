/** How grave an alarm is (CLINICAL, "Alarm vocabulary"), the gravest first. */
export const priorities = ['high', 'medium', 'low'] as const;

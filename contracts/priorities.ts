/** How grave an alarm is (CLINICAL, "Alarm vocabulary"); the gravest comes first. */
export const priorities = ['high', 'medium', 'low'] as const;

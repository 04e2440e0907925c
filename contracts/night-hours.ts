/**
 * The hours of night mode, for a screen that has night mode each night. Pages use these hours, and the audit trail
 * names them. No `node:` import here.
 */

/** Night mode lasts from 22:00 to 06:00 in the zone of the page (ours). */
export const nightFromHour = 22;
export const nightUntilHour = 6;

const clockText = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
/** The hours as texts: 22:00 and 06:00. */
export const nightHourTexts = { from: clockText(nightFromHour), until: clockText(nightUntilHour) } as const;

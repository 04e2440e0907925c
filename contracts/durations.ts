/** Durations in milliseconds. A day here has 24 hours; days of a calendar in a time zone are computed elsewhere. */
export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

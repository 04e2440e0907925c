/** Maximum sizes of the parts of an answer about trends. */

/** Maximum number of alarms in an answer about trends. If there are more, the newest are sent. */
export const markedAlarmsMax = 400;
/** Maximum number of changes of limits in an answer about trends. If there are more, the newest are sent. */
export const limitChangesMax = 100;

/** Intervals of the table of trends that a person can choose, min. */
export const tableMinutes = [1, 5, 15, 60] as const;
export type TableMinutes = (typeof tableMinutes)[number];
/** Maximum number of rows of the table of trends (ours): 7 days with 5 min have 2,016. */
export const tableRowsMax = 2_100;

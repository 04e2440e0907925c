/**
 * The codes of the notices at a bed about its responsible person. The server makes the notices, and the page adds the
 * time.
 */
export const dutyNoticeCodes = {
  noNurse: 'no-nurse',
  /** The time of this notice is in the future: from then on, the bed has no nurse. */
  noNurseSoon: 'no-nurse-soon',
  overdue: 'hand-over-overdue',
  coverOverdue: 'cover-overdue',
} as const;

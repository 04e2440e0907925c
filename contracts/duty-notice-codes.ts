/**
 * The codes of the notices at a bed about its responsible person. The server makes the notices, and the page adds the
 * time.
 */
export const dutyNoticeCodes = {
  noNurse: 'no-nurse',
  /** The notice has a time in the future. From that time on, the bed has no nurse. */
  noNurseSoon: 'no-nurse-soon',
  overdue: 'hand-over-overdue',
  coverOverdue: 'cover-overdue',
} as const;

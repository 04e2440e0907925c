/** The codes of the notices at a bed about who is responsible for it. The server makes the notices, and the page adds the time. */
export const dutyNoticeCodes = {
  noNurse: 'no-nurse',
  /** Its time is the future time from which the bed has no nurse. */
  noNurseSoon: 'no-nurse-soon',
  overdue: 'hand-over-overdue',
  coverOverdue: 'cover-overdue',
} as const;

/** The codes of the notices at a bed about who is responsible for it. The server makes the notices, and the page adds the time. */
export const dutyNoticeCodes = { noNurse: 'no-nurse', overdue: 'hand-over-overdue' } as const;

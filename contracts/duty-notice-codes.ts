/** The codes of the notices at a bed about who is responsible for it. The server shows them, and the page adds their time. */
export const dutyNoticeCodes = { noNurse: 'no-nurse', overdue: 'hand-over-overdue' } as const;

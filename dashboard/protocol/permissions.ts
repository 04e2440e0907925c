/** The permissions of accounts. No `node:` import here: the browser's build reads this file. */

/** What an account may be allowed to do. A screen shows buttons only for its account's permissions. */
export const permissions = [
  'view-vitals',
  'view-patients',
  'view-devices',
  'acknowledge',
  'pause-audio',
  'set-limits',
  'enter-assessment',
  'standby',
  'write-note',
  'associate-device',
  'admit-patient',
  'take-duty',
  'view-audit',
  'view-rejected',
  'redrive-rejected',
  'capture-patients',
  'rebuild-trends',
  'set-up-reach',
  'explain-alarms',
  'see-explanations',
  'manage-accounts',
] as const;
export type Permission = (typeof permissions)[number];

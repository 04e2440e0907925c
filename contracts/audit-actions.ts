/** The services that write the audit trail; each has a signing key of its own. */
export const auditWriters = ['dashboard', 'operator'] as const;

/** The acts of the operator's command line, which alone does them: a record of another act with its key is a forgery (audit-rules.ts). */
export const operatorActions = ['rejected-viewed', 'rejected-redriven', 'patients-captured', 'trends-rebuilt'] as const;

/** The looks and acts that go on record. Without imports, so that a browser's bundle can take them without the schemas. */
export const auditActions = [
  'login',
  'login-failed',
  'logout',
  'screen-locked',
  'screen-unlocked',
  'account-created',
  'account-changed',
  'account-disabled',
  'account-enabled',
  'account-removed',
  'ward-viewed',
  'patient-viewed',
  'trend-viewed',
  'audit-viewed',
  'alarm-acknowledged',
  'audio-paused',
  'limits-changed',
  'assessment-entered',
  'standby-begun',
  'standby-ended',
  'association-started',
  'association-moved',
  'patient-corrected',
  'association-ended',
  'access-denied',
  ...operatorActions,
] as const;

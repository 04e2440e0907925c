/** The kinds of alarms in words. */
import type { AlertKind } from '../../../contracts/messages/alarms.ts';

export const alertKindNames: Readonly<Record<AlertKind, string>> = {
  physiological: 'of a patient',
  technical: 'technical',
};

/** The kinds of alarms in words. */

import type { AlertKind } from '../../../contracts/messages/alarms.ts';
import { texts } from './texts.ts';

export const alertKindNames: Readonly<Record<AlertKind, string>> = texts({
  physiological: 'of a patient',
  technical: 'technical',
});

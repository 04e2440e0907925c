/** Names of priorities, roles and other kinds, as they stand inside a sentence. */

import type { BoundName } from '../../../contracts/effective-limits.ts';
import type { Priority } from '../../../contracts/messages/alarms.ts';
import { keys, texts } from './texts.ts';

export const priorityNames: Readonly<Record<Priority, string>> = texts({ high: 'high', medium: 'medium', low: 'low' });

/** The names of the limits. Refusals of the server use the same names (`boundLabels`). */
export const boundNames: Readonly<Record<BoundName, string>> = texts({
  extremeLow: 'extreme low',
  low: 'low',
  high: 'high',
  extremeHigh: 'extreme high',
});

/** Names in messages, which the page translates with `t`: roles, sexes and categories of patients. */
export const namesInMessages = keys(
  'nurse',
  'physician',
  'technician',
  'auditor',
  'administrator',
  'display',
  'female',
  'male',
  'other',
  'unknown',
  'adult',
  'paediatric',
  'neonatal',
);

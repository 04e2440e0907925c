/**
 * Texts about a strip that is missing or has no waves. This file imports no schemas, to keep them out of the browser's
 * bundle.
 */
import type { StripContent } from './messages/strips.ts';

/**
 * `not-yet`: the strip writer still waits for the waves. `overdue`: the strip should be there; perhaps the strip writer
 * does not run. `again`: the onset is not the first onset of the alarm, and its time is not known. `no-waves-sent`: a
 * technical alarm without waves gets no strip. `none`: the strip is missing, because the strip writer did not run, was
 * not installed yet, or did not notice this onset. `deleted`: strips of this age are no longer kept. `unreadable`: the
 * record of the strip cannot be opened.
 */
export const missingStrips = ['not-yet', 'overdue', 'again', 'no-waves-sent', 'none', 'deleted', 'unreadable'] as const;
export type MissingStrip = (typeof missingStrips)[number];

/** The texts of the screens and the printed page about a missing strip. */
export const missingStripTexts: Readonly<Record<MissingStrip, string>> = {
  'not-yet': 'Not yet: Vigil waits for the waves after the onset. This takes up to 70 s.',
  overdue:
    'The strip is not written yet, although it should be. Perhaps the strip writer does not run: inform the operator.',
  again:
    'There is no strip of this onset. A strip comes up to 70 s after the onset. If it does not come, the strip writer does not run, or it started after this onset.',
  'no-waves-sent':
    'There is no strip. A technical alarm has a strip only if the device sent waves around the onset, and if the strip writer ran.',
  none: 'There is no strip, although there should be one. The strip writer did not run when the alarm began, or it was not installed yet.',
  deleted: 'No longer kept: Vigil keeps strips for 30 days, and for a shorter time if there are very many strips.',
  unreadable: 'The strip cannot be read: its record cannot be opened. Inform the operator.',
};

/** The texts of the screens and the printed page about a strip without waves. */
export const stripContentTexts: Readonly<Record<Exclude<StripContent, 'waves'>, string>> = {
  'no-waves': 'The device sent no waves for this time.',
  'not-kept': 'The waves are no longer kept: the strip writer did not run, and Vigil keeps waves for a day.',
  unreadable: 'The waves cannot be read: their records could not be opened.',
};

/** The texts of the alarms that a device raises itself. Pure. */
import type { AlertCode } from '../../../contracts/alert-codes.ts';
import { alertTextMax, type DeviceAlert } from '../../../contracts/messages/device-alerts.ts';
import { visibleText } from '../../../contracts/text.ts';

/** Returns a text with `#` for each number, because numbers change while a condition lasts. */
export const withoutNumbers = (text: string) => visibleText(text).replace(/[\d.,]+/g, '#');

/**
 * Returns the text of an alarm. The text of the table comes first, so that a condition has the same text for every
 * monitor. The device's own text follows, unless the text of the table contains it.
 */
export function ownAlertText(
  { text, code }: DeviceAlert,
  row: AlertCode | undefined,
  label: string | undefined,
): string {
  const visible = visibleText(text);
  const isBlank = visible.trim() === '';
  if (row === undefined) return shortened(isBlank ? code : visible);
  const named = row.parameter === undefined && label !== undefined ? `${label}: ${row.text}` : row.text;
  return isBlank || named.toLowerCase().includes(visible.toLowerCase()) ? named : shortened(`${named} (${visible})`);
}

/** Returns a text that is cut to the longest allowed length. */
export function shortened(text: string): string {
  if (text.length <= alertTextMax) return text;
  let shortText = '';
  for (const char of text) {
    if (shortText.length + char.length > alertTextMax - 1) break;
    shortText += char;
  }
  return `${shortText}…`;
}

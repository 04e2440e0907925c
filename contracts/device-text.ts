/**
 * The parts of a device's own alarm text (processors/alarms/core/own-alert-text.ts). The text can contain a text of
 * Vigil's table, which can be translated, and words of the device, which stay as they are. Pure.
 */

/** Marks the text of an alarm that the device raised itself (alarm-text.ts). */
export const deviceMark = 'Monitor: ';
/** The text of an alarm that stands for further alarms of the same device (processors/alarms/core/own-alerts.ts). */
export const moreAlarmsForm = 'More alarms than can be listed: {alarm}';
const moreAlarms = moreAlarmsForm.slice(0, moreAlarmsForm.indexOf('{'));

type Translation = {
  /** Returns the translation of a text of Vigil's table; undefined if the table has no such text. */
  readonly text: (text: string) => string | undefined;
  readonly label: (label: string) => string;
  /** Returns the text for further alarms. @param alarm the text of the most serious alarm */
  readonly more: (alarm: string) => string;
};

/**
 * Returns a text such as `Monitor: HR: Above the limit (*** HR HIGH)` in another language. Translates only the texts of
 * Vigil's table and the labels beside them. The words of the device stay as they are, because a word of a device can
 * mean something else: `RR` of a German monitor is a blood pressure.
 * @param text begins with `Monitor: `
 */
export function deviceTextIn(text: string, translation: Translation): string {
  const own = text.slice(deviceMark.length);
  if (!own.startsWith(moreAlarms)) return `${deviceMark}${tableTextIn(own, translation)}`;
  return `${deviceMark}${translation.more(tableTextIn(own.slice(moreAlarms.length), translation))}`;
}

function tableTextIn(own: string, translation: Translation): string {
  const [, label, ofTable = '', deviceWords = ''] = /^(?:(\w+): )?([^():]+?)( \(.*)?$/s.exec(own) ?? [];
  const translated = translation.text(ofTable);
  if (translated === undefined) return own;
  return `${label === undefined ? '' : `${translation.label(label)}: `}${translated}${deviceWords}`;
}

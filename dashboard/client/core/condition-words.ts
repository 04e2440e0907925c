/**
 * The conditions that Vigil itself finds, in words. The alarm history has only the name of a condition, and a device
 * may send any word as a name. For example, `Alert` is also a level of consciousness, and the German word for this
 * level would be wrong for a condition. So the page translates only the names in this file.
 */
import { alarmNotices } from '../../../contracts/bed-notices.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { labelText } from './server-texts.ts';
import { t, texts } from './texts.ts';

/** Conditions without a measurement (processors/alarms/core). */
const wholeNames: Readonly<Record<string, string>> = texts({
  asystole: 'Asystole',
  apnoea: 'Apnoea',
  'no-data': 'No data',
  disconnected: 'Device disconnected',
  'clock-skew': 'Device clock wrong',
  'readings-missing': 'Readings missing',
  'rates-differ': 'HR and pulse differ',
  'no-profile': 'No limits for this patient',
  'not-judged': 'Fault in Vigil: values not judged',
  'twice-in-one-message': 'Two values in one message',
  'device-sound-off': 'Sound of the monitor is off',
  'device-sound-paused': 'Sound of the monitor is paused',
  'shock-index': 'Shock index',
  ...Object.fromEntries(Object.entries(alarmNotices).map(([code, { text }]) => [code, text])),
});

/** The second part of the name of a condition, after a measurement or a score, as in `HR.high`. */
const endings: Readonly<Record<string, string>> = texts({
  low: 'low',
  high: 'high',
  'extreme-low': 'extreme low',
  'extreme-high': 'extreme high',
  'no-data': 'no data',
  intermittent: 'valid only now and then',
  // The risks of NEWS2.
  medium: 'medium',
  'low-medium': 'low-medium',
});

const labels: ReadonlySet<string> = new Set([
  ...[...parameters.values()].flatMap(({ group, limits }) => (limits === undefined ? [group] : [group, limits])),
  'NEWS2',
]);

const ownLimitsCross = 'limits-cross-';

/**
 * Returns a condition as words, for example `HR high`. The name of a condition that Vigil does not find stays as it is.
 */
export function conditionText(condition: string): string {
  if (Object.hasOwn(wholeNames, condition)) return wholeNames[condition]!;
  if (condition.startsWith(ownLimitsCross) && labels.has(condition.slice(ownLimitsCross.length)))
    return t('Own limits cross: {label}', { label: labelText(condition.slice(ownLimitsCross.length)) });
  const [label = '', ending = '', ...rest] = condition.split('.');
  return labels.has(label) && Object.hasOwn(endings, ending) && rest.length === 0
    ? `${labelText(label)} ${endings[ending]}`
    : condition;
}

/** Says at which value an alarm began. */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { limitNumberText, valueBesideLimitText } from '../../../contracts/number-text.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { labelText, serverText } from './server-texts.ts';
import { t } from './texts.ts';

/**
 * Returns the text about the onset, for example `at onset SpO2 84 % (limit 90)`, or for a score `at onset NEWS2 3: RR
 * scores 3`. Undefined if the value is not known. Also undefined for an asystole or an apnoea: the text of such an
 * alarm already has the value, and its limit 0 was not set by a person.
 */
export function onsetText({ atOnset }: { readonly atOnset?: Alarm['atOnset'] | null }): string | undefined {
  if (atOnset?.text !== undefined) return t('at onset {alarm}', { alarm: serverText(atOnset.text) });
  const parameter = parameters.get(atOnset?.code ?? '');
  if (!atOnset || !parameter || (atOnset.value === 0 && atOnset.limit === 0)) return undefined;
  const { value, limit } = atOnset;
  return t('at onset {label} {value} {unit} (limit {limit})', {
    label: labelText(parameter.label),
    value: valueBesideLimitText(value, limit, parameter.digits),
    unit: parameter.unitLabel,
    limit: limitNumberText(limit, 0),
  });
}

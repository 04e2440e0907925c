/** Writes the sentences of an explanation in the language of the page (contracts/explain/said.ts). Pure. */
import type { SaidValue, Sentence } from '../../../contracts/explain/said.ts';
import { serverText } from './server-texts.ts';
import { t } from './texts.ts';
import { withLocalTimes } from './why-bars.ts';

/**
 * Returns the text of a finding, or of a line of the timeline. If a server of an older version sent no sentence,
 * returns the English text. Writes instants in the zone of the page. All other texts among the values stay unchanged.
 */
export function saidText({ text, sentence }: { text: string; sentence?: Sentence }, alarmMs: number): string {
  return sentence === undefined ? withLocalTimes(text, alarmMs) : valueText(sentence, alarmMs);
}

function valueText(value: SaidValue, alarmMs: number): string {
  if (typeof value !== 'object') return withLocalTimes(String(value), alarmMs);
  const { form, values } = value;
  if (values.length === 0) return serverText(form);
  return t(form as string, Object.fromEntries(values.map((part, index) => [index + 1, valueText(part, alarmMs)])));
}

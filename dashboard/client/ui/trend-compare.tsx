/** The choice of an earlier time for a comparison, and the legend of the earlier lines. */
import type { Trends } from '../../protocol/trends.ts';
import { t } from '../core/texts.ts';
import { type CompareHours, compareHours, compareLegend, hoursText } from '../core/trend-compare.ts';
import type { Answer } from '../shell/answer.ts';

type TrendCompareProps = {
  compare: CompareHours | undefined;
  /** The values of the earlier time; undefined until the values have come. */
  answer: Answer<Trends> | undefined;
  codes: readonly string[];
  /** The present span; undefined until its values have come. */
  span: { readonly fromMs: number; readonly toMs: number } | undefined;
  onChoose: (hours: CompareHours | undefined) => void;
};

export function TrendCompare({ compare, answer, span, onChoose }: TrendCompareProps) {
  return (
    <div class="trend-compare">
      <label>
        {t('Compare with')}{' '}
        <select
          data-testid="trend-compare"
          value={compare === undefined ? '' : String(compare)}
          onChange={({ currentTarget: { value } }) => onChoose(compareHours.find((hours) => String(hours) === value))}
        >
          <option value="">{t('nothing')}</option>
          {compareHours.map((hours) => (
            <option key={hours} value={String(hours)}>
              {t('{hours} before', { hours: hoursText(hours) })}
            </option>
          ))}
        </select>
      </label>
      {compare !== undefined && span !== undefined && (
        <span role="status" data-testid="trend-compare-state">
          {stateText(compare, span, answer)}
        </span>
      )}
    </div>
  );
}

function stateText(hours: CompareHours, span: { fromMs: number; toMs: number }, answer: Answer<Trends> | undefined) {
  if (answer === undefined) return t('Loading the earlier values …');
  if (!answer.ok) return `${t('The earlier values cannot be shown.')} ${answer.message}`;
  if (answer.data.series.every(({ points }) => points.length === 0))
    return t('Nothing was recorded {hours} before.', { hours: hoursText(hours) });
  const doubt = answer.data.source.missingFromMs === undefined ? '' : ` ${t('Some of them may be missing.')}`;
  return `${compareLegend(hours, span)}${doubt}`;
}

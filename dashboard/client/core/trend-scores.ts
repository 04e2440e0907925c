/**
 * The texts for the parts of a NEWS2 that a trend shows at one time. The page shows the parts only if they belong to
 * the shown score.
 */
import type { ScoreTrendCode } from '../../../contracts/score-trends.ts';
import type { ScoredPart, ScoreOfStep, TrendScores } from '../../protocol/trend-scores.ts';
import { ageText } from './ages.ts';
import { scoreLabels } from './score-charts.ts';
import { missingText, partNames, partText } from './score-words.ts';
import { t } from './texts.ts';
import { clockText } from './times.ts';

export const newsCodes = ['VIGIL_NEWS2', 'VIGIL_NEWS2_AT_LEAST'] as const satisfies readonly ScoreTrendCode[];
export type NewsCode = (typeof newsCodes)[number];

export const isNewsCode = (code: string): code is NewsCode => (newsCodes as readonly string[]).includes(code);

const pointsOf = ({ total, atLeast }: ScoreOfStep) => total ?? atLeast;

/**
 * Returns the score of a step with its parts; undefined if the score is not known.
 * @param shown the value that the page shows for this step. If the score has a different value, the function returns
 * undefined. If the page shows a mean, `shown` is undefined, and the value of the score does not matter
 */
export function scoreOfStep(
  { scores }: TrendScores,
  code: NewsCode,
  stepAtMs: number,
  shown: number | undefined,
): ScoreOfStep | undefined {
  return scores.find(
    (score) =>
      score.stepAtMs === stepAtMs &&
      (score.total === null) === (code === 'VIGIL_NEWS2_AT_LEAST') &&
      (shown === undefined || pointsOf(score) === shown),
  );
}

/** Returns the title of a score, for example `NEWS2 7 of 14:03:12` or `NEWS2 at least 4 of 14:03:12`. */
export function scoreTitle(score: ScoreOfStep): string {
  const { label } = scoreLabels[score.total === null ? 'VIGIL_NEWS2_AT_LEAST' : 'VIGIL_NEWS2'];
  return `${label} ${pointsOf(score)}${t(' of {time}', { time: clockText(score.atMs) })}`;
}

/**
 * Returns the text of a part, for example `Pulse 112 /min: 2 (3 s old)`. If the part is missing, the text says why, for
 * example `Temperature 38.4 °C: too old (9 h 12 old)`.
 */
export function scoredPartText(part: ScoredPart, score: ScoreOfStep): string {
  const { parameter, value, ageMs, points } = part;
  const scale = parameter === 'SpO2' && score.scale === 2 ? ` (${t('Scale 2')})` : '';
  const what = `${partNames[parameter]}${value === undefined ? '' : ` ${partText(part)}`}${scale}`;
  const age = ageMs === undefined ? '' : ` (${t('{age} old', { age: ageText(ageMs) })})`;
  return `${what}: ${points ?? missingText(part, score)}${age}`;
}

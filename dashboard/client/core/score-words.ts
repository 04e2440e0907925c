/** The texts about early warning scores. The alarm processor computes the scores. */
import type { Assessment, ScorePart, Scores } from '../../../contracts/messages/scores.ts';
import { numberText } from '../../../contracts/number-text.ts';
import {
  type Consciousness,
  consciousnessLevels,
  type NewsParameter,
  type NewsResponse,
} from '../../../contracts/score-names.ts';
import { type MissingReason, missingReason, needsOxygenEntry } from '../../../contracts/score-parts.ts';
import { insideSentence, t, texts } from './texts.ts';

export const partNames: Readonly<Record<NewsParameter, string>> = texts({
  RR: 'Respiratory rate',
  SpO2: 'SpO2',
  oxygen: 'Air or oxygen',
  BPsys: 'Systolic pressure',
  pulse: 'Pulse',
  consciousness: 'Consciousness',
  Temp: 'Temperature',
});

const levelNames: Readonly<Record<Consciousness, string>> = texts({
  A: 'Alert',
  C: 'New confusion',
  V: 'Responds to voice',
  P: 'Responds to pain',
  U: 'Unresponsive',
});

/** What the staff must do, as the Royal College of Physicians says (NEWS2, 2017). */
export const responseTexts: Readonly<Record<NewsResponse, string>> = texts({
  '12-hourly': 'Observe at least every 12 h.',
  '4-to-6-hourly': 'Observe at least every 4 to 6 h. A registered nurse decides what follows.',
  'ward-review': 'One parameter scores 3: observe at least every hour. Urgent review by a doctor of the ward.',
  urgent: 'Observe at least every hour. Urgent assessment by a doctor or an acute team.',
  emergency: 'Observe continuously. Emergency assessment by a team with critical care skills.',
});

const units: Readonly<Partial<Record<NewsParameter, string>>> = {
  RR: '/min',
  SpO2: '%',
  BPsys: 'mmHg',
  pulse: '/min',
  Temp: '°C',
};

/**
 * Returns the value of a part of the score, for example `26 /min`, `on oxygen` or `Alert`; a dash if the value is
 * unknown.
 */
export function partText({ parameter, value }: Pick<ScorePart, 'parameter' | 'value'>): string {
  if (value === undefined) return '–';
  if (typeof value === 'boolean') return value ? t('on oxygen') : t('on air');
  if (typeof value === 'string') return levelNames[value];
  return `${numberText(value, parameter === 'Temp' ? 1 : 0)} ${units[parameter] ?? ''}`.trim();
}

const missingTexts: Readonly<Record<MissingReason, string>> = texts({
  'not entered': 'not entered',
  'not measured': 'not measured',
  'oxygen unknown': 'air or oxygen?',
  'too old': 'too old',
});

/** Returns why a part has no points. For SpO2 the reason depends on the scale and the other parts (`missingReason`). */
export function missingText(
  part: Pick<ScorePart, 'parameter' | 'value'>,
  news2: Parameters<typeof needsOxygenEntry>[0],
) {
  return missingTexts[missingReason(part, needsOxygenEntry(news2))];
}

/**
 * The alarm processor must report within this time that a value is too old for the score (ours). If no report comes,
 * the alarm processor does not work.
 */
const reportWithinMs = 60_000;

/**
 * Returns whether a value is too old for the score and the alarm processor has not reported this. If true, the total is
 * not valid.
 */
export function isOutdated({ validUntil }: Scores, nowMs: number): boolean {
  return validUntil !== undefined && nowMs > Date.parse(validUntil) + reportWithinMs;
}

/** Returns the total for a tile, for example `NEWS2 7`; undefined if there is no valid total. */
export function totalText(scores: Scores | null, nowMs: number): string | undefined {
  if (scores === null || scores.news2.total === undefined || isOutdated(scores, nowMs)) return undefined;
  return t('NEWS2 {total}', { total: scores.news2.total });
}

/** Returns what the staff must do, or why there is no total. */
export function adviceText(scores: Scores, nowMs: number): string {
  const { response, missing, atLeast } = scores.news2;
  if (isOutdated(scores, nowMs))
    return t('Score out of date: the alarm processor is silent. See the age of each value.');
  if (response !== undefined) return responseTexts[response];
  const names = missing.map((part) => insideSentence(partNames[part]).replace('spo2', 'SpO2'));
  return t('No total: {names} missing. The known parts score {atLeast}.', { names: names.join(', '), atLeast });
}

export function shockIndexText({ shockIndex }: Scores): string {
  return shockIndex === undefined
    ? t('Shock index: pulse or pressure missing')
    : t('Shock index {number}', { number: numberText(shockIndex, 2) });
}

export function qsofaText({ qsofa: { met, missing, total } }: Scores): string {
  const names = (list: readonly NewsParameter[]) => list.map((part) => insideSentence(partNames[part])).join(', ');
  const metText = met.length === 0 ? '' : ` (${names(met)})`;
  return total === undefined
    ? t('qSOFA: at least {n}{met}, {names} missing', { n: met.length, met: metText, names: names(missing) })
    : t('qSOFA {total}{met}', { total, met: metText });
}

/** The fields of the form. An empty field means: no new entry. */
export type AssessmentDraft = { readonly consciousness: string; readonly oxygen: string; readonly spo2Scale: string };
export const emptyAssessment: AssessmentDraft = { consciousness: '', oxygen: '', spo2Scale: '' };

const noNewEntry = {
  value: '',
  get text() {
    return t('no new entry');
  },
};
export const consciousnessOptions = [
  noNewEntry,
  ...consciousnessLevels.map((value) => ({
    value: value as string,
    get text() {
      return `${value}: ${levelNames[value]}`;
    },
  })),
];
export const oxygenOptions = [
  noNewEntry,
  {
    value: 'air',
    get text() {
      return t('Air');
    },
  },
  {
    value: 'oxygen',
    get text() {
      return t('Oxygen');
    },
  },
];
export const scaleOptions = [
  noNewEntry,
  {
    value: '1',
    get text() {
      return t('Scale 1');
    },
  },
  {
    value: '2',
    get text() {
      return t('Scale 2: hypercapnic respiratory failure, target 88 to 92 %');
    },
  },
];

/** Returns the assessment to send; undefined if nothing was entered. */
export function readAssessment({ consciousness, oxygen, spo2Scale }: AssessmentDraft): Assessment | undefined {
  const level = consciousnessLevels.find((option) => option === consciousness);
  const assessment: Assessment = {
    ...(level !== undefined && { consciousness: level }),
    ...((oxygen === 'air' || oxygen === 'oxygen') && { oxygen: oxygen === 'oxygen' }),
    ...(spo2Scale === '1' && { spo2Scale: 1 }),
    ...(spo2Scale === '2' && { spo2Scale: 2 }),
  };
  return Object.keys(assessment).length === 0 ? undefined : assessment;
}

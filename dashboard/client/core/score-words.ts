/** Early warning scores as people read them. The numbers come from the alarm processor; this file scores nothing. */
import type { Assessment, ScorePart, Scores } from '../../../contracts/messages/scores.ts';
import { numberText } from '../../../contracts/number-text.ts';
import {
  type Consciousness,
  consciousnessLevels,
  type NewsParameter,
  type NewsResponse,
} from '../../../contracts/score-names.ts';

export const partNames: Readonly<Record<NewsParameter, string>> = {
  RR: 'Respiratory rate',
  SpO2: 'SpO2',
  oxygen: 'Air or oxygen',
  BPsys: 'Systolic pressure',
  pulse: 'Pulse',
  consciousness: 'Consciousness',
  Temp: 'Temperature',
};

const levelNames: Readonly<Record<Consciousness, string>> = {
  A: 'Alert',
  C: 'New confusion',
  V: 'Responds to voice',
  P: 'Responds to pain',
  U: 'Unresponsive',
};

/** What the Royal College of Physicians asks for (NEWS2, 2017). */
export const responseWords: Readonly<Record<NewsResponse, string>> = {
  '12-hourly': 'Observe at least every 12 h.',
  '4-to-6-hourly': 'Observe at least every 4 to 6 h. A registered nurse decides what follows.',
  'ward-review': 'One parameter scores 3: observe at least every hour. Urgent review by a doctor of the ward.',
  urgent: 'Observe at least every hour. Urgent assessment by a doctor or an acute team.',
  emergency: 'Observe continuously. Emergency assessment by a team with critical care skills.',
};

const units: Readonly<Partial<Record<NewsParameter, string>>> = {
  RR: '/min',
  SpO2: '%',
  BPsys: 'mmHg',
  pulse: '/min',
  Temp: '°C',
};

/** `26 /min`, `on oxygen`, `Alert`; a dash if nothing is known. */
export function partText({ parameter, value }: ScorePart): string {
  if (value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'on oxygen' : 'on air';
  if (typeof value === 'string') return levelNames[value];
  return `${numberText(value, parameter === 'Temp' ? 1 : 0)} ${units[parameter] ?? ''}`.trim();
}

const isEntered = (parameter: NewsParameter) => parameter === 'oxygen' || parameter === 'consciousness';

/** Why a part has no points. `isOxygenKnown`: on scale 2 a high SpO2 cannot be scored before oxygen is known. */
export function missingText({ parameter, value }: ScorePart, isOxygenKnown: boolean): string {
  if (value === undefined) return isEntered(parameter) ? 'not entered' : 'not measured';
  return parameter === 'SpO2' && !isOxygenKnown ? 'air or oxygen?' : 'too old';
}

/** The alarm processor reports within this time that an input has become too old; otherwise it is away (ours). */
const awayMs = 60_000;

/** Whether inputs have become too old without a report of the alarm processor: then the total counts no more. */
export function isOutdated({ validUntil }: Scores, nowMs: number): boolean {
  return validUntil !== undefined && nowMs > Date.parse(validUntil) + awayMs;
}

/** `NEWS2 7`, for a tile; undefined if there is no total. */
export function totalText(scores: Scores | null, nowMs: number): string | undefined {
  if (scores === null || scores.news2.total === undefined || isOutdated(scores, nowMs)) return undefined;
  return `NEWS2 ${scores.news2.total}`;
}

/** What to do, or why there is no total. */
export function adviceText(scores: Scores, nowMs: number): string {
  const { response, missing, atLeast } = scores.news2;
  if (isOutdated(scores, nowMs))
    return 'The alarm processor has not scored this patient since: see the age of each value.';
  if (response !== undefined) return responseWords[response];
  const names = missing.map((part) => partNames[part].toLowerCase().replace('spo2', 'SpO2'));
  return `No total: ${names.join(', ')} missing. What is known scores ${atLeast}.`;
}

export function shockIndexText({ shockIndex }: Scores): string {
  return shockIndex === undefined
    ? 'Shock index: pulse or pressure missing'
    : `Shock index ${numberText(shockIndex, 2)}`;
}

export function qsofaText({ qsofa: { met, missing, total } }: Scores): string {
  const names = (list: readonly NewsParameter[]) => list.map((part) => partNames[part].toLowerCase()).join(', ');
  const by = met.length === 0 ? '' : ` (${names(met)})`;
  return total === undefined ? `qSOFA: at least ${met.length}${by}, ${names(missing)} missing` : `qSOFA ${total}${by}`;
}

/** The form: an empty field enters nothing. */
export type AssessmentDraft = { readonly consciousness: string; readonly oxygen: string; readonly spo2Scale: string };
export const emptyAssessment: AssessmentDraft = { consciousness: '', oxygen: '', spo2Scale: '' };

const asBefore = { value: '', text: 'no new entry' };
export const consciousnessOptions = [
  asBefore,
  ...consciousnessLevels.map((value) => ({ value: value as string, text: `${value}: ${levelNames[value]}` })),
];
export const oxygenOptions = [asBefore, { value: 'air', text: 'Air' }, { value: 'oxygen', text: 'Oxygen' }];
export const scaleOptions = [
  asBefore,
  { value: '1', text: 'Scale 1' },
  { value: '2', text: 'Scale 2: hypercapnic respiratory failure, target 88 to 92 %' },
];

/** Returns what to send; undefined if nothing was entered. */
export function readAssessment({ consciousness, oxygen, spo2Scale }: AssessmentDraft): Assessment | undefined {
  const level = consciousnessLevels.find((option) => option === consciousness);
  const read: Assessment = {
    ...(level !== undefined && { consciousness: level }),
    ...((oxygen === 'air' || oxygen === 'oxygen') && { oxygen: oxygen === 'oxygen' }),
    ...(spo2Scale === '1' && { spo2Scale: 1 }),
    ...(spo2Scale === '2' && { spo2Scale: 2 }),
  };
  return Object.keys(read).length === 0 ? undefined : read;
}

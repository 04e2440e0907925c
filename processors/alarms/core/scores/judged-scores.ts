/** Judges the scores: how long each score has been at its alarm value, and the text of its alarm. Pure. */
import { numberText } from '../../../../contracts/number-text.ts';
import { type NewsParameter, newsParameters } from '../../../../contracts/score-names.ts';
import type { Condition } from '../condition.ts';
import { isBeyondAny, type Rule, type Rules, rulesFrom } from '../rules.ts';
import { judge, type Sample, type Tracker } from '../track.ts';
import { type ScoreName, scoreNames } from './names.ts';
import { type News2, news2 } from './news2.ts';
import { type Qsofa, qsofa } from './qsofa.ts';
import { roundHalfUp } from './round.ts';
import { isSpotCheck, type ScoreInputs, valuesToScoreAt } from './score-inputs.ts';
import type { ScoreCall, ScoreRules } from './score-rules.ts';
import { shockIndex } from './shock-index.ts';

/**
 * A score that is at its alarm value, or was a moment ago. `text`: the text of its alarm. `onsetText`: this text at the
 * onset; absent in states of older releases.
 */
type JudgedScore = { readonly tracker: Tracker; readonly text: string; readonly onsetText?: string };
export type ScoreTrackers = Readonly<Partial<Record<ScoreName, JudgedScore>>>;

export const noScoreTrackers: ScoreTrackers = {};

/** How one score is judged. */
type Row = {
  /** The smallest difference between two values of the score. */
  readonly step: number;
  readonly chain: string;
  readonly rank: number;
  /** Causes that call instead of this score. If a limit of an input already calls, the score must not call too. */
  readonly yieldsTo?: readonly string[];
};

const rows: Readonly<Record<ScoreName, Row>> = {
  'NEWS2.high': { step: 1, chain: 'NEWS2', rank: 3 },
  'NEWS2.medium': { step: 1, chain: 'NEWS2', rank: 2 },
  'NEWS2.low-medium': { step: 1, chain: 'NEWS2', rank: 1 },
  qSOFA: { step: 1, chain: 'qSOFA', rank: 0, yieldsTo: ['NEWS2', 'RR.high', 'ABP.low', 'NIBP.low'] },
  'shock-index': {
    step: 0.01,
    chain: 'shock-index',
    rank: 0,
    yieldsTo: ['NEWS2', 'qSOFA', 'HR.high', 'ABP.low', 'NIBP.low'],
  },
};

/** The rules of one score, for continuous values and for single measurements. */
type MadeRule = { readonly call: ScoreCall; readonly continuous: Rules; readonly single: Rules };
/** The rules of a profile's scores that are not off. */
type MadeRules = Readonly<Partial<Record<ScoreName, MadeRule>>>;

/** Caches the rules for each profile, because every set of values needs them. */
const madeRules = new WeakMap<ScoreRules, MadeRules>();

function rulesOf(scores: ScoreRules): MadeRules {
  const cached = madeRules.get(scores);
  if (cached !== undefined) return cached;
  const entries = scoreNames.flatMap((name) => {
    const call = scores.calls[name];
    if ('off' in call) return [];
    const { from, priority, delayMs } = call;
    const limit = roundHalfUp(from - rows[name].step, 2);
    const rule = { tier: 'high', priority, limit, hysteresis: 0 } as const;
    const continuous: Rule = { ...rule, delay: { kind: 'fixed', ms: delayMs }, offDelayMs: scores.offDelayMs };
    const single: Rule = { ...rule, delay: { kind: 'fixed', ms: 0 }, offDelayMs: 0 };
    return [[name, { call, continuous: rulesFrom([continuous]), single: rulesFrom([single]) }] as const];
  });
  const newRules: MadeRules = Object.fromEntries(entries);
  madeRules.set(scores, newRules);
  return newRules;
}

/** Judges the scores of one instant. If all values are single measurements, the scores have no delay. */
export function judgeScores(
  before: ScoreTrackers,
  inputs: ScoreInputs,
  { at, late }: { readonly at: number; readonly late: boolean },
  scoreRules: ScoreRules,
): ScoreTrackers {
  const set = valuesToScoreAt(inputs, at, scoreRules.ages);
  const scored = { news: news2(set), sofa: qsofa(set), index: shockIndex(set.pulse, set.BPsys) };
  const rules = rulesOf(scoreRules);
  let single: boolean | undefined;
  let after: Partial<Record<ScoreName, JudgedScore>> | undefined;
  for (const name of scoreNames) {
    const madeRule = rules[name];
    if (madeRule === undefined) continue;
    const { from } = madeRule.call;
    const value = judgedValue(name, scored, from);
    const trackerBefore = before[name];
    const isBeyond = value !== null && isBeyondAny(madeRule.continuous, value);
    if (trackerBefore === undefined && !isBeyond) continue;
    single ??= isSpotCheck(inputs, at, scoreRules.ages);
    const rulesOfSet = single ? madeRule.single : madeRule.continuous;
    const sample: Sample = { at, value, questionable: false, late, single, noDataMs: scoreRules.ages.continuousMs };
    const { high: tracker } = judge(
      trackerBefore === undefined ? {} : { high: trackerBefore.tracker },
      sample,
      rulesOfSet,
    );
    if (tracker === undefined) continue;
    after ??= {};
    const text = isBeyond ? textOf(name, value, from, scored) : trackerBefore!.text;
    const isSameOnset = trackerBefore?.tracker.onset === tracker.onset;
    const onsetText = isSameOnset ? trackerBefore.onsetText : text;
    after[name] = { tracker, text, ...(onsetText !== undefined && { onsetText }) };
  }
  return after ?? noScoreTrackers;
}

type Scored = { readonly news: News2; readonly sofa: Qsofa; readonly index: number | undefined };

const pointsMax: Readonly<Record<NewsParameter, number>> = {
  RR: 3,
  SpO2: 3,
  oxygen: 2,
  BPsys: 3,
  pulse: 3,
  consciousness: 3,
  Temp: 3,
};

/**
 * Returns the value by which a score is judged; null if too few inputs are known. An incomplete NEWS2 has no total. If
 * its known parts alone reach the emergency threshold, the alarm is certain and calls (ours). Otherwise an incomplete
 * NEWS2 does not call.
 */
function judgedValue(name: ScoreName, { news, sofa, index }: Scored, from: number): number | null {
  const { total, atLeast, missing, points } = news;
  const atMost = missing.reduce((sum, parameter) => sum + pointsMax[parameter], atLeast);
  switch (name) {
    case 'NEWS2.high':
      return certainValue(atLeast, atMost, from);
    case 'NEWS2.medium':
      return total ?? (atMost < from ? atMost : null);
    case 'NEWS2.low-medium':
      return total === undefined ? null : Math.max(...newsParameters.map((parameter) => points[parameter] ?? 0));
    case 'qSOFA':
      return certainValue(sofa.met.length, sofa.met.length + sofa.missing.length, from);
    case 'shock-index':
      return index ?? null;
  }
}

/**
 * Returns a value that is certainly on the same side of `from` as the score; null if the side depends on the missing
 * inputs.
 */
function certainValue(atLeast: number, atMost: number, from: number): number | null {
  if (atLeast >= from) return atLeast;
  return atMost < from ? atMost : null;
}

function textOf(name: ScoreName, value: number, from: number, { news, sofa }: Scored): string {
  switch (name) {
    case 'NEWS2.high':
    case 'NEWS2.medium':
      return news.total === undefined
        ? `NEWS2 at least ${value} ≥ ${from} (missing: ${news.missing.map((parameter) => labels[parameter]).join(', ')})`
        : `NEWS2 ${value} ≥ ${from}`;
    case 'NEWS2.low-medium': {
      const withThreePoints = newsParameters
        .filter((parameter) => news.points[parameter] === 3)
        .map((parameter) => labels[parameter]);
      return `NEWS2 ${news.total}: ${withThreePoints.join(', ')} scores 3`;
    }
    case 'qSOFA':
      return `qSOFA ${sofa.total === undefined ? 'at least ' : ''}${value} ≥ ${from}`;
    case 'shock-index':
      return `Shock index ${numberText(value, 2)} ≥ ${from}`;
  }
}

const labels: Readonly<Record<NewsParameter, string>> = {
  RR: 'RR',
  SpO2: 'SpO2',
  oxygen: 'oxygen',
  BPsys: 'systolic',
  pulse: 'pulse',
  consciousness: 'consciousness',
  Temp: 'temperature',
};

/** Returns the trackers after a clock was set back: present conditions stay, and delays start again. */
export function restartScoreDelays(trackers: ScoreTrackers): ScoreTrackers {
  const alarmingScores = Object.entries(trackers).filter(([, { tracker }]) => tracker.determined !== null);
  return Object.fromEntries(
    alarmingScores.map(([name, score]) => [
      name,
      { ...score, tracker: { ...score.tracker, lastAt: null, insideSince: null } },
    ]),
  );
}

const noConditions: readonly Condition[] = [];

/** Returns one condition for each score whose delay has passed. */
export function scoreConditions(trackers: ScoreTrackers, scoreRules: ScoreRules): readonly Condition[] {
  if (trackers === noScoreTrackers) return noConditions;
  const conditions: Condition[] = [];
  const rules = rulesOf(scoreRules);
  for (const [name, { tracker, text, onsetText }] of Object.entries(trackers) as [
    ScoreName,
    NonNullable<ScoreTrackers[ScoreName]>,
  ][]) {
    const call = rules[name]?.call;
    if (tracker.determined === null || call === undefined) continue;
    const { from, priority } = call;
    const { chain, rank, yieldsTo } = rows[name];
    conditions.push({
      key: name,
      name,
      kind: 'physiological',
      priority,
      chain,
      rank,
      ...(yieldsTo && { yieldsTo }),
      text,
      value: tracker.value,
      limit: from,
      onset: tracker.onset,
      ...(tracker.onsetValue !== undefined &&
        onsetText !== undefined && {
          atOnset: { code: name, value: tracker.onsetValue, limit: from, unit: '1', text: onsetText },
        }),
      determined: tracker.determined,
      valueAt: tracker.valueAt,
      excess: tracker.value - from,
      ...(tracker.insideSince !== null && { clearing: true }),
      late: tracker.late,
      outOfOrder: false,
    });
  }
  return conditions;
}

/** The scores against what they alarm from: how long each has been there, and what its alarm says. Pure. */
import type { Priority } from '../../../../contracts/messages/alarms.ts';
import { numberText } from '../../../../contracts/number-text.ts';
import { type NewsParameter, newsParameters } from '../../../../contracts/score-names.ts';
import type { Condition } from '../condition.ts';
import type { Rule } from '../rules.ts';
import { judge, type Sample, type Tracker } from '../track.ts';
import { freshMs, isSpotCheck, type Known, setAt } from './known.ts';
import { type ScoreName, scoreNames } from './names.ts';
import { type News2, news2 } from './news2.ts';
import { type Qsofa, qsofa, qsofaFrom } from './qsofa.ts';
import { shockIndex, shockIndexFrom } from './shock-index.ts';

/** Scores that have reached what they alarm from, or did until a moment ago: how long, and the words. */
export type ScoresHeld = Readonly<Partial<Record<ScoreName, { readonly tracker: Tracker; readonly text: string }>>>;

/** No score has reached anything. */
export const nothingHeld: ScoresHeld = {};

type Row = {
  readonly from: number;
  /** The least difference between two scores. */
  readonly step: number;
  readonly priority: Priority;
  readonly chain: string;
  readonly rank: number;
  /** Chains of which any condition stands for this score. */
  readonly under?: readonly string[];
  /** How long it must be reached before it alarms. */
  readonly onMs: number;
};

const minute = 60_000;
/**
 * Low and medium, since a score calls for an assessment, not for a hand at once, and must not flood a ward (ours). From: CLINICAL, "NEWS2" and
 * "Deterioration". Times of ours. A shock index and a qSOFA are
 * no news where a limit of what they are made of calls already.
 */
const rows: Readonly<Record<ScoreName, Row>> = {
  'NEWS2.high': { from: 7, step: 1, priority: 'medium', chain: 'NEWS2', rank: 3, onMs: minute },
  'NEWS2.medium': { from: 5, step: 1, priority: 'low', chain: 'NEWS2', rank: 2, onMs: minute },
  'NEWS2.low-medium': { from: 3, step: 1, priority: 'low', chain: 'NEWS2', rank: 1, onMs: minute },
  qSOFA: {
    from: qsofaFrom,
    step: 1,
    priority: 'low',
    chain: 'qSOFA',
    rank: 0,
    under: ['NEWS2', 'RR.high', 'ABP.low', 'NIBP.low'],
    onMs: minute,
  },
  'shock-index': {
    from: shockIndexFrom,
    step: 0.01,
    priority: 'low',
    chain: 'shock-index',
    rank: 0,
    under: ['NEWS2', 'qSOFA', 'HR.high', 'ABP.low', 'NIBP.low'],
    onMs: 5 * minute,
  },
};

/** A score must be below for so long to end its alarm (ours). */
const offMs = 5 * minute;

const ruleOf = ({ from, step, priority, onMs }: Row, isSingle: boolean): Rule => ({
  tier: 'high',
  priority,
  limit: from - step,
  hysteresis: 0,
  delay: { kind: 'fixed', ms: isSingle ? 0 : onMs },
  offDelayMs: isSingle ? 0 : offMs,
});
const rules = Object.fromEntries(
  scoreNames.map((name) => [name, { often: ruleOf(rows[name], false), singly: ruleOf(rows[name], true) }]),
) as Record<ScoreName, { readonly often: Rule; readonly singly: Rule }>;

/** Judges what is known at an instant. Where every value is a single measurement, each is judged as it comes. */
export function judgeScores(before: ScoresHeld, known: Known, at: number, late: boolean): ScoresHeld {
  const set = setAt(known, at);
  const scored = { news: news2(set), sofa: qsofa(set), index: shockIndex(set.pulse, set.BPsys) };
  let single: boolean | undefined;
  let held: Partial<Record<ScoreName, { tracker: Tracker; text: string }>> | undefined;
  for (const name of scoreNames) {
    const value = judgedValue(name, scored);
    const was = before[name];
    const { often, singly } = rules[name];
    const isBeyond = value !== null && value > often.limit;
    if (was === undefined && !isBeyond) continue;
    single ??= isSpotCheck(known, at);
    const rule = single ? singly : often;
    const sample: Sample = { at, value, questionable: false, late, single, noDataMs: freshMs };
    const { high: tracker } = judge(was === undefined ? {} : { high: was.tracker }, sample, [rule]);
    if (tracker === undefined) continue;
    held ??= {};
    held[name] = { tracker, text: isBeyond ? textOf(name, value, scored) : was!.text };
  }
  return held ?? nothingHeld;
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
 * What is judged of a set; null where too little is known. A partial NEWS2 has no total, but its known parts may reach 7 by themselves: then
 * the emergency is certain and called (ours). Nothing slighter is called of a partial set.
 */
function judgedValue(name: ScoreName, { news, sofa, index }: Scored): number | null {
  const { total, atLeast, missing, points } = news;
  const atMost = missing.reduce((sum, one) => sum + pointsMax[one], atLeast);
  switch (name) {
    case 'NEWS2.high':
      return certain(atLeast, atMost, rows[name].from);
    case 'NEWS2.medium':
      return total ?? (atMost < rows[name].from ? atMost : null);
    case 'NEWS2.low-medium':
      return total === undefined ? null : Math.max(...newsParameters.map((one) => points[one] ?? 0));
    case 'qSOFA':
      return certain(sofa.met.length, sofa.met.length + sofa.missing.length, qsofaFrom);
    case 'shock-index':
      return index ?? null;
  }
}

function certain(atLeast: number, atMost: number, from: number): number | null {
  if (atLeast >= from) return atLeast;
  return atMost < from ? atMost : null;
}

function textOf(name: ScoreName, value: number, { news, sofa }: Scored): string {
  const { from } = rows[name];
  switch (name) {
    case 'NEWS2.high':
    case 'NEWS2.medium':
      return news.total === undefined
        ? `NEWS2 at least ${value} ≥ ${from} (missing: ${news.missing.map((one) => labels[one]).join(', ')})`
        : `NEWS2 ${value} ≥ ${from}`;
    case 'NEWS2.low-medium': {
      const grave = newsParameters.filter((one) => news.points[one] === 3).map((one) => labels[one]);
      return `NEWS2 ${news.total}: ${grave.join(', ')} scores 3`;
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

/** After a clock was set back: what holds stays, delays begin anew. */
export function releaseScores(held: ScoresHeld): ScoresHeld {
  const kept = Object.entries(held).filter(([, { tracker }]) => tracker.determined !== null);
  return Object.fromEntries(
    kept.map(([name, { tracker, text }]) => [name, { text, tracker: { ...tracker, lastAt: null, insideSince: null } }]),
  );
}

const none: readonly Condition[] = [];

export function scoreConditions(held: ScoresHeld): readonly Condition[] {
  if (held === nothingHeld) return none;
  const found: Condition[] = [];
  for (const [name, { tracker, text }] of Object.entries(held) as [ScoreName, NonNullable<ScoresHeld[ScoreName]>][]) {
    if (tracker.determined === null) continue;
    const { from, priority, chain, rank, under } = rows[name];
    found.push({
      key: name,
      name,
      kind: 'physiological',
      priority,
      chain,
      rank,
      ...(under && { under }),
      text,
      value: tracker.value,
      limit: from,
      onset: tracker.onset,
      determined: tracker.determined,
      valueAt: tracker.valueAt,
      excess: tracker.value - from,
      ...(tracker.insideSince !== null && { clearing: true }),
      late: tracker.late,
      outOfOrder: false,
    });
  }
  return found;
}

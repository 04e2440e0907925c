/** Tests of the rules for scores, and of changed rules. */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, env, type Numerics, t0 } from '../../../bed.testing.ts';
import type { Environment } from '../environment.ts';
import { rulesChangeScoreAlarms } from '../judging.ts';
import { adultProfile, type Profile } from '../profile.ts';
import type { State } from '../state.ts';
import { isScore, type ScoreName } from './names.ts';
import { builtInScores, type ScoreRules } from './score-rules.ts';
import { scoresOf } from './view.ts';

const well: Numerics = { HR: 70, SpO2: 97, RR: 16, ABPs: 130, Temp: 37 };
/** A NEWS2 of 7 for an alert patient without oxygen: RR 3, pulse 2, SpO2 2. No limit is broken. */
const ill: Numerics = { ...well, HR: 115, SpO2: 92, RR: 26 };

type Calls = Partial<ScoreRules['calls']>;
const rulesWith = (calls: Calls, more: Partial<ScoreRules> = {}): ScoreRules => ({
  ...builtInScores,
  ...more,
  calls: { ...builtInScores.calls, ...calls },
});
const environmentWith = (scores: ScoreRules): Environment => {
  const profile: Profile = { ...adultProfile, scores };
  return { ...env, profile: () => profile };
};

function assessedBed(by: Environment, from?: State): Bed {
  const patient = bed('adult', 'association-1', from, by);
  if (from === undefined) patient.command(0, { type: 'enter-assessment', consciousness: 'A', oxygen: false });
  return patient;
}
const raisedScores = (patient: Bed) => patient.raisedConditions().filter(isScore);
const presentScores = (patient: Bed) =>
  Object.values(patient.liveAlarms())
    .filter(({ condition, present }) => isScore(condition) && present)
    .map(({ condition }) => condition);

/** Returns the same patient with other rules, as after a change of the profile file. */
function changeTo(scores: ScoreRules, patient: Bed, s: number): Bed {
  const after = assessedBed(environmentWith(scores), patient.state());
  after.feed({ type: 'profiles', before: undefined }, t0 + s * 1000);
  return after;
}

describe('the rules for scores in a profile', () => {
  it('a profile sets the alarm value, the priority and the delay of a score', () => {
    const patient = assessedBed(
      environmentWith(rulesWith({ 'NEWS2.high': { from: 6, priority: 'high', delayMs: 0 } })),
    );
    patient.feedEachSecond(1, 21, { ...ill, HR: 105 });
    expect(raisedScores(patient)).toEqual(['NEWS2.high']);
    expect(patient.liveAlarms()['NEWS2.high']).toMatchObject({
      priority: 'high',
      text: 'NEWS2 6 ≥ 6',
      value: 6,
      limit: 6,
    });
  });

  it.each<[ScoreName, Numerics]>([
    ['NEWS2.high', ill],
    ['NEWS2.medium', { ...well, HR: 115, SpO2: 92, ABPs: 105 }],
    ['NEWS2.low-medium', { ...well, RR: 26 }],
    ['qSOFA', { RR: 24, ABPs: 98 }],
    ['shock-index', { HR: 108, ABPs: 120 }],
  ])('a profile can switch off the alarm of %s, and the score is still shown', (name, numerics) => {
    const loud = assessedBed(environmentWith(rulesWith({})));
    loud.feedEachSecond(1, 400, numerics);
    expect(raisedScores(loud)).toContain(name);
    const changedEnvironment = environmentWith(rulesWith({ [name]: { off: 'not used here' } }));
    const quiet = assessedBed(changedEnvironment);
    quiet.feedEachSecond(1, 400, numerics);
    expect(raisedScores(quiet)).not.toContain(name);
    const at = t0 + 400_000;
    expect(scoresOf(changedEnvironment, quiet.state(), at)).toEqual(scoresOf(env, loud.state(), at));
  });

  it('a shock index alarms from 0.95 on and not at 0.94 if the profile says so', () => {
    const changedEnvironment = environmentWith(
      rulesWith({ 'shock-index': { from: 0.95, priority: 'low', delayMs: 0 } }),
    );
    const below = assessedBed(changedEnvironment);
    below.feedEachSecond(1, 60, { HR: 94, ABPs: 100 });
    expect(raisedScores(below)).toEqual([]);
    const at = assessedBed(changedEnvironment);
    at.feedEachSecond(1, 60, { HR: 95, ABPs: 100 });
    expect(raisedScores(at)).toEqual(['shock-index']);
  });

  it('a profile sets how old an input may be', () => {
    const changedEnvironment = environmentWith(
      rulesWith({}, { ages: { continuousMs: 60_000, singleGraceMs: 0, enteredMs: 600_000 } }),
    );
    const patient = assessedBed(changedEnvironment);
    patient.feedEachSecond(1, 1, { ...well });
    const missing = (s: number) => scoresOf(changedEnvironment, patient.state(), t0 + s * 1000)?.news2.missing;
    expect(missing(61)).toEqual([]);
    expect(missing(62)).toEqual(['RR', 'SpO2', 'BPsys', 'pulse']);
    expect(missing(601)).toContain('consciousness');
  });

  it('a profile sets the off-delay and the time of re-alarm of scores', () => {
    const changedEnvironment = environmentWith(rulesWith({}, { offDelayMs: 60_000, realarmMs: 300_000 }));
    const patient = assessedBed(changedEnvironment);
    patient.feedEachSecond(1, 100, ill);
    patient.acknowledge(100, 'NEWS2.high');
    patient.feedEachSecond(101, 399, ill);
    expect(patient.eventTypes('NEWS2.high')).not.toContain('realarmed');
    patient.feedEachSecond(400, 401, ill);
    expect(patient.eventTypes('NEWS2.high')).toContain('realarmed');
    patient.feedEachSecond(402, 500, well);
    expect(presentScores(patient)).toEqual([]);
  });
});

describe('a change of the profile', () => {
  it('a change of the profile ends an alarm immediately if the last set is below the new alarm value', () => {
    const patient = assessedBed(environmentWith(rulesWith({})));
    patient.feedEachSecond(1, 100, ill);
    expect(presentScores(patient)).toContain('NEWS2.high');
    const after = changeTo(rulesWith({ 'NEWS2.high': { from: 9, priority: 'medium', delayMs: 60_000 } }), patient, 101);
    expect(presentScores(after)).not.toContain('NEWS2.high');
    expect(presentScores(after)).toContain('NEWS2.medium');
  });

  it('a change of the profile raises an alarm immediately if the last sets have reached the new alarm value', () => {
    const patient = assessedBed(environmentWith(rulesWith({})));
    patient.feedEachSecond(1, 100, { ...well, HR: 115, SpO2: 92 });
    expect(raisedScores(patient)).toEqual([]);
    const after = changeTo(rulesWith({ 'NEWS2.medium': { from: 4, priority: 'low', delayMs: 60_000 } }), patient, 101);
    expect(presentScores(after)).toEqual(['NEWS2.medium']);
  });

  it('a change of the profile gives a present alarm its new priority', () => {
    const patient = assessedBed(environmentWith(rulesWith({})));
    patient.feedEachSecond(1, 100, ill);
    const { alarmId } = patient.liveAlarms()['NEWS2.high']!;
    const after = changeTo(rulesWith({ 'NEWS2.high': { from: 7, priority: 'high', delayMs: 60_000 } }), patient, 101);
    expect(after.liveAlarms()['NEWS2.high']).toMatchObject({ alarmId, priority: 'high', present: true });
    expect(raisedScores(after)).toEqual([]);
  });

  it('a change for one score does not end the alarm of another score during its off-delay', () => {
    const patient = assessedBed(environmentWith(rulesWith({})));
    patient.feedEachSecond(1, 100, ill);
    patient.feedEachSecond(101, 200, well);
    const { alarmId } = patient.liveAlarms()['NEWS2.high']!;
    const after = changeTo(rulesWith({ qSOFA: { off: 'not used here' } }), patient, 201);
    expect(after.liveAlarms()['NEWS2.high']).toMatchObject({ alarmId, present: true });
  });

  it('a change of the profile ends the alarm of a score that is switched off', () => {
    const patient = assessedBed(environmentWith(rulesWith({})));
    patient.feedEachSecond(1, 100, ill);
    const off = { off: 'not used here' };
    const after = changeTo(
      rulesWith({ 'NEWS2.high': off, 'NEWS2.medium': off, 'NEWS2.low-medium': off }),
      patient,
      101,
    );
    expect(presentScores(after)).toEqual([]);
  });

  it('rulesChangeScoreAlarms returns true only if the present rules give other alarms', () => {
    const patient = assessedBed(environmentWith(rulesWith({})));
    patient.feedEachSecond(1, 600, ill);
    expect(rulesChangeScoreAlarms(environmentWith(rulesWith({})), patient.state())).toBe(false);
    const other = rulesWith({ 'NEWS2.high': { from: 9, priority: 'medium', delayMs: 60_000 } });
    expect(rulesChangeScoreAlarms(environmentWith(other), patient.state())).toBe(true);
  });
});

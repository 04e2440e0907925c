/** Tests of the alarms of scores. */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, type Numerics, reading, t0, wallOf } from '../../../bed.testing.ts';
import { adultProfile } from '../profile.ts';
import { rearm } from '../rearm.ts';
import { isScore } from './names.ts';
import { type ScoreInputs, valuesToScoreAt } from './score-inputs.ts';
import { builtInScores } from './score-rules.ts';

/** A NEWS2 of 0. No limit is broken. */
const well: Numerics = { HR: 70, SpO2: 97, RR: 16, ABPs: 130, Temp: 37 };
/** A NEWS2 of 7 for an alert patient without oxygen: RR 3, pulse 2, SpO2 2. No limit is broken. */
const ill: Numerics = { ...well, HR: 115, SpO2: 92, RR: 26 };
/** A NEWS2 of 5: pulse 2, SpO2 2, systolic pressure 1. */
const unwell: Numerics = { ...well, HR: 115, SpO2: 92, ABPs: 105 };

const alert = { type: 'enter-assessment', consciousness: 'A', oxygen: false } as const;

const valuesAt = (known: ScoreInputs, at: number) => valuesToScoreAt(known, at, builtInScores.ages);

function assessedBed(): Bed {
  const patient = bed();
  patient.command(0, alert);
  return patient;
}
const raisedScores = (patient: Bed) => patient.raisedConditions().filter(isScore);
const presentScores = (patient: Bed) =>
  Object.values(patient.liveAlarms())
    .filter(({ condition, present }) => isScore(condition) && present)
    .map(({ condition }) => condition);

describe('NEWS2', () => {
  it('NEWS2 alarms with medium priority after it has been 7 for a minute', () => {
    const patient = assessedBed();
    patient.feedEachSecond(1, 60, ill);
    expect(raisedScores(patient)).toEqual([]);
    patient.feedEachSecond(61, 80, ill);
    expect(raisedScores(patient)).toEqual(['NEWS2.high']);
    expect(patient.liveAlarms()['NEWS2.high']).toMatchObject({
      kind: 'physiological',
      priority: 'medium',
      text: 'NEWS2 7 ≥ 7',
      value: 7,
      limit: 7,
      signal: 'on',
      late: false,
    });
  });

  it.each([
    ['total', ill, { ...ill, Temp: 38.2 }, 'NEWS2.high', 'NEWS2 8 ≥ 7', 7, 'NEWS2 7 ≥ 7'],
    [
      'part',
      { ...well, RR: 26 },
      { ...well, Temp: 34.9 },
      'NEWS2.low-medium',
      'NEWS2 3: temperature scores 3',
      3,
      'NEWS2 3: RR scores 3',
    ],
  ])(
    'the alarm names the %s at the onset, which may change during the delay',
    (_name, first, next, name, text, value, onset) => {
      const patient = assessedBed();
      patient.feedEachSecond(1, 30, first);
      patient.feedEachSecond(31, 80, next);
      expect(patient.liveAlarms()[name]).toMatchObject({
        text,
        atOnset: { code: name, value, limit: value, unit: '1', text: onset },
      });
    },
  );

  it('NEWS2 alarms with low priority at 5', () => {
    const patient = assessedBed();
    patient.feedEachSecond(1, 80, unwell);
    expect(raisedScores(patient)).toEqual(['NEWS2.medium']);
    expect(patient.liveAlarms()['NEWS2.medium']).toMatchObject({ priority: 'low', text: 'NEWS2 5 ≥ 5' });
  });

  it('NEWS2 alarms with low priority if one parameter alone scores 3; the alarm names this parameter', () => {
    const patient = assessedBed();
    patient.feedEachSecond(1, 80, { ...well, RR: 26 });
    expect(raisedScores(patient)).toEqual(['NEWS2.low-medium']);
    expect(patient.liveAlarms()['NEWS2.low-medium']).toMatchObject({ priority: 'low', text: 'NEWS2 3: RR scores 3' });
  });

  it('NEWS2 does not alarm at 4 if no parameter scores 3', () => {
    const patient = assessedBed();
    patient.feedEachSecond(1, 400, { ...well, HR: 115, SpO2: 92 });
    expect(raisedScores(patient)).toEqual([]);
  });

  it('only the more serious alarm of NEWS2 calls while the score rises from 5 to 7 and falls back', () => {
    const patient = assessedBed();
    patient.feedEachSecond(1, 100, unwell);
    patient.feedEachSecond(101, 200, { ...unwell, RR: 26 });
    expect(raisedScores(patient)).toEqual(['NEWS2.medium', 'NEWS2.high']);
    expect(patient.liveAlarms()['NEWS2.medium']).toMatchObject({ present: true, signal: 'off' });
    patient.feedEachSecond(201, 520, unwell);
    expect(presentScores(patient)).toEqual(['NEWS2.medium']);
    expect(patient.liveAlarms()['NEWS2.medium']).toMatchObject({ signal: 'on' });
  });

  it('NEWS2 has at most one alarm if it changes each second', () => {
    const patient = assessedBed();
    for (let s = 1; s <= 900; s++) patient.feed(reading(s, s % 2 === 0 ? ill : well));
    expect(raisedScores(patient).length).toBeLessThanOrEqual(1);
  });

  it('the alarm of NEWS2 ends after five minutes below its alarm value, and not after four', () => {
    const patient = assessedBed();
    patient.feedEachSecond(1, 100, ill);
    patient.feedEachSecond(101, 340, well);
    patient.feedEachSecond(341, 400, ill);
    expect(patient.eventTypes('NEWS2.high').filter((type) => type === 'raised' || type === 'resolved')).toEqual([
      'raised',
    ]);
    patient.feedEachSecond(401, 690, well);
    expect(presentScores(patient)).toContain('NEWS2.high');
    patient.feedEachSecond(691, 720, well);
    expect(presentScores(patient)).toEqual([]);
  });

  it('NEWS2 calls again an hour after its acknowledgement', () => {
    const patient = assessedBed();
    patient.feedEachSecond(1, 100, ill);
    const { alarmId } = patient.liveAlarms()['NEWS2.high']!;
    patient.command(100, { type: 'acknowledge', alarmId });
    for (let s = 110; s <= 3_690; s += 10) {
      patient.feed(reading(s, ill, { intervalMs: 10_000 }));
      patient.tick(s);
    }
    expect(patient.eventTypes('NEWS2.high')).not.toContain('realarmed');
    for (let s = 3_700; s <= 3_720; s += 10) {
      patient.feed(reading(s, ill, { intervalMs: 10_000 }));
      patient.tick(s);
    }
    expect(patient.eventTypes('NEWS2.high')).toContain('realarmed');
  });

  it('NEWS2 uses scale 2 as soon as a clinician has chosen it', () => {
    const patient = assessedBed();
    patient.command(0, { type: 'enter-assessment', oxygen: true, spo2Scale: 2 });
    // 97 % has 0 points on scale 1. On scale 2 with oxygen, 97 % has 3 points, and the oxygen has 2.
    patient.feedEachSecond(1, 80, well);
    expect(patient.liveAlarms()['NEWS2.medium']).toMatchObject({ value: 5 });
    patient.command(90, { type: 'enter-assessment', consciousness: 'A' });
    expect(valuesAt(patient.state().scores.head.known, t0 + 90_000)).toMatchObject({ scale: 2, oxygen: true });
  });
});

describe('missing inputs of NEWS2', () => {
  it('an incomplete set does not alarm if its known points are below 7', () => {
    const patient = bed();
    patient.feedEachSecond(1, 400, { ...unwell, RR: 22 });
    expect(raisedScores(patient).filter((name) => name.startsWith('NEWS2'))).toEqual(['NEWS2.high']);
    const other = bed();
    other.feedEachSecond(1, 400, unwell);
    expect(raisedScores(other).filter((name) => name.startsWith('NEWS2'))).toEqual([]);
  });

  it('an incomplete set alarms if its known points reach 7; the alarm names the missing inputs', () => {
    const patient = bed();
    patient.feedEachSecond(1, 80, ill);
    expect(patient.liveAlarms()['NEWS2.high']).toMatchObject({
      text: 'NEWS2 at least 7 ≥ 7 (missing: oxygen, consciousness)',
    });
  });

  it('a missing input does not end an alarm', () => {
    const patient = assessedBed();
    patient.feedEachSecond(1, 100, { ...ill, SpO2: 90 });
    // The respiratory rate stops. The other inputs do not show that the patient is well.
    const { RR: _gone, ...rest } = ill;
    patient.feedEachSecond(101, 1_000, rest);
    expect(presentScores(patient)).toContain('NEWS2.high');
  });

  it('a value that is older than 5 min counts as missing', () => {
    const patient = assessedBed();
    const { SpO2: _gone, ...rest } = well;
    patient.feedEachSecond(1, 10, well);
    patient.feedEachSecond(11, 300, rest);
    expect(valuesAt(patient.state().scores.head.known, t0 + 301_000)).toHaveProperty('SpO2', 97);
    expect(valuesAt(patient.state().scores.head.known, t0 + 301_001)).toHaveProperty('SpO2', undefined);
  });

  it('a cuff pressure counts as missing a minute after its expected interval', () => {
    const patient = assessedBed();
    patient.feed(reading(1, { NBPs: 120 }, { intervalMs: 900_000 }));
    const { known } = patient.state().scores.head;
    expect(valuesAt(known, t0 + 961_000)).toHaveProperty('BPsys', 120);
    expect(valuesAt(known, t0 + 962_000)).toHaveProperty('BPsys', undefined);
  });

  it('a nurse’s entries count as missing after six hours', () => {
    const patient = assessedBed();
    const { known } = patient.state().scores.head;
    expect(valuesAt(known, t0 + 6 * 3_600_000)).toMatchObject({ consciousness: 'A', oxygen: false });
    expect(valuesAt(known, t0 + 6 * 3_600_000 + 1)).toEqual({ scale: 1, consciousness: undefined, oxygen: undefined });
  });

  it('a questionable, invalid or implausible value counts as missing', () => {
    const patient = assessedBed();
    patient.feedEachSecond(1, 10, { HR: null });
    const at = (s: number, more: object) =>
      reading(s, {}, { values: [{ code: 'MDC_ECG_HEART_RATE', unit: '/min', ...more }] });
    patient.feed(at(11, { value: 140, validity: 'questionable' }));
    patient.feed(at(12, { value: 400 }));
    patient.feed(at(13, { value: 140, unit: 'bpm' }));
    expect(valuesAt(patient.state().scores.head.known, t0 + 13_000)).toHaveProperty('pulse', undefined);
  });
});

describe('two sensors of one input', () => {
  it.each([
    ['the heart rate is preferred to the pulse', [[1, { HR: 80, PR: 95 }]], 'pulse', 80],
    ['the pulse counts if no heart rate comes', [[1, { PR: 95 }]], 'pulse', 95],
    [
      'the pulse counts if the heart rate has been missing for 70 s',
      [
        [1, { HR: 80 }],
        [90, { PR: 95 }],
      ],
      'pulse',
      95,
    ],
    [
      'the arterial pressure is preferred to the cuff',
      [
        [1, { ABPs: 110 }],
        [5, { NBPs: 125 }],
      ],
      'BPsys',
      110,
    ],
    [
      'the cuff counts if the line is silent',
      [
        [1, { ABPs: 110 }],
        [400, { NBPs: 125 }],
      ],
      'BPsys',
      125,
    ],
    [
      'an old cuff value counts if a line was silent later',
      [
        [1, { NBPs: 125 }],
        [60, { ABPs: 110 }],
        [500, { HR: 80 }],
      ],
      'BPsys',
      125,
    ],
  ] as const)('%s', (_name, readings, input, value) => {
    const patient = bed();
    let last = 0;
    for (const [s, numerics] of readings) {
      patient.feed(reading(s, numerics));
      last = s;
    }
    expect(valuesAt(patient.state().scores.head.known, t0 + last * 1_000)[input]).toBe(value);
  });
});

describe('a monitor that a nurse takes from bed to bed', () => {
  const hourly = { intervalMs: 3_600_000 } as const;
  it('a spot check alarms with its first set and ends with its next set', () => {
    const patient = assessedBed();
    patient.feed(reading(10, ill, hourly));
    expect(raisedScores(patient)).toEqual(['NEWS2.high']);
    patient.feed(reading(3_610, well, hourly));
    expect(presentScores(patient)).toEqual([]);
  });
});

describe('shock index and qSOFA', () => {
  it('a shock index of 0.9 alarms after five minutes, with low priority', () => {
    const patient = bed();
    patient.feedEachSecond(1, 290, { HR: 108, ABPs: 120 });
    expect(raisedScores(patient)).toEqual([]);
    patient.feedEachSecond(291, 320, { HR: 108, ABPs: 120 });
    expect(raisedScores(patient)).toEqual(['shock-index']);
    expect(patient.liveAlarms()['shock-index']).toMatchObject({ priority: 'low', text: 'Shock index 0.90 ≥ 0.9' });
  });
  it('a shock index of 0.89 does not alarm', () => {
    const patient = bed();
    patient.feedEachSecond(1, 400, { HR: 107, ABPs: 120 });
    expect(raisedScores(patient)).toEqual([]);
  });
  it('a shock index does not call while the heart rate alarms', () => {
    const patient = bed();
    patient.feedEachSecond(1, 400, { HR: 130, ABPs: 120 });
    expect(patient.raisedConditions()).toEqual(['HR.high']);
    patient.feedEachSecond(401, 420, { HR: 118, ABPs: 120 });
    expect(patient.raisedConditions()).toEqual(['HR.high', 'shock-index']);
  });
  it('qSOFA alarms at 2 even without an entry for consciousness', () => {
    const patient = bed();
    patient.feedEachSecond(1, 80, { HR: 70, RR: 24, ABPs: 98 });
    expect(raisedScores(patient)).toEqual(['qSOFA']);
    expect(patient.liveAlarms().qSOFA).toMatchObject({ priority: 'low', text: 'qSOFA at least 2 ≥ 2' });
  });
  it('qSOFA does not call while a limit of an input alarms', () => {
    const patient = bed();
    patient.feedEachSecond(1, 80, { HR: 70, RR: 35, ABPs: 98 });
    expect(patient.raisedConditions()).toEqual(['RR.high']);
  });
  it('qSOFA does not call while NEWS2 alarms', () => {
    const patient = assessedBed();
    patient.feedEachSecond(1, 400, { ...well, RR: 24, ABPs: 98, HR: 80, SpO2: 95 });
    expect(raisedScores(patient)).toEqual(['NEWS2.medium']);
  });
});

describe('the patients who are scored', () => {
  it.each(['paediatric', 'neonatal', 'unassigned', null] as const)(
    'a patient of category %s is not scored',
    (category) => {
      const patient = bed(category);
      patient.command(0, alert);
      patient.feedEachSecond(1, 400, ill);
      expect(raisedScores(patient)).toEqual([]);
    },
  );
  it('an assessment of a child, or of a patient who has left, is refused with the reason', () => {
    const child = bed('paediatric');
    child.command(0, alert);
    expect(child.answers).toMatchObject([
      { type: 'enter-assessment', accepted: false, reason: expect.stringContaining('adults') },
    ]);
    const gone = bed();
    gone.endPeriod(1);
    gone.command(2, alert);
    expect(gone.answers).toMatchObject([
      { accepted: false, reason: expect.stringContaining('no longer at this device') },
    ]);
  });
  it('the inputs of a patient who has left are deleted', () => {
    const patient = assessedBed();
    patient.feedEachSecond(1, 100, ill);
    patient.endPeriod(101);
    expect(presentScores(patient)).toEqual([]);
    expect(patient.state().scores.head.known).toEqual({ values: {}, entries: {} });
  });
});

describe('the order of messages', () => {
  const stream = () => Array.from({ length: 400 }, (_, i) => reading(i + 1, i < 200 ? ill : i < 250 ? well : unwell));
  const play = (inputs: readonly ReturnType<typeof reading>[]) => {
    const patient = assessedBed();
    for (const input of inputs) patient.feed(input, wallOf(input, t0));
    const { known, held } = patient.state().scores.head;
    return {
      raised: patient.raisedConditions(),
      ids: patient.events
        .filter(({ type, alarm }) => type === 'raised' && isScore(alarm.condition))
        .map(({ alarm }) => alarm.alarmId),
      known,
      held,
    };
  };
  it('swapped readings give the same scores and alarms', () => {
    const swapped = stream();
    for (let i = 0; i + 5 < swapped.length; i += 5) swapped.splice(i, 5, ...swapped.slice(i, i + 5).reverse());
    expect(play(swapped)).toEqual(play(stream()));
    expect(play(stream()).ids.length).toBeGreaterThan(0);
  });
  it('a backlog that is older than all cells of values changes nothing', () => {
    const old = Array.from({ length: 30 }, (_, i) => reading(i - 2_000, ill, { receivedAt: t0 + 401_000 }));
    expect(play([...stream(), ...old]).known).toEqual(play(stream()).known);
  });
  it('a nurse’s entry counts even if the newest readings of the device are ten minutes old', () => {
    const patient = bed();
    patient.feedEachSecond(1, 300, well);
    patient.command(900, alert);
    const backlog = Array.from({ length: 500 }, (_, i) => reading(301 + i, well, { receivedAt: t0 + 901_000 }));
    for (const input of backlog) patient.feed(input, t0 + 901_000);
    patient.feedEachSecond(902, 940, well);
    expect(valuesAt(patient.state().scores.head.known, t0 + 940_000)).toMatchObject({
      consciousness: 'A',
      oxygen: false,
    });
  });
  it('an entry counts even if its time comes from a clock that is far behind', () => {
    const patient = bed();
    patient.feedEachSecond(1, 600, well);
    patient.command(-3_000, alert);
    expect(valuesAt(patient.state().scores.head.known, t0 + 600_000)).toMatchObject({ consciousness: 'A' });
  });
});

describe('a clock that was set back', () => {
  it('scores continue after the device’s clock was set back, with the nurse’s entries', () => {
    const patient = assessedBed();
    patient.feedEachSecond(1_000, 1_400, ill);
    expect(presentScores(patient)).toEqual(['NEWS2.high']);
    for (let s = 1; s <= 320; s++) patient.feed(reading(s, well, { boot: 'b2', start: 'b2' }));
    expect(valuesAt(patient.state().scores.head.known, t0 + 320_000)).toMatchObject({ RR: 16, consciousness: 'A' });
    expect(presentScores(patient)).toEqual([]);
  });
  it('the inputs are not in the future if the clock was set back before a restart', () => {
    const patient = assessedBed();
    patient.feedEachSecond(1_000, 1_400, ill);
    const { scores } = rearm(patient.state(), adultProfile, t0 + 100_000);
    for (const { at } of [...Object.values(scores.head.known.values), ...Object.values(scores.head.known.entries)])
      expect(at).toBeLessThanOrEqual(t0 + 100_000);
    expect(Object.keys(scores.head.held)).toContain('NEWS2.high');
  });
});

it('the state of the scores does not grow with time', () => {
  const patient = assessedBed();
  patient.feedEachSecond(1, 600, ill);
  const size = JSON.stringify(patient.state().scores).length;
  patient.feedEachSecond(601, 3_000, ill);
  expect(JSON.stringify(patient.state().scores).length).toBeLessThan(size * 1.1);
  expect(size).toBeLessThan(12_000);
});

/** Tests of ordinary problems at a bedside (CLINICAL, "Judged or told"). */
import { describe, expect, it } from 'vitest';
import type { AlarmEvent, Command } from '../../../contracts/messages/alarms.ts';
import { alarmHash } from '../alarm-hash.ts';
import { isCalling } from './alarm.ts';
import { nextDue, step } from './engine.ts';
import type { Environment } from './environment.ts';
import type { Input, ObservationInput } from './inputs.ts';
import { adultProfile } from './profile.ts';
import { initialState, type State } from './state.ts';

const env: Environment = {
  hash: alarmHash,
  profile: (category) => (category === 'adult' ? adultProfile : undefined),
};
const t0 = Date.parse('2026-03-01T10:00:00.000Z');
const units = { HR: '/min', PR: '/min', SpO2: '%', RR: '/min', NBPs: 'mm[Hg]' } as const;
const codes = {
  HR: 'MDC_ECG_HEART_RATE',
  PR: 'MDC_PULS_OXIM_PULS_RATE',
  SpO2: 'MDC_PULS_OXIM_SAT_O2',
  RR: 'MDC_RESP_RATE',
  NBPs: 'MDC_PRESS_BLD_NONINV_SYS',
} as const;
type Numbers = Partial<Record<keyof typeof codes, number | null>>;

function openBedside() {
  let state: State = initialState('association');
  const events: AlarmEvent[] = [];
  let seq = 0;
  const takeResult = (result: { state: State; events: readonly AlarmEvent[] }) => {
    // The state goes through JSON, as in a snapshot.
    state = JSON.parse(JSON.stringify(result.state)) as State;
    events.push(...result.events);
  };
  const feed = (input: Input, now: number) => {
    for (let due = nextDue(state); due <= now; due = nextDue(state))
      takeResult(step(env, state, { type: 'tick' }, due));
    takeResult(step(env, state, input, now));
  };
  feed({ type: 'association', category: 'adult', ward: 'ICU', endedAt: null, from: t0 }, t0);
  const send = (s: number, numbers: Numbers, more: Partial<ObservationInput> = {}) => {
    const time = t0 + Math.round(s * 1000);
    const values = Object.entries(numbers).map(([name, value]) => {
      const code = codes[name as keyof typeof codes];
      const unit = units[name as keyof typeof units];
      return value === null ? ({ code, unit, validity: 'invalid' } as const) : { code, unit, value };
    });
    const receivedAt = more.receivedAt ?? time + 20;
    feed(
      { type: 'observation', deviceId: 'd', time, receivedAt, boot: 'b', start: 'b', seq: ++seq, values, ...more },
      receivedAt,
    );
  };
  return {
    send,
    /** Sends a reading each second from `from` to `to`, both included. */
    run(from: number, to: number, numbersAt: Numbers | ((s: number) => Numbers), more: Partial<ObservationInput> = {}) {
      for (let s = from; s <= to; s += 1) send(s, typeof numbersAt === 'function' ? numbersAt(s) : numbersAt, more);
    },
    tickAt: (s: number) => feed({ type: 'tick' }, t0 + s * 1000),
    acknowledgeAll(s: number) {
      const by = { userId: 'u', name: 'N. Urse', role: 'nurse' } as const;
      const at = new Date(t0 + s * 1000).toISOString();
      for (const { alarm } of Object.values(state.book.live).filter(isCalling))
        feed(
          {
            type: 'command',
            command: {
              type: 'acknowledge',
              commandId: `${s}-${alarm.alarmId}`,
              associationId: 'a',
              at,
              by,
              alarmId: alarm.alarmId,
            },
          },
          t0 + s * 1000,
        );
    },
    command: (s: number, asked: object) =>
      feed(
        {
          type: 'command',
          command: {
            commandId: `c-${s}`,
            associationId: 'a',
            at: new Date(t0 + s * 1000).toISOString(),
            by: { userId: 'u', name: 'N', role: 'nurse' },
            ...asked,
          } as Command,
        },
        t0 + s * 1000,
      ),
    associate: (s: number) =>
      feed({ type: 'association', category: 'adult', ward: 'ICU', endedAt: null, from: t0 }, t0 + s * 1000),
    /** Returns the events, for example `15 raised SpO2.low`. */
    eventTexts: (kind?: 'physiological' | 'technical') =>
      events
        .filter(({ type, alarm }) => type !== 'escalated' && (kind === undefined || alarm.kind === kind))
        .map(({ type, at, alarm }) => `${Math.round((Date.parse(at) - t0) / 1000)} ${type} ${alarm.condition}`),
    liveTexts: () =>
      Object.values(state.book.live)
        .map(({ alarm }) => `${alarm.condition} ${alarm.signal}`)
        .sort(),
    alarm: (condition: string) =>
      Object.values(state.book.live).find(({ alarm }) => alarm.condition === condition)?.alarm,
  };
}

const well: Numbers = { HR: 80, SpO2: 97, RR: 15 };

describe('intermittent values at a bedside', () => {
  it('an SpO2 of 87 that is valid in one of three seconds raises an alarm after its delay, and an alarm about intermittent values', () => {
    const bed = openBedside();
    bed.run(0, 90, (s) => ({ ...well, SpO2: s % 3 === 0 ? 87 : null }));
    expect(bed.eventTexts()).toEqual(['12 raised SpO2.low', '50 raised SpO2.intermittent']);
  });

  it('an SpO2 of 87 that is valid in five of ten seconds raises an alarm after its delay', () => {
    const bed = openBedside();
    bed.run(0, 40, (s) => ({ ...well, SpO2: s % 10 < 5 ? 87 : null }));
    expect(bed.eventTexts()).toEqual(['10 raised SpO2.low']);
  });

  it('a value inside the limit restarts the delay', () => {
    const bed = openBedside();
    bed.run(0, 40, (s) => ({ ...well, SpO2: s % 8 === 0 ? 95 : 87 }));
    expect(bed.eventTexts()).toEqual([]);
  });
});

describe('modules of one monitor with different times', () => {
  it('all modules of a monitor are judged if their times differ by half a second', () => {
    const bed = openBedside();
    for (let s = 0; s <= 30; s += 1) {
      bed.send(s, { HR: 80 });
      bed.send(s - 0.5, { SpO2: 87 });
      bed.send(s - 0.25, { RR: 35 });
    }
    expect(bed.eventTexts()).toEqual(['10 raised SpO2.low', '14 raised RR.high']);
  });
});

describe('a single measurement at a bedside', () => {
  it('the alarm of a cuff pressure of 82 stays until the next measurement', () => {
    const bed = openBedside();
    bed.send(0, { ...well, NBPs: 82 });
    bed.run(1, 1200, well);
    expect(bed.eventTexts()).toEqual(['0 raised BPsys.low']);
    bed.send(1201, { ...well, NBPs: 118 });
    expect(bed.eventTexts()).toEqual(['0 raised BPsys.low', '1201 resolved BPsys.low', '1201 cleared BPsys.low']);
  });
});

describe('silent parameters at a bedside', () => {
  it('a heart rate and an SpO2 that stop raise no-data alarms while a cuff continues to measure once an hour', () => {
    const bed = openBedside();
    bed.run(0, 60, well);
    for (const s of [100, 3700]) bed.send(s, { NBPs: 120 }, { intervalMs: 3_600_000 });
    bed.tickAt(4000);
    expect(bed.liveTexts()).toEqual(expect.arrayContaining(['HR.no-data on', 'SpO2.no-data on', 'RR.no-data on']));
  });

  it('an alarm does not end when its values stop', () => {
    const bed = openBedside();
    bed.run(0, 20, { ...well, HR: 134 });
    bed.run(21, 900, { SpO2: 97, RR: 15 });
    expect(bed.alarm('HR.high')).toMatchObject({ present: true });
    expect(bed.alarm('HR.no-data')).toMatchObject({ priority: 'medium' });
  });

  it('the alarm about missing values names a unit that Vigil does not know', () => {
    const bed = openBedside();
    for (let s = 0; s <= 30; s += 1)
      bed.send(
        s,
        { SpO2: 97 },
        {
          values: [
            { code: codes.HR, unit: 'bpm', value: 80 },
            { code: codes.SpO2, unit: '%', value: 97 },
          ],
        },
      );
    expect(bed.alarm('HR.no-data')?.text).toBe('HR: no value (unit bpm not understood)');
  });
});

describe('one call for one cause', () => {
  it('a tachycardia has one call: the call of the heart rate', () => {
    const bed = openBedside();
    bed.run(0, 60, { HR: 134, PR: 133, SpO2: 97 });
    expect(bed.eventTexts()).toEqual(['6 raised HR.high']);
  });

  it('the pulse calls by the limits of the heart rate while the heart rate is invalid', () => {
    const bed = openBedside();
    bed.run(0, 30, { HR: null, PR: 133, SpO2: 97 });
    expect(bed.eventTexts('physiological')).toEqual(['6 raised PR.high']);
  });

  it('the text of an asystole names a present pulse, and the pulse does not end the alarm', () => {
    const bed = openBedside();
    bed.run(0, 10, { HR: 80, PR: 78 });
    bed.run(11, 14, { HR: 0, PR: 78 });
    expect(bed.alarm('asystole')).toMatchObject({ priority: 'high', text: 'Asystole: HR 0 (pulse 78)' });
  });

  it('the text of an asystole does not name a pulse that is some seconds old or has no present value', () => {
    for (const pulse of [{}, { PR: null }]) {
      const bed = openBedside();
      bed.run(0, 10, { HR: 80, PR: 78 });
      bed.run(11, 16, { HR: 80, ...pulse });
      bed.run(17, 18, { HR: 0, ...pulse });
      expect(bed.alarm('asystole')).toMatchObject({ text: 'Asystole: HR 0' });
    }
  });

  it('a heart rate and a pulse that differ by more than 25 for 10 s have an alarm', () => {
    const bed = openBedside();
    bed.run(0, 20, { HR: 80, PR: 110, SpO2: 97 });
    expect(bed.eventTexts()).toEqual(['10 raised rates-differ']);
    expect(bed.alarm('rates-differ')).toMatchObject({ priority: 'low', late: false });
    const { onsetAt, determinedAt } = bed.alarm('rates-differ')!;
    expect(Date.parse(determinedAt) - Date.parse(onsetAt)).toBe(10_000);
    const other = openBedside();
    other.run(0, 20, { HR: 80, PR: 105, SpO2: 97 });
    expect(other.eventTexts()).toEqual([]);
  });

  it('a heart rate that goes up and down around its limit has one alarm', () => {
    const bed = openBedside();
    bed.run(0, 600, (s) => ({ ...well, HR: s % 8 < 7 ? 123 : 117 }));
    expect(bed.eventTexts().filter((line) => line.includes('raised'))).toEqual(['6 raised HR.high']);
  });
});

describe('the end of an outage', () => {
  it('an acknowledged tachycardia stays one acknowledged alarm through an outage of 390 s', () => {
    const bed = openBedside();
    bed.run(0, 20, { ...well, HR: 134 });
    bed.acknowledgeAll(21);
    bed.tickAt(410);
    for (let s = 21; s <= 410; s += 1) bed.send(s, { ...well, HR: 134 }, { receivedAt: t0 + 411_000 });
    bed.run(412, 430, { ...well, HR: 134 });
    const raised = bed.eventTexts('physiological').filter((line) => line.includes('raised'));
    expect(raised).toEqual(['6 raised HR.high']);
    expect(bed.alarm('HR.high')).toMatchObject({ present: true, onsets: 1 });
  });
});

describe('a device that starts to count again', () => {
  it('a reading with a repeated number and another time is a new reading', () => {
    const bed = openBedside();
    bed.run(0, 100, well);
    for (let s = 101; s <= 110; s += 1) bed.send(s, { HR: 0, SpO2: 50 }, { seq: s - 100 });
    expect(bed.liveTexts()).toEqual(expect.arrayContaining(['asystole on', 'SpO2.extreme-low on']));
  });
});

describe('an audio pause at a bedside', () => {
  it('an asystole calls during an audio pause that began beside an acknowledged alarm', () => {
    const bed = openBedside();
    bed.run(0, 10, { ...well, HR: 134 });
    bed.acknowledgeAll(11);
    bed.command(12, { type: 'pause-audio', forMs: 120_000 });
    bed.run(13, 16, { ...well, HR: 0 });
    expect(bed.alarm('asystole')).toMatchObject({ signal: 'on' });
    expect(bed.alarm('asystole')).not.toHaveProperty('audioPausedUntil');
  });

  it('an audio pause is not extended, and an equally serious new call ends it', () => {
    const bed = openBedside();
    bed.run(0, 10, { ...well, HR: 134 });
    bed.command(11, { type: 'pause-audio', forMs: 60_000 });
    bed.run(11, 39, { ...well, HR: 134 });
    bed.command(40, { type: 'pause-audio', forMs: 120_000 });
    expect(bed.alarm('HR.high')?.audioPausedUntil).toBe(new Date(t0 + 71_000).toISOString());
    bed.run(41, 60, { ...well, HR: 134, SpO2: 88 });
    expect(bed.alarm('SpO2.low')).not.toHaveProperty('audioPausedUntil');
    expect(bed.alarm('HR.high')).not.toHaveProperty('audioPausedUntil');
  });
});

describe('changed limits at a bedside', () => {
  it('changed limits judge the last value immediately and are merged with earlier changes', () => {
    const bed = openBedside();
    bed.run(0, 20, { ...well, HR: 110 });
    bed.command(21, { type: 'set-limits', group: 'HR', limits: { high: 105 } });
    bed.command(22, { type: 'set-limits', group: 'HR', limits: { low: 60 } });
    expect(bed.eventTexts()).toEqual(['21 raised HR.high']);
    bed.command(23, { type: 'set-limits', group: 'HR', limits: null });
    expect(bed.eventTexts()).toEqual(['21 raised HR.high', '23 resolved HR.high', '23 cleared HR.high']);
  });
});

it('a running off-delay continues when the engine gets the same association again, or when the limits of another group change', () => {
  const bed = openBedside();
  bed.run(0, 10, { HR: 130, SpO2: 97 });
  bed.run(11, 12, { HR: 100, SpO2: 97 });
  bed.associate(12.5);
  bed.command(12.6, { type: 'set-limits', group: 'SpO2', limits: { low: 88 } });
  expect(bed.liveTexts()).toEqual(['HR.high on']);
  bed.run(13, 16, { HR: 100, SpO2: 97 });
  expect(bed.liveTexts()).toEqual([]);
});

it('a tachycardia is one alarm, whether the heart rate or the pulse shows it, and its acknowledgement stays', () => {
  const bed = openBedside();
  bed.run(0, 10, { HR: 80, PR: 80 });
  bed.run(11, 40, { HR: null, PR: 130 });
  bed.acknowledgeAll(41);
  bed.run(42, 70, { HR: 131, PR: 130 });
  bed.run(71, 90, { HR: null, PR: 132 });
  expect(
    bed
      .eventTexts('physiological')
      .map((line) => line.split(' ').slice(1).join(' '))
      .filter((line) => line.startsWith('raised')),
  ).toEqual(['raised PR.high']);
  expect(bed.liveTexts()).toContain('PR.high acknowledged');
  bed.run(91, 96, { HR: 80, PR: 132 });
  expect(bed.liveTexts()).toEqual([]);
});

it('there is one alarm while heart rate and pulse differ by about 25; it ends when they have agreed for 10 s', () => {
  const bed = openBedside();
  bed.run(0, 120, (s) => ({ HR: 80, PR: s < 20 || s % 3 > 0 ? 108 : 100 }));
  const eventTexts = () =>
    bed.eventTexts('technical').filter((line) => line.includes('rates-differ') && !line.includes('cleared'));
  expect(eventTexts()).toEqual(['10 raised rates-differ']);
  bed.run(121, 140, { HR: 80, PR: 82 });
  expect(eventTexts().slice(1)).toEqual(['130 resolved rates-differ']);
});

/**
 * Tests of silent or disconnected devices and of silent parameters (CLINICAL, "Silence is an alarm", "Judged or told",
 * 4).
 */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, connection, instant, type Numerics, reading, status, t0 } from '../../bed.testing.ts';
import type { ObservationInput } from './inputs.ts';

const calm: Numerics = { HR: 80, SpO2: 97, RR: 15 };
/** Returns a reading without a declared interval. */
function undeclared(s: number): ObservationInput {
  const { intervalMs: _none, ...rest } = reading(s, calm);
  return rest;
}
const conditionSignals = (patientBed: Bed) =>
  Object.values(patientBed.liveAlarms()).map(({ condition, signal }) => `${condition} ${signal}`);

describe('the silence of a device', () => {
  const table: [string, number, number, boolean][] = [
    ['a device with an interval of 1 s is not silent before 5 s', 1000, 4.99, false],
    ['a device with an interval of 1 s is silent at 5 s', 1000, 5, true],
    ['a device with an interval of 1 s is silent after 5 s', 1000, 5.5, true],
    ['a device with an interval of 100 ms is not silent before 5 s', 100, 4.9, false],
    ['a device with an interval of 10 s is not silent before 30 s', 10_000, 29.9, false],
    ['a device with an interval of 10 s is silent at 30 s', 10_000, 30, true],
  ];
  for (const [name, intervalMs, s, raised] of table)
    it(name, () => {
      const patientBed = bed();
      patientBed.feed(reading(0, calm, { intervalMs, receivedAt: t0 }), t0);
      patientBed.tick(s);
      expect(patientBed.raisedConditions()).toEqual(raised ? ['no-data'] : []);
    });

  it('the silence has the same onset, no matter when it is noticed, and ends with a reading', () => {
    const ids = [8.1, 19].map((noticedS) => {
      const patientBed = bed();
      patientBed.feedEachSecond(0, 3, calm);
      patientBed.tick(noticedS);
      expect(patientBed.liveAlarms()['no-data']).toMatchObject({
        onsetAt: instant(8),
        kind: 'technical',
        priority: 'medium',
        text: 'No data',
      });
      patientBed.feedEachSecond(20, 20, calm);
      expect(patientBed.eventTypes('no-data')).toEqual(['raised', 'resolved', 'cleared']);
      return patientBed.events[0]?.alarm.alarmId;
    });
    expect(ids[0]).toBe(ids[1]);
  });

  it('a device is not silent before its first reading; a silence raises only one alarm', () => {
    const patientBed = bed();
    patientBed.tick(100);
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.feedEachSecond(0, 0, calm);
    for (const s of [6, 7, 60]) patientBed.tick(s);
    expect(patientBed.raisedConditions()).toEqual(['no-data']);
  });

  it('the silence begins after 3 times the interval that the status declared', () => {
    const patientBed = bed();
    patientBed.feed(status(0, { intervalMs: 20_000 }));
    patientBed.feed(undeclared(1), t0 + 1000);
    patientBed.tick(60.9);
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.tick(61);
    expect(patientBed.raisedConditions()).toEqual(['no-data']);
  });

  it('the silence begins after 3 intervals of the most frequent parameter', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, calm);
    patientBed.feed(reading(3.5, { NBPs: 120 }, { intervalMs: 3_600_000 }));
    patientBed.tick(8.6);
    expect(patientBed.raisedConditions()).toEqual(['no-data']);
    const slower = bed();
    slower.feed(connection(0, true));
    for (const s of [1, 61, 121]) slower.feed(reading(s, calm, { intervalMs: 60_000 }));
    slower.tick(300);
    expect(slower.raisedConditions()).toEqual([]);
    slower.tick(302);
    expect(slower.raisedConditions()).toEqual(['no-data']);
  });

  it('if no interval was declared, the silence begins after 3 times the usual interval of the last readings', () => {
    const patientBed = bed();
    for (const s of [0, 1, 2, 3, 4, 5, 6, 7, 19, 31, 43, 55, 67]) patientBed.feed(undeclared(s));
    const isOn = () => patientBed.liveAlarms()['no-data']?.present ?? false;
    const at = [67 + 35.9, 67 + 36.1].map((s) => {
      patientBed.tick(s);
      return isOn();
    });
    expect(at).toEqual([false, true]);
  });

  it('a reading without a known parameter does not change the time until the silence', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, calm);
    const unknown = { code: 'MDC_UNKNOWN', value: 1, unit: '/min' };
    patientBed.feed(reading(4, {}, { intervalMs: 60_000, values: [unknown] }));
    patientBed.tick(9);
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.tick(9.1);
    expect(patientBed.raisedConditions()).toEqual(['no-data']);
  });

  it('late readings do not end the silence of a device', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, calm);
    patientBed.tick(10);
    patientBed.feedEachSecond(4, 10, calm, { receivedAt: t0 + 60_000 });
    expect(patientBed.liveAlarms()['no-data']?.present).toBe(true);
    patientBed.feedEachSecond(60, 60, calm);
    expect(patientBed.liveAlarms()['no-data']).toBeUndefined();
  });

  it('a device that has sent nothing since the admission is silent after a minute', () => {
    const admitted = {
      type: 'association',
      category: 'adult',
      ward: 'ICU',
      endedAt: null,
      deviceId: 'bed-07',
      from: t0,
    } as const;
    const patientBed = bed();
    patientBed.feed(admitted, t0 + 100);
    patientBed.feed(admitted, t0 + 50_000);
    patientBed.tick(60);
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.tick(60.1);
    expect(patientBed.liveAlarms()['no-data']).toMatchObject({ onsetAt: instant(60), deviceId: 'bed-07' });
    patientBed.feedEachSecond(70, 70, calm);
    expect(patientBed.liveAlarms()).toEqual({});
    const sending = bed();
    sending.feed(admitted, t0);
    sending.feedEachSecond(10, 10, calm);
    sending.tick(14.9);
    expect(sending.raisedConditions()).toEqual([]);
    sending.tick(15.1);
    expect(sending.raisedConditions()).toEqual(['no-data']);
  });

  it('if no reading came, the wait for the first reading starts with the connection', () => {
    const patientBed = bed();
    patientBed.feed(connection(0, true));
    patientBed.tick(4.9);
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.tick(5);
    expect(patientBed.liveAlarms()['no-data']?.onsetAt).toBe(instant(5));
  });
});

describe('the connection', () => {
  it('the end of a connection raises an alarm immediately, which calls instead of the silence', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, calm);
    patientBed.feed(connection(4, false, 'keep-alive'));
    expect(patientBed.liveAlarms().disconnected).toMatchObject({
      priority: 'medium',
      onsetAt: instant(4),
      text: 'Device disconnected',
    });
    patientBed.tick(100);
    expect(patientBed.raisedConditions()).toEqual(['disconnected']);
  });

  it('a will and a closed connection are one alarm, in either order', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, calm);
    patientBed.feed(status(4, { online: false }));
    patientBed.feed(connection(4.001, false, 'will'));
    expect(patientBed.raisedConditions()).toEqual(['disconnected']);
    const silentFirst = bed();
    silentFirst.feedEachSecond(0, 3, calm);
    silentFirst.tick(9);
    silentFirst.feed(connection(10, false, 'keep-alive'));
    expect(Object.keys(silentFirst.liveAlarms())).toEqual(['disconnected']);
  });

  for (const reason of ['taken-over', 'drained'] as const)
    it(`a connection that ended with the reason ${reason} has no alarm, but the silence after its end has an alarm`, () => {
      const patientBed = bed();
      patientBed.feedEachSecond(0, 3, calm);
      patientBed.feed(connection(4, false, reason));
      expect(patientBed.raisedConditions()).toEqual([]);
      patientBed.tick(8.1);
      expect(patientBed.raisedConditions()).toEqual(['no-data']);
    });

  it('the alarm about a disconnection ends with a new connection, a status or a reading', () => {
    for (const back of [connection(20, true), status(20), reading(20, calm)]) {
      const patientBed = bed();
      patientBed.feedEachSecond(0, 3, calm);
      patientBed.feed(connection(4, false, 'keep-alive'));
      patientBed.feed(back);
      expect(patientBed.liveAlarms()).toEqual({});
    }
  });

  it('a reading that was received before the disconnection does not end the alarm about the disconnection', () => {
    const patientBed = bed();
    patientBed.feed(connection(4, false, 'keep-alive'));
    patientBed.feed(reading(3, calm));
    expect(patientBed.liveAlarms().disconnected?.present).toBe(true);
  });

  it('an older message about the connection changes nothing', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, calm);
    patientBed.feed(connection(5, true));
    patientBed.feed(connection(4, false, 'keep-alive'));
    expect(patientBed.liveAlarms()).toEqual({});
  });

  describe('connections on several gateways', () => {
    const claimed = (claim: number, ...connectionArguments: Parameters<typeof connection>) => ({
      ...connection(...connectionArguments),
      claim,
    });
    const will = (s: number, claim: number | undefined, reason: 'will' | 'taken-over' = 'will') =>
      status(s, { online: false, will: { ...(claim !== undefined && { claim }), reason } });
    const moved = () => {
      const patientBed = bed();
      patientBed.feed(claimed(10, 0, true));
      patientBed.feedEachSecond(0, 3, calm);
      patientBed.feed(claimed(20, 3, true));
      return patientBed;
    };

    for (const [what, late] of [
      ['end', claimed(10, 6, false, 'keep-alive')],
      ['begin', claimed(10, 6, true)],
      ['will', will(6, 10)],
      ['take-over will', will(6, 20, 'taken-over')],
      ['will without a claim', will(6, undefined)],
    ] as const)
      it(`a late message about an older connection changes nothing: ${what}`, () => {
        const patientBed = moved();
        patientBed.feed(late);
        expect(patientBed.raisedConditions()).toEqual([]);
        patientBed.feed(claimed(20, 7, false, 'will'));
        expect(patientBed.raisedConditions()).toEqual(['disconnected']);
      });

    it('an older message about the newest connection does not replace a newer message', () => {
      const patientBed = moved();
      patientBed.feed(claimed(20, 8, true));
      patientBed.feed(claimed(20, 7, false, 'keep-alive'));
      expect(patientBed.raisedConditions()).toEqual([]);
    });

    it('the will of the newest connection raises the alarm about the disconnection', () => {
      const patientBed = moved();
      patientBed.feed(will(6, 20));
      expect(patientBed.raisedConditions()).toEqual(['disconnected']);
    });

    it('a newer connection ends the alarm about the disconnection, even if the clock of the new gateway is behind', () => {
      const patientBed = bed();
      patientBed.feed(claimed(10, 5, true));
      patientBed.feed(claimed(10, 6, false, 'keep-alive'));
      expect(patientBed.liveAlarms().disconnected?.present).toBe(true);
      patientBed.feed(claimed(20, 4, true));
      expect(patientBed.liveAlarms()).toEqual({});
    });

    it('the will of a connection without a claim raises the alarm about the disconnection if no claim is known', () => {
      const patientBed = bed();
      patientBed.feedEachSecond(0, 3, calm);
      patientBed.feed(will(4, undefined));
      expect(patientBed.raisedConditions()).toEqual(['disconnected']);
    });
  });

  it('a new connection starts the wait for a reading again', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, calm);
    patientBed.feed(connection(4, false, 'keep-alive'));
    patientBed.feed(connection(20, true));
    patientBed.tick(24.9);
    expect(conditionSignals(patientBed)).toEqual([]);
    patientBed.tick(25);
    expect(conditionSignals(patientBed)).toEqual(['no-data on']);
    expect(patientBed.liveAlarms()['no-data']?.onsetAt).toBe(instant(25));
  });

  it('a device that connects again and sends readings has no alarm about missing values', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 100, calm);
    patientBed.feed(connection(101, false, 'keep-alive'));
    patientBed.tick(160);
    patientBed.feed(connection(161, true));
    expect(conditionSignals(patientBed)).toEqual([]);
    patientBed.feedEachSecond(162, 162, calm);
    expect(patientBed.raisedConditions()).not.toEqual(expect.arrayContaining([expect.stringContaining('no-data')]));
  });

  it('if a device connects again and sends nothing, each of its parameters has an alarm after 5 s', () => {
    const patientBed = bed();
    for (const s of [0, 30, 60]) patientBed.feed(reading(s, calm, { intervalMs: 30_000 }));
    patientBed.feed(connection(61, false, 'keep-alive'));
    patientBed.feed(connection(200, true));
    patientBed.tick(204.9);
    expect(conditionSignals(patientBed)).toEqual([]);
    patientBed.tick(205);
    expect(conditionSignals(patientBed)).toEqual(['HR.no-data on', 'SpO2.no-data on', 'RR.no-data on']);
    patientBed.tick(290);
    expect(conditionSignals(patientBed)).toEqual([
      'HR.no-data off',
      'SpO2.no-data off',
      'RR.no-data off',
      'no-data on',
    ]);
  });

  it('the disconnection of a device without a patient is a low alarm, which ends when a person acknowledges it', () => {
    const patientBed = bed('unassigned');
    patientBed.feedEachSecond(0, 3, calm);
    patientBed.feed(connection(4, false, 'closed' as never));
    expect(patientBed.liveAlarms().disconnected?.priority).toBe('low');
    patientBed.command(10, { type: 'acknowledge', alarmId: patientBed.liveAlarms().disconnected!.alarmId });
    expect(patientBed.liveAlarms()).toEqual({});
    patientBed.tick(10_000);
    expect(patientBed.raisedConditions()).toEqual(['disconnected']);
  });
});

describe('the technical conditions of a status', () => {
  const leadsOff = { condition: 'MDC_EVT_LEADS_OFF', present: true } as const;
  const sensorOff = { condition: 'MDC_EVT_SENSOR_DISCONN', code: 'MDC_PULS_OXIM_SAT_O2', present: true } as const;

  it('the conditions of a status are alarms while the list contains them', () => {
    const patientBed = bed();
    patientBed.feed(status(0, { conditions: [leadsOff, sensorOff], time: t0 - 500 }));
    expect(
      Object.values(patientBed.liveAlarms()).map(({ condition, text, priority, onsetAt }) => [
        condition,
        text,
        priority,
        onsetAt,
      ]),
    ).toEqual([
      ['MDC_EVT_LEADS_OFF', 'ECG leads off', 'medium', instant(-0.5)],
      ['MDC_EVT_SENSOR_DISCONN', 'SpO2: Sensor disconnected', 'medium', instant(-0.5)],
    ]);
    patientBed.feed(status(1, { conditions: [sensorOff] }));
    expect(Object.keys(patientBed.liveAlarms())).toEqual(['MDC_EVT_SENSOR_DISCONN/MDC_PULS_OXIM_SAT_O2']);
    patientBed.feed(status(2, { conditions: [{ ...sensorOff, present: false }] }));
    expect(patientBed.liveAlarms()).toEqual({});
  });

  it('the conditions stay if a status has no list', () => {
    const patientBed = bed();
    patientBed.feed(status(0, { conditions: [leadsOff] }));
    patientBed.feed(status(1));
    expect(Object.keys(patientBed.liveAlarms())).toEqual(['MDC_EVT_LEADS_OFF']);
  });

  it('an older status changes no condition', () => {
    const patientBed = bed();
    patientBed.feed(status(5, { conditions: [] }));
    patientBed.feed(status(6, { seq: 3, conditions: [leadsOff] }));
    patientBed.feed(status(4, { boot: 'b0', conditions: [leadsOff] }));
    expect(patientBed.liveAlarms()).toEqual({});
  });
});

describe('a silent parameter', () => {
  it.each<[string, Numerics]>([
    ['named without a value', { ...calm, SpO2: null }],
    ['not named', { HR: 80, RR: 15 }],
  ])('a parameter has a technical alarm after 20 s until a valid value comes: %s', (_name, without) => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, calm);
    patientBed.feedEachSecond(4, 22, without);
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.feedEachSecond(23, 23, without);
    expect(Object.values(patientBed.liveAlarms())).toMatchObject([
      { condition: 'SpO2.no-data', priority: 'low', kind: 'technical', onsetAt: instant(23), text: 'SpO2: no value' },
    ]);
    patientBed.feedEachSecond(24, 24, calm);
    expect(patientBed.liveAlarms()).toEqual({});
  });

  it('the alarm of a silent parameter is medium if its last valid value was beyond a limit', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, { ...calm, SpO2: 88 });
    patientBed.feedEachSecond(4, 23, { HR: 80, RR: 15 });
    expect(Object.values(patientBed.liveAlarms())).toMatchObject([{ condition: 'SpO2.no-data', priority: 'medium' }]);
  });

  it('a silent SpO2 sensor has one alarm; if only SpO2 comes back, the pulse has its own alarm', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, { ...calm, PR: 80 });
    patientBed.feedEachSecond(4, 30, { ...calm, PR: null, SpO2: null });
    expect(conditionSignals(patientBed)).toEqual(['SpO2.no-data on']);
    patientBed.feedEachSecond(31, 31, { ...calm, PR: null });
    expect(conditionSignals(patientBed)).toEqual(['PR.no-data on']);
  });

  it('a parameter that comes rarely is not silent after 20 s', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 0, { ...calm, NBPs: 120, Temp: 37 });
    patientBed.feedEachSecond(1, 400, calm);
    expect(patientBed.raisedConditions()).toEqual([]);
  });

  it('a parameter is not silent after the status has declared a longer interval', () => {
    const patientBed = bed();
    for (const s of [0, 1, 2, 3]) patientBed.feed(undeclared(s));
    patientBed.feed(status(3.5, { intervalMs: 30_000 }));
    for (const s of [33, 63, 93]) {
      patientBed.tick(s);
      patientBed.feed(undeclared(s));
    }
    expect(patientBed.raisedConditions()).toEqual([]);
  });

  it('an alarm of a limit stays through the silence of the device', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 10, { SpO2: 88 });
    patientBed.tick(5_000);
    expect(conditionSignals(patientBed)).toEqual(['SpO2.low on', 'no-data on']);
  });
});

describe('a sensor that was taken off', () => {
  const { SpO2: _takenOff, ...withoutSpO2 }: Numerics = calm;
  const key = 'SpO2.no-data/MDC_PULS_OXIM_SAT_O2';
  /** Returns a bed whose SpO2 stops at 11 s and is silent from 30 s on. */
  function silentBed(SpO2: number): Bed {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 10, { ...calm, SpO2 });
    patientBed.feedEachSecond(11, 40, withoutSpO2);
    return patientBed;
  }

  it('a sensor that was taken off is silent as long as nobody acknowledges it', () => {
    const patientBed = silentBed(97);
    patientBed.feedEachSecond(41, 2_000, withoutSpO2);
    expect(conditionSignals(patientBed)).toEqual(['SpO2.no-data on']);
  });

  it.each([
    ['a moment before 5 min of silence', 329, ['SpO2.no-data acknowledged']],
    ['at 5 min', 330, []],
    ['long after', 3_000, []],
  ])('an acknowledged silent sensor is no longer measured after 5 min: %s', (_name, s, expected) => {
    const patientBed = silentBed(97);
    patientBed.feedEachSecond(41, 200, withoutSpO2);
    patientBed.acknowledge(200, key);
    patientBed.feedEachSecond(201, s, withoutSpO2);
    expect(conditionSignals(patientBed)).toEqual(expected);
    expect(patientBed.eventTypes('SpO2.no-data')).not.toContain('realarmed');
  });

  it('an acknowledged silent sensor is still measured while the device names it', () => {
    const patientBed = silentBed(88);
    patientBed.feedEachSecond(41, 200, { ...calm, SpO2: null });
    patientBed.acknowledge(200, key);
    patientBed.acknowledge(200, 'SpO2.low');
    patientBed.feedEachSecond(201, 370, { ...calm, SpO2: null });
    expect(conditionSignals(patientBed)).toEqual(['SpO2.low acknowledged', 'SpO2.no-data acknowledged']);
    patientBed.feedEachSecond(371, 3_000, { ...calm, SpO2: null });
    expect(conditionSignals(patientBed)).toEqual(['SpO2.low on', 'SpO2.no-data on']);
  });

  it('an acknowledged silent sensor calls again after 3 min and needs another acknowledgement', () => {
    const patientBed = silentBed(97);
    patientBed.acknowledge(41, key);
    patientBed.feedEachSecond(42, 600, withoutSpO2);
    expect(conditionSignals(patientBed)).toEqual(['SpO2.no-data on']);
    patientBed.acknowledge(600, key);
    patientBed.feedEachSecond(601, 601, withoutSpO2);
    expect(conditionSignals(patientBed)).toEqual([]);
  });

  it('a sensor is still measured if only its silence and not its other alarm was acknowledged', () => {
    const patientBed = silentBed(88);
    patientBed.feedEachSecond(41, 200, withoutSpO2);
    patientBed.acknowledge(200, key);
    patientBed.feedEachSecond(201, 340, withoutSpO2);
    expect(conditionSignals(patientBed)).toEqual(['SpO2.low on', 'SpO2.no-data acknowledged']);
    patientBed.acknowledge(340, 'SpO2.low');
    patientBed.feedEachSecond(341, 341, withoutSpO2);
    expect(conditionSignals(patientBed)).toEqual([]);
    expect(patientBed.eventTypes('SpO2.low').slice(-2)).toEqual(['resolved', 'cleared']);
  });

  it('a sensor that was given up is judged again and can be silent again', () => {
    const patientBed = silentBed(97);
    patientBed.feedEachSecond(41, 200, withoutSpO2);
    patientBed.acknowledge(200, key);
    patientBed.feedEachSecond(201, 400, withoutSpO2);
    patientBed.feedEachSecond(401, 411, { ...calm, SpO2: 88 });
    expect(conditionSignals(patientBed)).toEqual(['SpO2.low on']);
    patientBed.feedEachSecond(412, 431, withoutSpO2);
    expect(conditionSignals(patientBed)).toContain('SpO2.no-data on');
  });

  it('a sensor is not given up while the whole device is silent', () => {
    const patientBed = silentBed(97);
    patientBed.acknowledge(41, key);
    patientBed.tick(600);
    expect(conditionSignals(patientBed)).toEqual(['SpO2.no-data off', 'no-data on']);
  });
});

describe('a device without a patient', () => {
  it('an acknowledged disconnection of a device without a patient does not call again', () => {
    const patientBed = bed('unassigned');
    patientBed.feedEachSecond(0, 10, { ...calm, SpO2: 88 });
    patientBed.feed(connection(12, false, 'keep-alive'));
    expect(patientBed.liveAlarms().disconnected).toMatchObject({ priority: 'low', signal: 'on' });
    patientBed.acknowledge(20, 'disconnected');
    // Nobody has acknowledged the low saturation, so its alarm stays.
    expect(conditionSignals(patientBed)).toEqual(['SpO2.low on']);
    patientBed.acknowledge(21, 'SpO2.low');
    patientBed.tick(201);
    patientBed.acknowledge(201, 'SpO2.low');
    patientBed.tick(100_000);
    expect(conditionSignals(patientBed)).not.toContain('disconnected on');
  });

  it('a device without a patient alarms again when it connects and falls silent', () => {
    const patientBed = bed('unassigned');
    patientBed.feedEachSecond(0, 10, calm);
    patientBed.feed(connection(12, false, 'keep-alive'));
    patientBed.acknowledge(20, 'disconnected');
    expect(patientBed.liveAlarms()).toEqual({});
    patientBed.feed(connection(100, true));
    patientBed.feedEachSecond(101, 102, calm);
    patientBed.tick(108);
    expect(conditionSignals(patientBed)).toEqual(['no-data on']);
  });

  it('an acknowledged disconnection of a patient’s device stays and calls again', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 10, calm);
    patientBed.feed(connection(12, false, 'keep-alive'));
    patientBed.acknowledge(20, 'disconnected');
    patientBed.tick(199.9);
    expect(conditionSignals(patientBed)).toContain('disconnected acknowledged');
    patientBed.tick(200);
    expect(conditionSignals(patientBed)).toContain('disconnected on');
  });
});

describe('a parameter that comes again', () => {
  it('a parameter that comes again after a silence is not intermittent', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 60, { HR: 80, SpO2: 97 });
    patientBed.tick(90);
    patientBed.feedEachSecond(100, 200, { HR: 80, SpO2: 97 });
    expect(patientBed.events.filter(({ alarm }) => alarm.condition.endsWith('intermittent'))).toEqual([]);
  });

  it('intermittent values are counted from the time at which values are expected more often', () => {
    const patientBed = bed();
    for (let s = 0; s <= 100; s += 10) patientBed.feed(reading(s, { HR: 80, SpO2: 97 }, { intervalMs: 10_000 }));
    const feedSecond = (s: number) => patientBed.feedEachSecond(s, s, { HR: 80, SpO2: s % 4 === 1 ? 97 : null });
    for (let s = 101; s < 151; s += 1) feedSecond(s);
    expect(patientBed.raisedConditions()).toEqual([]);
    feedSecond(151);
    expect(patientBed.raisedConditions()).toEqual(['SpO2.intermittent']);
  });

  it('an acknowledged low alarm about intermittent values calls with medium priority after a value beyond the limit', () => {
    const patientBed = bed();
    for (let s = 0; s <= 120; s += 1) patientBed.feedEachSecond(s, s, { HR: 80, SpO2: s % 4 === 0 ? 97 : null });
    const low = patientBed.liveAlarms()['SpO2.intermittent/MDC_PULS_OXIM_SAT_O2']!;
    expect([low.priority, low.signal]).toEqual(['low', 'on']);
    patientBed.command(121, { type: 'acknowledge', alarmId: low.alarmId });
    patientBed.feedEachSecond(122, 123, { HR: 80, SpO2: null });
    patientBed.feedEachSecond(124, 124, { HR: 80, SpO2: 88 });
    const medium = patientBed.liveAlarms()['SpO2.intermittent/MDC_PULS_OXIM_SAT_O2']!;
    expect([medium.alarmId, medium.priority, medium.signal]).toEqual([low.alarmId, 'medium', 'on']);
  });
});

describe('a parameter that is not in each message', () => {
  /**
   * Feeds HR each second, and RR in the seconds for which `has` returns true. Each message declares an interval of 1 s.
   */
  function feed(patientBed: Bed, from: number, to: number, has: (s: number) => boolean, rr = 15): void {
    for (let s = from; s <= to; s += 1) patientBed.feed(reading(s, { HR: 80, ...(has(s) && { RR: rr }) }));
  }

  it('a parameter that comes evenly each 15 s has no technical alarm', () => {
    const patientBed = bed();
    feed(patientBed, 0, 600, (s) => s % 15 === 0);
    expect(patientBed.raisedConditions()).toEqual([]);
  });

  it('a parameter that comes each 15 s is judged, and is silent after 45 s', () => {
    const patientBed = bed();
    feed(patientBed, 0, 120, (s) => s % 15 === 0, 35);
    expect(patientBed.raisedConditions()).toEqual(['RR.high']);
    feed(patientBed, 121, 164, () => false);
    expect(patientBed.raisedConditions()).toEqual(['RR.high']);
    feed(patientBed, 165, 165, () => false);
    expect(patientBed.raisedConditions()).toEqual(['RR.high', 'RR.no-data']);
  });

  it('a parameter that comes unevenly is intermittent', () => {
    const patientBed = bed();
    const times = new Set([0, 11, 30, 41, 59, 70, 88, 99, 118]);
    feed(patientBed, 0, 120, (s) => times.has(s));
    expect(patientBed.raisedConditions()).toEqual(['RR.intermittent']);
  });

  it('a parameter that comes each second after a slow pace is not intermittent', () => {
    const patientBed = bed();
    feed(patientBed, 0, 300, (s) => s % 15 === 0);
    feed(patientBed, 301, 420, () => true);
    expect(patientBed.raisedConditions()).toEqual([]);
    feed(patientBed, 421, 480, (s) => s % 5 === 0);
    expect(patientBed.raisedConditions()).toEqual(['RR.intermittent']);
  });
});

/** A device that is silent or disconnected, and a parameter that does not come (CLINICAL, "Silence is an alarm", "Judged or told", 4). */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, connection, instant, type Numerics, reading, status, t0 } from '../../bed.testing.ts';
import type { ObservationInput } from './inputs.ts';

const calm: Numerics = { HR: 80, SpO2: 97, RR: 15 };
/** A reading without a declared interval: the status declares it. */
function undeclared(s: number): ObservationInput {
  const { intervalMs: _none, ...rest } = reading(s, calm);
  return rest;
}
const technical = (one: Bed) => Object.values(one.live()).map(({ condition, signal }) => `${condition} ${signal}`);

describe('no data: 3 intervals, at least 5 s', () => {
  const table: [string, number, number, boolean][] = [
    ['1 s: a moment before 5 s', 1000, 4.99, false],
    ['1 s: at 5 s', 1000, 5, true],
    ['1 s: after', 1000, 5.5, true],
    ['100 ms: still 5 s', 100, 4.9, false],
    ['10 s: before 3 intervals', 10_000, 29.9, false],
    ['10 s: at 3 intervals', 10_000, 30, true],
  ];
  for (const [name, intervalMs, s, raised] of table)
    it(name, () => {
      const one = bed();
      one.feed(reading(0, calm, { intervalMs, receivedAt: t0 }), t0);
      one.tick(s);
      expect(one.raised()).toEqual(raised ? ['no-data'] : []);
    });

  it('begins at the same device time whenever it is noticed, and ends with a reading', () => {
    const ids = [8.1, 19].map((noticedS) => {
      const one = bed();
      one.run(0, 3, calm);
      one.tick(noticedS);
      expect(one.live()['no-data']).toMatchObject({
        onsetAt: instant(8),
        kind: 'technical',
        priority: 'medium',
        text: 'No data',
      });
      one.run(20, 20, calm);
      expect(one.types('no-data')).toEqual(['raised', 'resolved', 'cleared']);
      return one.events[0]?.alarm.alarmId;
    });
    expect(ids[0]).toBe(ids[1]);
  });

  it('is not an alarm before the first reading, and not twice', () => {
    const one = bed();
    one.tick(100);
    expect(one.raised()).toEqual([]);
    one.run(0, 0, calm);
    for (const s of [6, 7, 60]) one.tick(s);
    expect(one.raised()).toEqual(['no-data']);
  });

  it('takes the interval that the status declared', () => {
    const one = bed();
    one.feed(status(0, { intervalMs: 20_000 }));
    one.feed(undeclared(1), t0 + 1000);
    one.tick(60.9);
    expect(one.raised()).toEqual([]);
    one.tick(61);
    expect(one.raised()).toEqual(['no-data']);
  });

  it('uses the shortest interval of the parameters that come, not an hourly pressure in between', () => {
    const one = bed();
    one.run(0, 3, calm);
    one.feed(reading(3.5, { NBPs: 120 }, { intervalMs: 3_600_000 }));
    one.tick(8.6);
    expect(one.raised()).toEqual(['no-data']);
    const slower = bed();
    slower.feed(connection(0, true));
    for (const s of [1, 61, 121]) slower.feed(reading(s, calm, { intervalMs: 60_000 }));
    slower.tick(300);
    expect(slower.raised()).toEqual([]);
    slower.tick(302);
    expect(slower.raised()).toEqual(['no-data']);
  });

  it('uses the pace of the last readings if no interval was declared', () => {
    const one = bed();
    for (const s of [0, 1, 2, 3, 4, 5, 6, 7, 19, 31, 43, 55, 67]) one.feed(undeclared(s));
    const isOn = () => one.live()['no-data']?.present ?? false;
    const at = [67 + 35.9, 67 + 36.1].map((s) => {
      one.tick(s);
      return isOn();
    });
    expect(at).toEqual([false, true]);
  });

  it('uses known parameters, not a reading without any', () => {
    const one = bed();
    one.run(0, 3, calm);
    const unknown = { code: 'MDC_UNKNOWN', value: 1, unit: '/min' };
    one.feed(reading(4, {}, { intervalMs: 60_000, values: [unknown] }));
    one.tick(9);
    expect(one.raised()).toEqual([]);
    one.tick(9.1);
    expect(one.raised()).toEqual(['no-data']);
  });

  it('is not ended by late readings', () => {
    const one = bed();
    one.run(0, 3, calm);
    one.tick(10);
    one.run(4, 10, calm, { receivedAt: t0 + 60_000 });
    expect(one.live()['no-data']?.present).toBe(true);
    one.run(60, 60, calm);
    expect(one.live()['no-data']).toBeUndefined();
  });

  it('is an alarm after a minute for a patient whose device has sent nothing since the admission', () => {
    const admitted = {
      type: 'association',
      category: 'adult',
      ward: 'ICU',
      endedAt: null,
      deviceId: 'bed-07',
      from: t0,
    } as const;
    const one = bed();
    one.feed(admitted, t0 + 100);
    one.feed(admitted, t0 + 50_000);
    one.tick(60);
    expect(one.raised()).toEqual([]);
    one.tick(60.1);
    expect(one.live()['no-data']).toMatchObject({ onsetAt: instant(60), deviceId: 'bed-07' });
    one.run(70, 70, calm);
    expect(one.live()).toEqual({});
    const sending = bed();
    sending.feed(admitted, t0);
    sending.run(10, 10, calm);
    sending.tick(14.9);
    expect(sending.raised()).toEqual([]);
    sending.tick(15.1);
    expect(sending.raised()).toEqual(['no-data']);
  });

  it('counts from the connection if no reading ever came', () => {
    const one = bed();
    one.feed(connection(0, true));
    one.tick(4.9);
    expect(one.raised()).toEqual([]);
    one.tick(5);
    expect(one.live()['no-data']?.onsetAt).toBe(instant(5));
  });
});

describe('the connection', () => {
  it('is an alarm at once when it ends, and calls instead of the silence after it', () => {
    const one = bed();
    one.run(0, 3, calm);
    one.feed(connection(4, false, 'keep-alive'));
    expect(one.live().disconnected).toMatchObject({
      priority: 'medium',
      onsetAt: instant(4),
      text: 'Device disconnected',
    });
    one.tick(100);
    expect(one.raised()).toEqual(['disconnected']);
  });

  it('has one alarm for will and close, in either order', () => {
    const one = bed();
    one.run(0, 3, calm);
    one.feed(status(4, { online: false }));
    one.feed(connection(4.001, false, 'will'));
    expect(one.raised()).toEqual(['disconnected']);
    const silentFirst = bed();
    silentFirst.run(0, 3, calm);
    silentFirst.tick(9);
    silentFirst.feed(connection(10, false, 'keep-alive'));
    expect(Object.keys(silentFirst.live())).toEqual(['disconnected']);
  });

  for (const reason of ['taken-over', 'drained'] as const)
    it(`${reason}: silence alarms if the device does not come back`, () => {
      const one = bed();
      one.run(0, 3, calm);
      one.feed(connection(4, false, reason));
      expect(one.raised()).toEqual([]);
      one.tick(8.1);
      expect(one.raised()).toEqual(['no-data']);
    });

  it('ends its alarm when it comes back, or when a reading shows that it is there', () => {
    for (const back of [connection(20, true), status(20), reading(20, calm)]) {
      const one = bed();
      one.run(0, 3, calm);
      one.feed(connection(4, false, 'keep-alive'));
      one.feed(back);
      expect(one.live()).toEqual({});
    }
  });

  it('does not end its alarm by a reading from before', () => {
    const one = bed();
    one.feed(connection(4, false, 'keep-alive'));
    one.feed(reading(3, calm));
    expect(one.live().disconnected?.present).toBe(true);
  });

  it('is not changed back by an older message', () => {
    const one = bed();
    one.run(0, 3, calm);
    one.feed(connection(5, true));
    one.feed(connection(4, false, 'keep-alive'));
    expect(one.live()).toEqual({});
  });

  describe('on several gateways: the newest claim speaks for the device', () => {
    const claimed = (claim: number, ...of: Parameters<typeof connection>) => ({ ...connection(...of), claim });
    const will = (s: number, claim: number | undefined, reason: 'will' | 'taken-over' = 'will') =>
      status(s, { online: false, will: { ...(claim !== undefined && { claim }), reason } });
    const moved = () => {
      const one = bed();
      one.feed(claimed(10, 0, true));
      one.run(0, 3, calm);
      one.feed(claimed(20, 3, true));
      return one;
    };

    for (const [what, late] of [
      ['end', claimed(10, 6, false, 'keep-alive')],
      ['beginning', claimed(10, 6, true)],
      ['will', will(6, 10)],
      ['will where it was taken over', will(6, 20, 'taken-over')],
      ['will that no claim names', will(6, undefined)],
    ] as const)
      it(`the ${what} of an older connection changes nothing, however late it comes`, () => {
        const one = moved();
        one.feed(late);
        expect(one.raised()).toEqual([]);
        one.feed(claimed(20, 7, false, 'will'));
        expect(one.raised()).toEqual(['disconnected']);
      });

    it('an older message about the newest connection does not replace a newer one', () => {
      const one = moved();
      one.feed(claimed(20, 8, true));
      one.feed(claimed(20, 7, false, 'keep-alive'));
      expect(one.raised()).toEqual([]);
    });

    it('the will of the newest counts', () => {
      const one = moved();
      one.feed(will(6, 20));
      expect(one.raised()).toEqual(['disconnected']);
    });

    it('a newer connection counts, even if its gateway’s clock is behind', () => {
      const one = bed();
      one.feed(claimed(10, 5, true));
      one.feed(claimed(10, 6, false, 'keep-alive'));
      expect(one.live().disconnected?.present).toBe(true);
      one.feed(claimed(20, 4, true));
      expect(one.live()).toEqual({});
    });

    it('the will of a connection without a claim counts if nothing else is known', () => {
      const one = bed();
      one.run(0, 3, calm);
      one.feed(will(4, undefined));
      expect(one.raised()).toEqual(['disconnected']);
    });
  });

  it('starts the time of silence anew after it came back', () => {
    const one = bed();
    one.run(0, 3, calm);
    one.feed(connection(4, false, 'keep-alive'));
    one.feed(connection(20, true));
    one.tick(24.9);
    expect(technical(one)).toEqual([]);
    one.tick(25);
    expect(technical(one)).toEqual(['no-data on']);
    expect(one.live()['no-data']?.onsetAt).toBe(instant(25));
  });

  it('a device that comes back after a minute and sends has no further alarm: its parameters were silent with it', () => {
    const one = bed();
    one.run(0, 100, calm);
    one.feed(connection(101, false, 'keep-alive'));
    one.tick(160);
    one.feed(connection(161, true));
    expect(technical(one)).toEqual([]);
    one.run(162, 162, calm);
    expect(one.raised()).not.toEqual(expect.arrayContaining([expect.stringContaining('no-data')]));
  });

  it('a slow device that comes back and sends nothing: its parameters alarm after 5 s', () => {
    const one = bed();
    for (const s of [0, 30, 60]) one.feed(reading(s, calm, { intervalMs: 30_000 }));
    one.feed(connection(61, false, 'keep-alive'));
    one.feed(connection(200, true));
    one.tick(204.9);
    expect(technical(one)).toEqual([]);
    one.tick(205);
    expect(technical(one)).toEqual(['HR.no-data on', 'SpO2.no-data on', 'RR.no-data on']);
    one.tick(290);
    expect(technical(one)).toEqual(['HR.no-data off', 'SpO2.no-data off', 'RR.no-data off', 'no-data on']);
  });

  it('of a device without a patient is low, and leaves once a person has seen it', () => {
    const one = bed('unassigned');
    one.run(0, 3, calm);
    one.feed(connection(4, false, 'closed' as never));
    expect(one.live().disconnected?.priority).toBe('low');
    one.command(10, { type: 'acknowledge', alarmId: one.live().disconnected!.alarmId });
    expect(one.live()).toEqual({});
    one.tick(10_000);
    expect(one.raised()).toEqual(['disconnected']);
  });
});

describe("the device's own conditions", () => {
  const leadsOff = { condition: 'MDC_EVT_LEADS_OFF', present: true } as const;
  const sensorOff = { condition: 'MDC_EVT_SENSOR_DISCONN', code: 'MDC_PULS_OXIM_SAT_O2', present: true } as const;

  it('are alarms while the list contains them', () => {
    const one = bed();
    one.feed(status(0, { conditions: [leadsOff, sensorOff], time: t0 - 500 }));
    expect(
      Object.values(one.live()).map(({ condition, text, priority, onsetAt }) => [condition, text, priority, onsetAt]),
    ).toEqual([
      ['MDC_EVT_LEADS_OFF', 'ECG leads off', 'medium', instant(-0.5)],
      ['MDC_EVT_SENSOR_DISCONN', 'SpO2: Sensor disconnected', 'medium', instant(-0.5)],
    ]);
    one.feed(status(1, { conditions: [sensorOff] }));
    expect(Object.keys(one.live())).toEqual(['MDC_EVT_SENSOR_DISCONN/MDC_PULS_OXIM_SAT_O2']);
    one.feed(status(2, { conditions: [{ ...sensorOff, present: false }] }));
    expect(one.live()).toEqual({});
  });

  it('stay if a status has no list', () => {
    const one = bed();
    one.feed(status(0, { conditions: [leadsOff] }));
    one.feed(status(1));
    expect(Object.keys(one.live())).toEqual(['MDC_EVT_LEADS_OFF']);
  });

  it('stay after an older or repeated status', () => {
    const one = bed();
    one.feed(status(5, { conditions: [] }));
    one.feed(status(6, { seq: 3, conditions: [leadsOff] }));
    one.feed(status(4, { boot: 'b0', conditions: [leadsOff] }));
    expect(one.live()).toEqual({});
  });
});

describe('a parameter that no longer comes while others do', () => {
  it.each<[string, Numerics]>([
    ['said to be missing', { ...calm, SpO2: null }],
    ['left out', { HR: 80, RR: 15 }],
  ])('%s: a technical alarm after 20 s, until a valid value comes', (_name, without) => {
    const one = bed();
    one.run(0, 3, calm);
    one.run(4, 22, without);
    expect(one.raised()).toEqual([]);
    one.run(23, 23, without);
    expect(Object.values(one.live())).toMatchObject([
      { condition: 'SpO2.no-data', priority: 'low', kind: 'technical', onsetAt: instant(23), text: 'SpO2: no value' },
    ]);
    one.run(24, 24, calm);
    expect(one.live()).toEqual({});
  });

  it('is medium if its last valid value was beyond a limit', () => {
    const one = bed();
    one.run(0, 3, { ...calm, SpO2: 88 });
    one.run(4, 23, { HR: 80, RR: 15 });
    expect(Object.values(one.live())).toMatchObject([{ condition: 'SpO2.no-data', priority: 'medium' }]);
  });

  it('SpO2 and pulse are one sensor: one alarm, and only the pulse’s if SpO2 is back', () => {
    const one = bed();
    one.run(0, 3, { ...calm, PR: 80 });
    one.run(4, 30, { ...calm, PR: null, SpO2: null });
    expect(technical(one)).toEqual(['SpO2.no-data on']);
    one.run(31, 31, { ...calm, PR: null });
    expect(technical(one)).toEqual(['PR.no-data on']);
  });

  it('is not missing before its time if it comes by the hour', () => {
    const one = bed();
    one.run(0, 0, { ...calm, NBPs: 120, Temp: 37 });
    one.run(1, 400, calm);
    expect(one.raised()).toEqual([]);
  });

  it('is not missing if the status declares a longer interval than before', () => {
    const one = bed();
    for (const s of [0, 1, 2, 3]) one.feed(undeclared(s));
    one.feed(status(3.5, { intervalMs: 30_000 }));
    for (const s of [33, 63, 93]) {
      one.tick(s);
      one.feed(undeclared(s));
    }
    expect(one.raised()).toEqual([]);
  });

  it('keeps its alarm through the silence of the whole device', () => {
    const one = bed();
    one.run(0, 10, { SpO2: 88 });
    one.tick(5_000);
    expect(technical(one)).toEqual(['SpO2.low on', 'no-data on']);
  });
});

describe('a sensor that was taken off', () => {
  const { SpO2: _takenOff, ...off }: Numerics = calm;
  const key = 'SpO2.no-data/MDC_PULS_OXIM_SAT_O2';
  /** SpO2 was normal, or low, and stops at 11 s; it is silent since 30 s. */
  function silentBed(SpO2: number): Bed {
    const one = bed();
    one.run(0, 10, { ...calm, SpO2 });
    one.run(11, 40, off);
    return one;
  }

  it('is silent as long as nobody acknowledges', () => {
    const one = silentBed(97);
    one.run(41, 2_000, off);
    expect(technical(one)).toEqual(['SpO2.no-data on']);
  });

  it.each([
    ['a moment before 5 min of silence', 329, ['SpO2.no-data acknowledged']],
    ['at 5 min', 330, []],
    ['long after', 3_000, []],
  ])('is no longer measured, once its silence is acknowledged: %s', (_name, s, expected) => {
    const one = silentBed(97);
    one.run(41, 200, off);
    one.acknowledge(200, key);
    one.run(201, s, off);
    expect(technical(one)).toEqual(expected);
    expect(one.types('SpO2.no-data')).not.toContain('realarmed');
  });

  it('is still measured, and keeps its alarm, while the device names it without a value', () => {
    const one = silentBed(88);
    one.run(41, 200, { ...calm, SpO2: null });
    one.acknowledge(200, key);
    one.acknowledge(200, 'SpO2.low');
    one.run(201, 370, { ...calm, SpO2: null });
    expect(technical(one)).toEqual(['SpO2.low acknowledged', 'SpO2.no-data acknowledged']);
    one.run(371, 3_000, { ...calm, SpO2: null });
    expect(technical(one)).toEqual(['SpO2.low on', 'SpO2.no-data on']);
  });

  it('calls again 3 min after the acknowledgement, and needs another one', () => {
    const one = silentBed(97);
    one.acknowledge(41, key);
    one.run(42, 600, off);
    expect(technical(one)).toEqual(['SpO2.no-data on']);
    one.acknowledge(600, key);
    one.run(601, 601, off);
    expect(technical(one)).toEqual([]);
  });

  it('keeps its physiological alarm, and its silence, if only the silence was acknowledged', () => {
    const one = silentBed(88);
    one.run(41, 200, off);
    one.acknowledge(200, key);
    one.run(201, 340, off);
    expect(technical(one)).toEqual(['SpO2.low on', 'SpO2.no-data acknowledged']);
    one.acknowledge(340, 'SpO2.low');
    one.run(341, 341, off);
    expect(technical(one)).toEqual([]);
    expect(one.types('SpO2.low').slice(-2)).toEqual(['resolved', 'cleared']);
  });

  it('is judged again from its next valid value on, and can be missing again', () => {
    const one = silentBed(97);
    one.run(41, 200, off);
    one.acknowledge(200, key);
    one.run(201, 400, off);
    one.run(401, 411, { ...calm, SpO2: 88 });
    expect(technical(one)).toEqual(['SpO2.low on']);
    one.run(412, 431, off);
    expect(technical(one)).toContain('SpO2.no-data on');
  });

  it('is not given up while the device itself is silent, whatever was acknowledged', () => {
    const one = silentBed(97);
    one.acknowledge(41, key);
    one.tick(600);
    expect(technical(one)).toEqual(['SpO2.no-data off', 'no-data on']);
  });
});

describe('a device without a patient', () => {
  it('is judged, and its silence is low; once a person has seen it, nothing calls forever', () => {
    const one = bed('unassigned');
    one.run(0, 10, { ...calm, SpO2: 88 });
    one.feed(connection(12, false, 'keep-alive'));
    expect(one.live().disconnected).toMatchObject({ priority: 'low', signal: 'on' });
    one.acknowledge(20, 'disconnected');
    // The low saturation was not answered: it stays.
    expect(technical(one)).toEqual(['SpO2.low on']);
    one.acknowledge(21, 'SpO2.low');
    one.tick(201);
    one.acknowledge(201, 'SpO2.low');
    one.tick(100_000);
    expect(technical(one)).not.toContain('disconnected on');
  });

  it('calls again when it has come back and falls silent', () => {
    const one = bed('unassigned');
    one.run(0, 10, calm);
    one.feed(connection(12, false, 'keep-alive'));
    one.acknowledge(20, 'disconnected');
    expect(one.live()).toEqual({});
    one.feed(connection(100, true));
    one.run(101, 102, calm);
    one.tick(108);
    expect(technical(one)).toEqual(['no-data on']);
  });

  it('of a patient: the acknowledged silence stays, and calls again', () => {
    const one = bed();
    one.run(0, 10, calm);
    one.feed(connection(12, false, 'keep-alive'));
    one.acknowledge(20, 'disconnected');
    one.tick(199.9);
    expect(technical(one)).toContain('disconnected acknowledged');
    one.tick(200);
    expect(technical(one)).toContain('disconnected on');
  });
});

describe('a parameter that comes again', () => {
  it('is checked anew after its alarm about silence: a good one has no alarm about intermittent values', () => {
    const one = bed();
    one.run(0, 60, { HR: 80, SpO2: 97 });
    one.tick(90);
    one.run(100, 200, { HR: 80, SpO2: 97 });
    expect(one.events.filter(({ alarm }) => alarm.condition.endsWith('intermittent'))).toEqual([]);
  });

  it('is checked from the moment at which it is expected more often', () => {
    const one = bed();
    for (let s = 0; s <= 100; s += 10) one.feed(reading(s, { HR: 80, SpO2: 97 }, { intervalMs: 10_000 }));
    const now = (s: number) => one.run(s, s, { HR: 80, SpO2: s % 4 === 1 ? 97 : null });
    for (let s = 101; s < 151; s += 1) now(s);
    expect(one.raised()).toEqual([]);
    now(151);
    expect(one.raised()).toEqual(['SpO2.intermittent']);
  });

  it('calls again as medium, even if a nurse had acknowledged the low one, once a value beyond the limit is the last', () => {
    const one = bed();
    for (let s = 0; s <= 120; s += 1) one.run(s, s, { HR: 80, SpO2: s % 4 === 0 ? 97 : null });
    const low = one.live()['SpO2.intermittent/MDC_PULS_OXIM_SAT_O2']!;
    expect([low.priority, low.signal]).toEqual(['low', 'on']);
    one.command(121, { type: 'acknowledge', alarmId: low.alarmId });
    one.run(122, 123, { HR: 80, SpO2: null });
    one.run(124, 124, { HR: 80, SpO2: 88 });
    const medium = one.live()['SpO2.intermittent/MDC_PULS_OXIM_SAT_O2']!;
    expect([medium.alarmId, medium.priority, medium.signal]).toEqual([low.alarmId, 'medium', 'on']);
  });
});

describe('a parameter that is not in each message, although the message declares an interval', () => {
  /** HR each second; RR where `has` says so. Each message declares 1 s. */
  function feed(one: Bed, from: number, to: number, has: (s: number) => boolean, rr = 15): void {
    for (let s = from; s <= to; s += 1) one.feed(reading(s, { HR: 80, ...(has(s) && { RR: rr }) }));
  }

  it('has its own pace if it comes evenly each 15 s: no technical alarm', () => {
    const one = bed();
    feed(one, 0, 600, (s) => s % 15 === 0);
    expect(one.raised()).toEqual([]);
  });

  it('is judged at that pace, and is silent after three of its intervals', () => {
    const one = bed();
    feed(one, 0, 120, (s) => s % 15 === 0, 35);
    expect(one.raised()).toEqual(['RR.high']);
    feed(one, 121, 164, () => false);
    expect(one.raised()).toEqual(['RR.high']);
    feed(one, 165, 165, () => false);
    expect(one.raised()).toEqual(['RR.high', 'RR.no-data']);
  });

  it('has an alarm about intermittent values if it comes unevenly', () => {
    const one = bed();
    const times = new Set([0, 11, 30, 41, 59, 70, 88, 99, 118]);
    feed(one, 0, 120, (s) => times.has(s));
    expect(one.raised()).toEqual(['RR.intermittent']);
  });

  it('that comes each second from then on was not missing in the time before', () => {
    const one = bed();
    feed(one, 0, 300, (s) => s % 15 === 0);
    feed(one, 301, 420, () => true);
    expect(one.raised()).toEqual([]);
    feed(one, 421, 480, (s) => s % 5 === 0);
    expect(one.raised()).toEqual(['RR.intermittent']);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { bed, type Numerics, reading, t0 } from '../bed.testing.ts';
import type { StatusInput } from './inputs.ts';

/** Generous: the machine may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const calm: Numerics = { HR: 80, SpO2: 97, RR: 15 };
const at = (s: number) => new Date(t0 + s * 1000).toISOString();
const connection = (s: number, connected: boolean, reason?: 'will' | 'taken-over' | 'drained' | 'keep-alive') => ({
  type: 'connection' as const,
  deviceId: 'bed-01',
  receivedAt: t0 + s * 1000,
  connected,
  ...(reason && { reason }),
});
const status = (s: number, more: Partial<StatusInput> = {}): StatusInput => ({
  type: 'status',
  deviceId: 'bed-01',
  receivedAt: t0 + s * 1000,
  boot: 'b1',
  seq: Math.round(s * 10) + 1,
  online: true,
  ...more,
});

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

  it('begins at the same event time whoever notices when, and ends with a reading', () => {
    const ticked = bed();
    ticked.run(0, 3, calm);
    ticked.tick(9.3);
    const untold = bed();
    untold.run(0, 3, calm);
    for (const one of [ticked, untold]) {
      one.run(20, 21, calm);
      expect(one.types('no-data')).toEqual(['raised', 'resolved', 'cleared']);
      expect(one.events[0]?.alarm).toMatchObject({
        onsetAt: at(8),
        kind: 'technical',
        priority: 'medium',
        text: 'No data',
      });
    }
    expect(ticked.events[0]?.alarm.alarmId).toBe(untold.events[0]?.alarm.alarmId);
  });

  it('is not told before anything was heard, and not twice', () => {
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
    one.feed({ ...reading(1, calm), intervalMs: undefined } as never, t0 + 1000);
    one.tick(60.9);
    expect(one.raised()).toEqual([]);
    one.tick(61);
    expect(one.raised()).toEqual(['no-data']);
  });

  it('goes by the shortest interval of what comes, not by an hourly pressure in between', () => {
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

  it('is not ended by readings about the past', () => {
    const one = bed();
    one.run(0, 3, calm);
    one.tick(10);
    one.run(4, 10, calm, { receivedAt: t0 + 60_000 });
    expect(one.live()['no-data']?.present).toBe(true);
    one.run(60, 60, calm);
    expect(one.live()).toEqual({});
  });

  it('of a patient whose device has sent nothing since the admission: after a minute', () => {
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
    expect(one.live()['no-data']).toMatchObject({ onsetAt: at(60), deviceId: 'bed-07' });
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

  it('counts from the connection where no reading ever came', () => {
    const one = bed();
    one.feed(connection(0, true));
    one.tick(4.9);
    expect(one.raised()).toEqual([]);
    one.tick(5);
    expect(one.live()['no-data']?.onsetAt).toBe(at(5));
  });
});

describe('the connection', () => {
  it('its end is an alarm at once, and stands for the silence after it', () => {
    const one = bed();
    one.run(0, 3, calm);
    one.feed(connection(4, false, 'keep-alive'));
    expect(one.live().disconnected).toMatchObject({ priority: 'medium', onsetAt: at(4), text: 'Device disconnected' });
    one.tick(100);
    expect(one.raised()).toEqual(['disconnected']);
  });

  it('is one matter, by will and by close, and whoever noticed first', () => {
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
    it(`${reason}: silence tells, if the device does not come back`, () => {
      const one = bed();
      one.run(0, 3, calm);
      one.feed(connection(4, false, reason));
      expect(one.raised()).toEqual([]);
      one.tick(8.1);
      expect(one.raised()).toEqual(['no-data']);
    });

  it('ends when it comes back, or when a reading shows that it is there', () => {
    for (const back of [connection(20, true), status(20), reading(20, calm)]) {
      const one = bed();
      one.run(0, 3, calm);
      one.feed(connection(4, false, 'keep-alive'));
      one.feed(back);
      expect(one.live()).toEqual({});
    }
  });

  it('is not ended by a reading that the gateway had before', () => {
    const one = bed();
    one.feed(connection(4, false, 'keep-alive'));
    one.feed(reading(3, calm));
    expect(one.live().disconnected?.present).toBe(true);
  });

  it('an older word does not undo a newer one', () => {
    const one = bed();
    one.run(0, 3, calm);
    one.feed(connection(5, true));
    one.feed(connection(4, false, 'keep-alive'));
    expect(one.live()).toEqual({});
    expect(one.count('statusesOld')).toBe(1);
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
      ['end', claimed(10, 9, false, 'keep-alive')],
      ['beginning', claimed(10, 9, true)],
      ['will', will(9, 10)],
      ['will where it was taken over', will(9, 20, 'taken-over')],
      ['will that no claim names', will(9, undefined)],
    ] as const)
      it(`the ${what} of an older connection says nothing, however late it is told`, () => {
        const one = moved();
        one.feed(late);
        expect(one.raised()).toEqual([]);
        expect(one.count('statusesOld')).toBe(1);
        one.feed(claimed(20, 10, false, 'will'));
        expect(one.raised()).toEqual(['disconnected']);
      });

    it('the will of the newest is heeded', () => {
      const one = moved();
      one.feed(will(9, 20));
      expect(one.raised()).toEqual(['disconnected']);
    });

    it('a newer connection counts, though its gateway has a clock that is behind', () => {
      const one = bed();
      one.feed(claimed(10, 5, true));
      one.feed(claimed(10, 6, false, 'keep-alive'));
      expect(one.live().disconnected?.present).toBe(true);
      one.feed(claimed(20, 4, true));
      expect(one.live()).toEqual({});
    });

    it('the will of a connection that never was claimed is heeded where nothing else is known', () => {
      const one = bed();
      one.run(0, 3, calm);
      one.feed(will(4, undefined));
      expect(one.raised()).toEqual(['disconnected']);
    });
  });

  it('after it came back, silence counts anew', () => {
    const one = bed();
    one.run(0, 3, calm);
    one.feed(connection(4, false, 'keep-alive'));
    one.feed(connection(20, true));
    one.tick(24.9);
    expect(one.live()).toEqual({});
    one.tick(25);
    expect(Object.keys(one.live())).toEqual(['no-data']);
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

  it('are alarms while the list holds them', () => {
    const one = bed();
    one.feed(status(0, { conditions: [leadsOff, sensorOff], time: t0 - 500 }));
    expect(
      Object.values(one.live()).map(({ condition, text, priority, onsetAt }) => [condition, text, priority, onsetAt]),
    ).toEqual([
      ['MDC_EVT_LEADS_OFF', 'ECG leads off', 'medium', at(-0.5)],
      ['MDC_EVT_SENSOR_DISCONN', 'SpO2: Sensor disconnected', 'medium', at(-0.5)],
    ]);
    one.feed(status(1, { conditions: [sensorOff] }));
    expect(Object.keys(one.live())).toEqual(['MDC_EVT_SENSOR_DISCONN/MDC_PULS_OXIM_SAT_O2']);
    one.feed(status(2, { conditions: [{ ...sensorOff, present: false }] }));
    expect(one.live()).toEqual({});
  });

  it('stay where a status does not list any', () => {
    const one = bed();
    one.feed(status(0, { conditions: [leadsOff] }));
    one.feed(status(1));
    expect(Object.keys(one.live())).toEqual(['MDC_EVT_LEADS_OFF']);
  });

  it('an older or repeated status says nothing', () => {
    const one = bed();
    one.feed(status(5, { conditions: [] }));
    one.feed(status(6, { seq: 3, conditions: [leadsOff] }));
    one.feed(status(4, { boot: 'b0', conditions: [leadsOff] }));
    expect(one.live()).toEqual({});
    expect(one.count('statusesOld')).toBe(2);
  });
});

describe('a parameter that no longer comes', () => {
  it('said to be missing: after 20 s', () => {
    const one = bed();
    one.run(0, 3, calm);
    one.run(4, 23, { ...calm, SpO2: null });
    expect(one.raised()).toEqual([]);
    one.run(24, 24, { ...calm, SpO2: null });
    expect(one.live()['SpO2.no-data']).toMatchObject({
      priority: 'low',
      kind: 'technical',
      onsetAt: at(23),
      text: 'SpO2: no value',
    });
    one.run(25, 25, calm);
    expect(one.live()).toEqual({});
  });

  it('of one sensor is one matter', () => {
    const one = bed();
    one.run(0, 3, { ...calm, PR: 80 });
    one.run(4, 30, { ...calm, PR: null, SpO2: null });
    expect(one.raised()).toEqual(['SpO2.no-data']);
    one.run(31, 31, { ...calm, PR: null });
    expect(Object.keys(one.live())).toEqual(['PR.no-data']);
  });

  it('left out: after a minute', () => {
    const one = bed();
    one.run(0, 3, calm);
    one.run(4, 63, { HR: 80, RR: 15 });
    expect(one.raised()).toEqual([]);
    one.run(64, 64, { HR: 80, RR: 15 });
    expect(one.raised()).toEqual(['SpO2.no-data']);
  });

  it('is not asked for where it comes by the hour', () => {
    const one = bed();
    one.run(0, 0, { ...calm, NBPs: 120, Temp: 37 });
    one.run(1, 400, calm);
    expect(one.raised()).toEqual([]);
  });

  it('ends what it had been beyond after 5 min, and is forgotten once acknowledged', () => {
    const one = bed();
    one.run(0, 10, { ...calm, SpO2: 88 });
    one.run(11, 310, { ...calm, SpO2: null });
    expect(Object.keys(one.live())).toEqual(['SpO2.low', 'SpO2.no-data']);
    one.run(311, 311, { ...calm, SpO2: null });
    expect(Object.keys(one.live())).toEqual(['SpO2.no-data']);
    one.command(312, { type: 'acknowledge', alarmId: one.live()['SpO2.no-data']!.alarmId });
    one.run(313, 1000, { ...calm, SpO2: null });
    expect(one.live()).toEqual({});
    one.run(1001, 1007, { ...calm, SpO2: 88 });
    expect(Object.keys(one.live())).toEqual(['SpO2.low']);
  });

  it('stays beyond through silence, until 5 min have passed', () => {
    const one = bed();
    one.run(0, 10, { SpO2: 88 });
    one.tick(300);
    expect(Object.keys(one.live())).toEqual(['SpO2.low', 'no-data']);
    one.run(301, 301, { SpO2: 88 });
    expect(one.raised()).toEqual(['SpO2.low', 'no-data']);
    one.tick(602);
    expect(Object.keys(one.live())).toEqual(['no-data']);
  });
});

describe('readings slower than declared', () => {
  it('are told, since no delay can be judged', () => {
    const one = bed();
    for (let n = 0; n <= 4; n++) one.run(n * 3, n * 3, { SpO2: 88 });
    expect(one.raised()).toEqual([]);
    one.run(15, 15, { SpO2: 88 });
    expect(one.raised()).toEqual(['data-gaps']);
    one.run(16, 20, { SpO2: 97 });
    expect(one.live()).toEqual({});
  });
});

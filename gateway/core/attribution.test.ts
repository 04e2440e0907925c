/**
 * Tests to which patient a reading is attributed if the device's clock is wrong and the patient changes: clocks and
 * periods together.
 */
import { describe, expect, it } from 'vitest';
import { attribute, type Period } from './associations.ts';
import { type DeviceClocks, measurementSpan, noteTime } from './clocks.ts';
import { createDeviceMemories } from './remembered.ts';

const t0 = Date.UTC(2026, 0, 1, 12);
const msAt = (s: number) => t0 + Math.round(s * 1000);

/** Returns periods in which the device changes from the first to the second patient at `s` seconds. */
const periodsWithChangeAt = (s: number): Period[] => [
  { associationId: 'first', stampMs: msAt(-86_400), fromMs: msAt(-86_400), toMs: msAt(s), ward: 'ICU' },
  { associationId: 'second', stampMs: msAt(s), fromMs: msAt(s), toMs: Number.POSITIVE_INFINITY, ward: 'ICU' },
];

type Sent = {
  /** Time at which the reading was measured, s. */
  readonly at: number;
  /** Time from the measurement to the receipt, s. */
  readonly delay?: number;
  /** How far the device's clock is behind, s. */
  readonly behind: number;
  readonly boot?: string;
  readonly seq?: number;
  readonly kind?: 'observation' | 'birth' | 'waveform';
  readonly numbered?: boolean;
};

/** Creates a function that sends one message of a device and returns the patient of the message. */
function device(periods: readonly Period[], clocks: DeviceClocks = []) {
  let seq = 0;
  return (sent: Sent): string => {
    const { at, delay = 0.05, behind, boot = 'b1', kind = 'observation' } = sent;
    if (kind === 'observation') seq += 1;
    const timeMs = msAt(at - behind);
    const receivedAtMs = msAt(at + delay);
    const number = sent.numbered === false ? undefined : (sent.seq ?? seq);
    const timed = { boot, seq: number, timeMs, receivedAtMs, kind };
    const clock = noteTime(clocks, timed);
    const patient = attribute(periods, measurementSpan(clocks, clock, 'connection', timed));
    return patient.kind === 'unclear' ? 'unclear' : (patient.associationId ?? 'none');
  };
}

const seconds = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('the attribution of readings from a device with a wrong clock', () => {
  it('old waves from a device that is 60 s ahead and sends only waves are not attributed to the second patient', () => {
    const send = device(periodsWithChangeAt(100));
    const patients = seconds(80, 99).map((at) => send({ at, delay: 110 - at, behind: -60, kind: 'waveform' }));
    expect(new Set(patients)).toEqual(new Set(['unclear']));
  });

  it.each([0, 1.5, 5, 9, 60, 36_000, -5, -60, -280])(
    'each reading from a device whose clock is %d s behind has the right patient or is unclear',
    (behind) => {
      const send = device(periodsWithChangeAt(100));
      const results = seconds(0, 200).map((at) => [at, send({ at: at + 0.5, behind })] as const);
      for (const [at, patient] of results) {
        // The gateway does not correct the times of a clock that is at most 2 s wrong.
        if (Math.abs(at + 0.5 - 100) > 2) expect(patient, `at ${at} s`).toBe(at < 100 ? 'first' : 'second');
        else if (Math.abs(behind) > 2)
          expect(patient, `at ${at} s`).toMatch(at < 100 ? /first|unclear/ : /second|unclear/);
      }
      expect(results.filter(([, patient]) => patient === 'unclear').length).toBeLessThanOrEqual(4);
    },
  );

  it('if an unknown device connects a moment after the patient changed, its readings are unclear until its clock is measured', () => {
    const send = device(periodsWithChangeAt(100));
    expect(seconds(105, 110).map((at) => send({ at, behind: 60 }))).toEqual(Array(6).fill('unclear'));
    seconds(111, 116).map((at) => send({ at, behind: 60 }));
    expect(send({ at: 117, behind: 60 })).toBe('second');
  });

  it('the patient of a reading is certain immediately if no patient changed between the time of the reading and its receipt', () => {
    const send = device(periodsWithChangeAt(100));
    expect(send({ at: 300, behind: 60 })).toBe('second');
    expect(device([])({ at: 300, behind: 60 })).toBe('none');
  });

  it('if the clock was set back by a minute when the patient changed, readings are unclear until the clock is measured', () => {
    const send = device(periodsWithChangeAt(100));
    for (const at of seconds(0, 99)) send({ at, behind: 0 });
    expect(seconds(101, 105).map((at) => send({ at, behind: 60 }))).toEqual(Array(5).fill('unclear'));
    for (const at of seconds(106, 116)) send({ at, behind: 60 });
    expect(send({ at: 117, behind: 60 })).toBe('second');
  });

  it('readings belong to the second patient if the clock was set right when the patient changed', () => {
    const send = device(periodsWithChangeAt(100));
    for (const at of seconds(0, 99)) send({ at, behind: 60 });
    expect(seconds(101, 105).map((at) => send({ at, behind: 0 }))).toEqual(Array(5).fill('second'));
  });
});

it('a reading is certain if the patient moved to another bed with the device, and unclear if there was a gap without a patient', () => {
  const moved = periodsWithChangeAt(100).map((period) => ({ ...period, associationId: 'same' }));
  expect(device(moved)({ at: 110, behind: 60 })).toBe('same');
  const [first, second] = periodsWithChangeAt(100);
  const gap = [{ ...first!, toMs: msAt(80) }, second!];
  expect(device(gap)({ at: 95, behind: 60 })).toBe('unclear');
  expect(device(gap)({ at: 95, behind: 10 })).toBe('none');
  expect(device([first!])({ at: 110, behind: 60 })).toBe('unclear');
});

describe('the attribution of the backlog after an outage in which the patient changed', () => {
  const backlog = (send: (sent: Sent) => string, behind: number, boot?: string) =>
    seconds(31, 3630).map((at) => send({ at, delay: 3632 - at + at / 1000, behind, ...(boot && { boot }) }));
  const expectedPatients = seconds(31, 3630).map((at) => (at < 1800 ? 'first' : 'second'));
  const wrongPatients = (results: readonly string[]) =>
    results.filter(
      (patient, i) => patient !== expectedPatients[i] && (patient !== 'unclear' || Math.abs(i + 31 - 1800) > 2),
    );

  it.each([0, 60, -60])('the backlog has the right patients if the clock was measured as %d s behind', (behind) => {
    const send = device(periodsWithChangeAt(1800));
    for (const at of seconds(0, 30)) send({ at, behind });
    send({ at: 3630.5, behind, kind: 'birth' });
    expect(wrongPatients(backlog(send, behind))).toEqual([]);
  });

  it('the backlog has the right patients after a restart of the gateway if the birth message shows a right clock', () => {
    const send = device(periodsWithChangeAt(1800));
    send({ at: 3630.5, behind: 0, kind: 'birth' });
    expect(wrongPatients(backlog(send, 0))).toEqual([]);
  });

  it('the backlog has the right patients if the birth message shows a right clock but has no boot', () => {
    const send = device(periodsWithChangeAt(1800));
    send({ at: 3630.5, behind: 0, kind: 'birth', boot: 'connection' });
    expect(wrongPatients(backlog(send, 0))).toEqual([]);
  });

  it('after a restart of the gateway without a birth message, readings that were measured before the patient changed are unclear', () => {
    const results = backlog(device(periodsWithChangeAt(1800)), 0);
    for (const [i, patient] of results.entries())
      expect(patient === expectedPatients[i] || patient === 'unclear').toBe(true);
    expect(results[0]).toBe('unclear');
    expect(results.at(-1)).toBe('second');
  });

  it('if the birth message shows a limit of the error of the clock, only the backlog around the change of the patient is unclear', () => {
    const send = device(periodsWithChangeAt(1800));
    send({ at: 3630.5, behind: 60, kind: 'birth' });
    const results = backlog(send, 60);
    for (const [i, patient] of results.entries())
      expect(patient === expectedPatients[i] || patient === 'unclear').toBe(true);
    expect(results.filter((patient) => patient === 'unclear').length).toBeLessThan(70);
  });

  it('no reading of the backlog has the wrong patient if the clock was set during the outage', () => {
    const send = device(periodsWithChangeAt(1800));
    for (const at of seconds(0, 30)) send({ at, behind: 0 });
    send({ at: 3630.5, behind: 600, kind: 'birth' });
    const results = backlog(send, 600);
    for (const [i, patient] of results.entries())
      expect(patient === expectedPatients[i] || patient === 'unclear').toBe(true);
  });

  it('stored readings of an earlier start have the right patient if both starts have the same error of the clock', () => {
    const clocks: DeviceClocks = [];
    const send = device(periodsWithChangeAt(1800), clocks);
    for (const at of seconds(0, 30)) send({ at, behind: 0, boot: 'old' });
    for (const at of seconds(3600, 3620)) send({ at, behind: 0, boot: 'new' });
    expect(send({ at: 1000, delay: 2700, behind: 0, boot: 'old', seq: 40 })).toBe('first');
    expect(send({ at: 1900, delay: 1800, behind: 0, boot: 'old', seq: 41 })).toBe('second');
    expect(send({ at: 1000, delay: 2700, behind: 0, boot: 'older' })).toBe('unclear');
  });

  it('the backlog of an earlier start is unclear if the clock of the later start shows that the clock was set', () => {
    const send = device(periodsWithChangeAt(1800));
    for (const at of seconds(0, 30)) send({ at, behind: 0, boot: 'old' });
    for (const at of seconds(3600, 3620)) send({ at, behind: 900, boot: 'new' });
    expect(send({ at: 20, delay: 3690, behind: 0, boot: 'old', seq: 20 })).toBe('first');
    expect(send({ at: 1000, delay: 2700, behind: 0, boot: 'old', seq: 40 })).toBe('unclear');
    expect(send({ at: 1900, delay: 1800, behind: 0, boot: 'old', seq: 41 })).toBe('second');
  });
});

describe('the attribution of readings over a network that becomes slower', () => {
  it.each([2.5, 4, 6, 9, 30])(
    'no reading has the wrong patient if the delay rises to %d s before the patient changes',
    (delay) => {
      const send = device(periodsWithChangeAt(100));
      for (const at of seconds(0, 69)) send({ at, behind: 0 });
      const results = seconds(70, 160).map((at) => [at, send({ at, behind: 0, delay })] as const);
      for (const [at, patient] of results)
        expect(patient, `at ${at} s`).toMatch(at < 100 ? /first|unclear/ : /^second$/);
      // A reading is unclear only if it was measured before the change and came after the change.
      expect(results.filter(([, patient]) => patient === 'unclear').length).toBeLessThanOrEqual(delay);
    },
  );
});

describe('the attribution of readings if the clock was set and no reading shows it', () => {
  it.each([
    [5, 4],
    [15, 10],
    [60, 10],
    [60, 59],
    [300, 60],
  ])('with a reading every %d s, the reading after the clock was set back by %d s is unclear', (everyS, backS) => {
    const at = 12 * everyS;
    const send = device(periodsWithChangeAt(at - backS / 2));
    for (let i = 0; i < 12; i += 1) send({ at: i * everyS, behind: 0 });
    expect(send({ at, behind: backS })).toBe('unclear');
    for (let i = 13; i < 18; i += 1) expect(send({ at: i * everyS, behind: backS })).toMatch(/second|unclear/);
    // Readings that are measured long after the change are certain again.
    expect(send({ at: at + 120 + everyS * 6, behind: backS })).toBe('second');
  });

  it('a reading after an outage without a birth message is unclear, and a later reading is certain', () => {
    const send = device(periodsWithChangeAt(1000));
    for (const at of seconds(0, 30)) send({ at, behind: 0 });
    expect(send({ at: 1010, behind: 60 })).toBe('unclear');
    expect(send({ at: 1200, behind: 60 })).toBe('second');
  });

  it('no reading of a backlog has the wrong patient if the clock was wrong before the outage and right after it', () => {
    const send = device(periodsWithChangeAt(1000));
    for (const at of seconds(0, 30)) send({ at, behind: 60 });
    send({ at: 2000, behind: 0, kind: 'birth' });
    const results = seconds(31, 1999).map(
      (at) => [at, send({ at, behind: 60, delay: 2001 - at + at / 1000 })] as const,
    );
    for (const [at, patient] of results)
      expect(patient, `at ${at} s`).toMatch(at < 1000 ? /first|unclear/ : /second|unclear/);
    expect(results.filter(([, patient]) => patient === 'unclear').length).toBeLessThan(70);
  });

  it('no reading has the wrong patient if the clock was ahead at the connection and is then set right', () => {
    const send = device(periodsWithChangeAt(100));
    send({ at: 95, behind: -30, kind: 'birth' });
    const results = seconds(96, 130).map((at) => [at, send({ at, behind: 0 })] as const);
    for (const [at, patient] of results)
      expect(patient, `at ${at} s`).toMatch(at < 100 ? /first|unclear/ : /second|unclear/);
  });

  it.each([
    [12, true],
    [60, false],
    [3600, true],
  ])(
    'no reading has the wrong patient if the birth message has no boot and the clock is then set back by %d s (numbered: %s)',
    (backS, numbered) => {
      const send = device(periodsWithChangeAt(-2));
      send({ at: 0.5, behind: 0, kind: 'birth', boot: 'connection' });
      for (const at of seconds(1, 5)) expect(send({ at, behind: 0, numbered })).toBe('second');
      const results = seconds(6, 40).map((at) => send({ at, behind: backS, numbered }));
      expect(new Set(results.slice(0, 15))).toEqual(new Set(['unclear', 'second']));
      expect(results.slice(15).every((patient) => patient === 'second')).toBe(true);
    },
  );

  it('no reading has the wrong patient if the birth message has no boot and the clock is set forward before the network stalls', () => {
    const send = device(periodsWithChangeAt(130));
    send({ at: 0.5, behind: 0, kind: 'birth', boot: 'connection' });
    for (const at of seconds(1, 99)) send({ at, behind: 0 });
    for (const at of seconds(100, 129)) expect(send({ at, behind: -60, delay: 140 - at })).toMatch(/first|unclear/);
  });

  it('a late reading that was measured before the clock was set back is unclear', () => {
    const send = device(periodsWithChangeAt(50));
    for (const at of seconds(0, 45)) send({ at, behind: 0 });
    for (const at of seconds(52, 80)) send({ at, behind: 60, seq: at });
    expect(send({ at: 49, delay: 40, behind: 0, seq: 50 })).toBe('unclear');
  });
});

it('no reading has the wrong patient if the clock loses 0.1 s per hour for a month', () => {
  const hour = 3600;
  const end = 30 * 24 * hour;
  const send = device(periodsWithChangeAt(end));
  for (let h = 0; h < 30 * 24; h += 1) for (const s of [0, 1, 2]) send({ at: h * hour + s * 10, behind: (h + 1) / 10 });
  const results = seconds(-200, 200).map((at) => [at, send({ at: end + at, behind: 72 })] as const);
  for (const [at, patient] of results)
    expect(patient, `at ${at} s`).toMatch(at < 0 ? /first|unclear/ : /second|unclear/);
  expect(results.filter(([, patient]) => patient === 'unclear').length).toBeLessThanOrEqual(80);
});

it.each([
  [0, 0],
  [60, 0],
  [0, 0.01],
])(
  'with a clock that is %d s behind and loses %d ms each second, a reading after the change of the patient is certain, even if the device sent two kinds of readings in turn for a week',
  (behind, lostMs) => {
    const week = 7 * 24 * 3600;
    const send = device(periodsWithChangeAt(week));
    const behindAt = (at: number) => behind + (lostMs / 1000) * at;
    // The device time of the second reading is 1.5 s before the device time of the first reading.
    const sendBoth = (at: number) => {
      const patient = send({ at, behind: behindAt(at) });
      send({ at: at + 0.1, behind: behindAt(at) + 1.6 });
      return patient;
    };
    for (let at = 0; at < week; at += 2) sendBoth(at);
    for (let at = week; at < week + 60; at += 2)
      expect(sendBoth(at), `at ${at} s`).toMatch(at < week + 10 ? /second|unclear/ : /^second$/);
  },
);

it('a reading after the change of the patient is certain if the clock was set back by 5 s during a reconnect a week earlier', () => {
  const week = 7 * 24 * 3600;
  const send = device(periodsWithChangeAt(week));
  for (const at of seconds(0, 30)) send({ at, behind: 0 });
  send({ at: 40, behind: 5, kind: 'birth' });
  for (let at = 60; at < week; at += 60) send({ at, behind: 5 });
  expect(seconds(week + 6, week + 66).filter((at) => send({ at, behind: 5 }) !== 'second')).toEqual([]);
});

it('the gateway remembers the clocks of a device that is not connected, for at most four of its starts', () => {
  const memoryOfDevice = createDeviceMemories();
  const { clocks } = memoryOfDevice('p1');
  for (const boot of ['a', 'b', 'c', 'd', 'e'])
    noteTime(clocks, { boot, seq: 1, timeMs: t0, receivedAtMs: t0, kind: 'observation' });
  expect(memoryOfDevice('p1').clocks.map(({ boot }) => boot)).toEqual(['b', 'c', 'd', 'e']);
  expect(memoryOfDevice('p2').clocks).toEqual([]);
});

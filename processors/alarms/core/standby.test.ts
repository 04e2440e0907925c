/** Tests of the standby of a bed (CLINICAL, "Alarm vocabulary"). */
import { describe, expect, it } from 'vitest';
import { bed, connection, highBed, instant, mediumBed, nurse, reading, t0 } from '../../bed.testing.ts';
import { rearmStandby } from './standby.ts';

const hour = 3_600_000;
const standby = (forMs = hour) => ({ type: 'standby' as const, reason: 'Imaging', forMs });

/** Returns a bed with a standby from 5 s on. The values of the bed stopped at 6 s. */
function awayBed(forMs = hour) {
  const patientBed = bed();
  patientBed.feedEachSecond(0, 5, { HR: 80 });
  patientBed.command(5, standby(forMs));
  patientBed.feedEachSecond(6, 6, { HR: 80 });
  return patientBed;
}

it('a device that falls silent during a standby calls when the standby ends, with its true onset', () => {
  const patientBed = awayBed();
  for (let s = 7; s < 3605; s += 10) patientBed.tick(s);
  expect(patientBed.raisedConditions()).toEqual([]);
  patientBed.tick(3605);
  expect(patientBed.state().standby).toBeNull();
  expect(patientBed.liveAlarms()['no-data']).toMatchObject({ signal: 'on', onsetAt: instant(11) });
});

it('a device that is disconnected during a standby calls when a person ends the standby', () => {
  const patientBed = awayBed();
  patientBed.feed(connection(20, false, 'closed'));
  patientBed.tick(300);
  expect(patientBed.raisedConditions()).toEqual([]);
  patientBed.command(301, { type: 'end-standby' });
  expect(patientBed.answers.at(-1)).toMatchObject({ type: 'end-standby', accepted: true });
  expect(patientBed.liveAlarms().disconnected).toMatchObject({ signal: 'on', onsetAt: instant(20) });
});

it('the alarm about a present silence stops calling when a standby begins', () => {
  const patientBed = bed();
  patientBed.feedEachSecond(0, 5, { HR: 80 });
  patientBed.tick(15);
  expect(patientBed.liveAlarms()['no-data']).toMatchObject({ signal: 'on' });
  patientBed.command(16, standby());
  expect(patientBed.liveAlarms()['no-data']).toMatchObject({ signal: 'off', present: true });
  patientBed.tick(3000);
  expect(patientBed.eventTypes('no-data')).toEqual(['raised', 'updated']);
});

describe('values during a standby', () => {
  it('values end a standby that is a minute old', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 5, { HR: 80 });
    patientBed.command(5, standby());
    patientBed.feedEachSecond(6, 64, { HR: 80 });
    expect(patientBed.state().standby).not.toBeNull();
    patientBed.feedEachSecond(65, 65, { HR: 80 });
    expect(patientBed.state().standby).toBeNull();
  });

  it('a value during a standby is judged immediately, before the standby ends', () => {
    const patientBed = awayBed();
    patientBed.feed(reading(300, { HR: 0 }));
    expect(patientBed.state().standby).not.toBeNull();
    expect(patientBed.liveAlarms().asystole).toMatchObject({ signal: 'on', priority: 'high' });
  });

  it.each([
    ['one value', [300], true],
    ['values for 9 s', [300, 303, 306, 309], true],
    ['values for 10 s', [300, 303, 306, 310], false],
    ['two values that are 10 s apart', [300, 310], false],
    ['two values that are 90 s apart', [300, 390], false],
    ['two values that are more than 90 s apart', [300, 391], true],
    ['one value every 2 min', [300, 420, 540, 660], true],
    ['values that began in the first minute of the standby', [55, 57, 60, 64], true],
    ['values that continue after the first minute of the standby', [55, 57, 60, 65], false],
  ])('with %s (at %j s), the standby goes on: %s', (_, seconds, goesOn) => {
    const patientBed = awayBed();
    for (const s of seconds) patientBed.feed(reading(s, { HR: 80 }));
    expect(patientBed.state().standby !== null).toBe(goesOn);
  });

  it('one value of a sensor that somebody tests does not end a standby, so the silence after it does not call', () => {
    const patientBed = awayBed();
    patientBed.feed(reading(300, { HR: 80 }));
    for (let s = 301; s < 3600; s += 7) patientBed.tick(s);
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.tick(3605);
    expect(patientBed.liveAlarms()['no-data']).toMatchObject({ signal: 'on' });
  });

  it('one cuff pressure ends a standby, because a cuff measures only on an arm', () => {
    const patientBed = awayBed();
    patientBed.feed(reading(300, { NBPs: 120 }));
    expect(patientBed.state().standby).toBeNull();
  });

  it('a restart keeps the run of values', () => {
    const patientBed = awayBed();
    patientBed.feedEachSecond(300, 305, { HR: 80 });
    const stored = JSON.parse(JSON.stringify(patientBed.state().standby));
    expect(rearmStandby(stored, t0 + 305_020)).toEqual(patientBed.state().standby);
    expect(stored.run).toEqual({ from: t0 + 300_020, to: t0 + 305_020 });
  });

  it('values end a standby, even if the values of one parameter are always older than the values of another parameter', () => {
    const patientBed = awayBed();
    for (let s = 300; s <= 310; s++) {
      const receivedAt = t0 + s * 1000 + 20;
      patientBed.feed(reading(s, { HR: 80 }, { seq: 2 * s, receivedAt }));
      expect(patientBed.state().standby !== null).toBe(s < 310);
      patientBed.feed(reading(s - 1.5, { SpO2: 97 }, { seq: 2 * s + 1, receivedAt }));
    }
  });

  it('values end a standby after 10 s, even if the clock of the device is set back meanwhile', () => {
    const patientBed = awayBed();
    patientBed.feedEachSecond(300, 305, { HR: 80 });
    for (let s = 306; s <= 310; s++) {
      expect(patientBed.state().standby).not.toBeNull();
      const setBack = { seq: s * 1000 + 1_000_000, receivedAt: t0 + s * 1000 + 20 };
      patientBed.feed(reading(s - 60, { HR: 80 }, setBack));
    }
    expect(patientBed.state().standby).toBeNull();
  });

  it('values from before the standby do not end it, even if a gateway kept them and sends them all at once', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 5, { HR: 80 });
    patientBed.command(300, standby());
    for (let s = 6; s < 300; s++) patientBed.feed(reading(s, { HR: 80 }), t0 + 400_000 + s);
    expect(patientBed.state().standby).not.toBeNull();
  });

  it('values end a standby, even if the clock of the alarm processor was set back by a restart during the values', () => {
    const patientBed = awayBed();
    patientBed.feed(reading(300, { HR: 80 }), t0 + 1_000_000);
    for (let s = 301; s <= 311; s++) {
      expect(patientBed.state().standby).not.toBeNull();
      patientBed.feed(reading(s, { HR: 80 }));
    }
    expect(patientBed.state().standby).toBeNull();
  });

  it('invalid and late values do not end a standby', () => {
    const patientBed = awayBed();
    patientBed.feed(reading(300, { HR: null }));
    patientBed.feed(reading(7, { HR: 80 }, { receivedAt: t0 + 310_000 }));
    expect(patientBed.state().standby).not.toBeNull();
  });

  it('questionable values beyond a limit end a standby', () => {
    const patientBed = awayBed();
    const { values } = reading(300, { HR: 0 });
    for (const s of [300, 310])
      patientBed.feed(
        reading(s, {}, { values: values.map((value) => ({ ...value, validity: 'questionable' as const })) }),
      );
    expect(patientBed.state().standby).toBeNull();
  });

  it('a parameter that is still silent after a standby calls', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 5, { HR: 80, SpO2: 97 });
    patientBed.command(5, standby());
    patientBed.feedEachSecond(100, 110, { HR: 80 });
    expect(Object.values(patientBed.liveAlarms()).map(({ text, signal }) => [text, signal])).toEqual([
      ['SpO2: no value', 'on'],
    ]);
  });
});

describe('physiological alarms during a standby', () => {
  it('a physiological alarm calls during a standby while values come', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 5, { HR: 80 });
    patientBed.command(5, standby());
    patientBed.feedEachSecond(6, 6, { HR: 0 });
    expect(patientBed.liveAlarms().asystole).toMatchObject({ signal: 'on' });
    patientBed.tick(40);
    expect(patientBed.liveAlarms().asystole).toMatchObject({ signal: 'on' });
  });

  it('a physiological alarm keeps calling during a standby if one of two sensors stops', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 20, { HR: 80, SpO2: 80 });
    patientBed.feedEachSecond(21, 45, { SpO2: 80 });
    expect(patientBed.liveAlarms()['HR.no-data/MDC_ECG_HEART_RATE']).toMatchObject({ signal: 'on' });
    patientBed.command(45, standby());
    patientBed.feedEachSecond(46, 50, { SpO2: 80 });
    expect(patientBed.liveAlarms()['HR.no-data/MDC_ECG_HEART_RATE']).toMatchObject({ signal: 'off' });
    expect(patientBed.liveAlarms()['SpO2.extreme-low']).toMatchObject({ present: true, signal: 'on' });
  });

  it('a physiological alarm that called before a standby is silent while no values come, and does not escalate', () => {
    const patientBed = highBed();
    patientBed.command(3, standby());
    expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({ signal: 'on' });
    patientBed.tick(10);
    expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({ present: true, signal: 'off', escalation: 0 });
    patientBed.tick(3602);
    expect(patientBed.eventTypes('HR.extreme-high')).toEqual(['raised', 'updated']);
    patientBed.tick(3603);
    expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({ present: true, signal: 'on' });
  });

  it('an acknowledged alarm is silent during a standby if the device sends no valid value', () => {
    const patientBed = mediumBed();
    patientBed.acknowledge(8, 'HR.high');
    patientBed.command(9, standby());
    patientBed.feedEachSecond(9, 300, { HR: null });
    expect(patientBed.state().device.silentSince).toBeNull();
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ present: true, signal: 'off' });
    expect(patientBed.eventTypes('HR.high')).not.toContain('realarmed');
  });

  it.each([
    ['a cuff pressure', { NBPs: 120 }],
    ['a temperature', { Temp: 37 }],
  ])('an alarm is silent during a standby if no valid value comes, even if %s was measured before', (_, single) => {
    const patientBed = bed();
    patientBed.feed(reading(0, { HR: 150, ...single }));
    patientBed.command(3, standby());
    patientBed.feedEachSecond(4, 300, { HR: null });
    expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({ present: true, signal: 'off', escalation: 0 });
    patientBed.feed(reading(301, { HR: 150 }));
    expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({ present: true, signal: 'on' });
  });

  it('the alarm of a cuff pressure keeps calling during a standby while the device sends', () => {
    const patientBed = bed();
    patientBed.feed(reading(0, { HR: 80, NBPs: 60 }));
    patientBed.command(1, standby());
    patientBed.feedEachSecond(2, 300, { HR: null });
    expect(patientBed.liveAlarms()['BPsys.extreme-low']).toMatchObject({ present: true, signal: 'on' });
    patientBed.tick(400);
    expect(patientBed.liveAlarms()['BPsys.extreme-low']).toMatchObject({ present: true, signal: 'off' });
  });

  it('an acknowledged alarm does not call again until the standby ends', () => {
    const patientBed = mediumBed();
    patientBed.acknowledge(8, 'HR.high');
    patientBed.command(9, standby());
    patientBed.tick(20);
    patientBed.tick(1800);
    expect(patientBed.eventTypes('HR.high')).toEqual(['raised', 'acknowledged', 'updated']);
    patientBed.command(1801, { type: 'end-standby' });
    patientBed.tick(1802);
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ present: true, signal: 'on' });
  });

  it('a high alarm without an acknowledgement latches and calls if late values end it during a standby', () => {
    const patientBed = highBed();
    patientBed.command(3, standby());
    patientBed.tick(10);
    for (let s = 3; s < 20; s++) patientBed.feed(reading(s, { HR: 80 }, { receivedAt: t0 + 100_000 }));
    patientBed.tick(130);
    expect(patientBed.state().standby).not.toBeNull();
    expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({ present: false, signal: 'latched' });
  });

  it('a parameter with an acknowledged silence is not given up during a standby', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 10, { HR: 130, SpO2: 97 });
    patientBed.feedEachSecond(11, 40, { SpO2: 97 });
    patientBed.acknowledge(40, 'HR.no-data/MDC_ECG_HEART_RATE');
    patientBed.command(41, standby());
    patientBed.feedEachSecond(42, 800, { SpO2: null });
    expect(patientBed.state().standby).not.toBeNull();
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ present: true });
  });
});

describe('a refused standby', () => {
  it('a standby is refused if the patient has left', () => {
    const patientBed = awayBed();
    patientBed.endPeriod(30);
    expect(patientBed.state().standby).toBeNull();
    patientBed.command(31, standby());
    expect(patientBed.answers.at(-1)).toMatchObject({ accepted: false, reason: expect.stringContaining('no longer') });
  });

  it('a standby is refused if no patient is at the device', () => {
    const patientBed = bed('unassigned');
    patientBed.command(31, standby());
    expect(patientBed.answers.at(-1)).toMatchObject({ accepted: false, reason: expect.stringContaining('no patient') });
  });

  it('a standby whose end has passed is refused, and the end of a standby is refused if there is no standby', () => {
    const patientBed = bed();
    const at = instant(0);
    const command = { ...standby(60_000), commandId: 'command-late', associationId: 'association-1', at, by: nurse };
    patientBed.feed({ type: 'command', command }, t0 + 60_000);
    expect(patientBed.answers.at(-1)).toMatchObject({ accepted: false, reason: expect.stringContaining('too late') });
    patientBed.command(61, { type: 'end-standby' });
    expect(patientBed.answers.at(-1)).toMatchObject({ accepted: false, reason: 'The bed is not on standby.' });
  });
});

it('a standby lasts at most four hours, and a second standby replaces the first', () => {
  const patientBed = bed();
  patientBed.command(0, standby(100 * hour));
  expect(patientBed.state().standby).toMatchObject({ since: t0, until: t0 + 4 * hour, reason: 'Imaging', by: nurse });
  patientBed.command(100, { type: 'standby', reason: 'Theatre', forMs: 60_000 });
  expect(patientBed.state().standby).toMatchObject({ since: t0 + 100_000, until: t0 + 160_000, reason: 'Theatre' });
});

/** Standby of a bed (CLINICAL, "Alarm vocabulary"). The state goes through JSON after each input, as with a snapshot. */
import { describe, expect, it } from 'vitest';
import { bed, connection, highBed, instant, mediumBed, nurse, reading, t0 } from '../../bed.testing.ts';

const hour = 3_600_000;
const standby = (forMs = hour) => ({ type: 'standby' as const, reason: 'Imaging', forMs });

/** A bed whose values stopped at 6 s under a standby from 5 s on. */
function awayBed(forMs = hour) {
  const one = bed();
  one.run(0, 5, { HR: 80 });
  one.command(5, standby(forMs));
  one.run(6, 6, { HR: 80 });
  return one;
}

it('values that stop under standby call nobody until it ends, and then at once, with their old onset', () => {
  const one = awayBed();
  for (let s = 7; s < 3605; s += 10) one.tick(s);
  expect(one.raised()).toEqual([]);
  one.tick(3605);
  expect(one.state().standby).toBeNull();
  expect(one.live()['no-data']).toMatchObject({ signal: 'on', onsetAt: instant(11) });
});

it('a device that is disconnected under standby calls nobody until somebody ends it', () => {
  const one = awayBed();
  one.feed(connection(20, false, 'closed'));
  one.tick(300);
  expect(one.raised()).toEqual([]);
  one.command(301, { type: 'end-standby' });
  expect(one.answers.at(-1)).toMatchObject({ type: 'end-standby', accepted: true });
  expect(one.live().disconnected).toMatchObject({ signal: 'on', onsetAt: instant(20) });
});

it('a present silence stops calling when standby begins', () => {
  const one = bed();
  one.run(0, 5, { HR: 80 });
  one.tick(15);
  expect(one.live()['no-data']).toMatchObject({ signal: 'on' });
  one.command(16, standby());
  expect(one.live()['no-data']).toMatchObject({ signal: 'off', present: true });
  one.tick(3000);
  expect(one.types('no-data')).toEqual(['raised', 'updated']);
});

describe('values end standby by themselves', () => {
  it('once it is a minute old: then standby on the wrong bed is over', () => {
    const one = bed();
    one.run(0, 5, { HR: 80 });
    one.command(5, standby());
    one.run(6, 64, { HR: 80 });
    expect(one.state().standby).not.toBeNull();
    one.run(65, 65, { HR: 80 });
    expect(one.state().standby).toBeNull();
  });

  it('and they are judged at once', () => {
    const one = awayBed();
    one.feed(reading(300, { HR: 0 }));
    expect(one.state().standby).toBeNull();
    expect(one.live().asystole).toMatchObject({ signal: 'on', priority: 'high' });
  });

  it('but not invalid values, and not late ones', () => {
    const one = awayBed();
    one.feed(reading(300, { HR: null }));
    one.feed(reading(7, { HR: 80 }, { receivedAt: t0 + 310_000 }));
    expect(one.state().standby).not.toBeNull();
  });

  it('also a questionable value that may call', () => {
    const one = awayBed();
    const { values } = reading(300, { HR: 0 });
    one.feed(reading(300, {}, { values: values.map((value) => ({ ...value, validity: 'questionable' as const })) }));
    expect(one.state().standby).toBeNull();
  });

  it('a parameter that is still silent then calls', () => {
    const one = bed();
    one.run(0, 5, { HR: 80, SpO2: 97 });
    one.command(5, standby());
    one.run(100, 100, { HR: 80 });
    expect(Object.values(one.live()).map(({ text, signal }) => [text, signal])).toEqual([['SpO2: no value', 'on']]);
  });
});

describe('a physiological alarm', () => {
  it('calls under standby while values come', () => {
    const one = bed();
    one.run(0, 5, { HR: 80 });
    one.command(5, standby());
    one.run(6, 6, { HR: 0 });
    expect(one.live().asystole).toMatchObject({ signal: 'on' });
    one.tick(40);
    expect(one.live().asystole).toMatchObject({ signal: 'on' });
  });

  it('keeps calling under standby if one of two sensors stops', () => {
    const one = bed();
    one.run(0, 20, { HR: 80, SpO2: 80 });
    one.run(21, 45, { SpO2: 80 });
    expect(one.live()['HR.no-data/MDC_ECG_HEART_RATE']).toMatchObject({ signal: 'on' });
    one.command(45, standby());
    one.run(46, 50, { SpO2: 80 });
    expect(one.live()['HR.no-data/MDC_ECG_HEART_RATE']).toMatchObject({ signal: 'off' });
    expect(one.live()['SpO2.extreme-low']).toMatchObject({ present: true, signal: 'on' });
  });

  it('that began before it is quiet while nothing comes: it neither escalates nor calls again until afterwards', () => {
    const one = highBed();
    one.command(3, standby());
    expect(one.live()['HR.extreme-high']).toMatchObject({ signal: 'on' });
    one.tick(10);
    expect(one.live()['HR.extreme-high']).toMatchObject({ present: true, signal: 'off', escalation: 0 });
    one.tick(3602);
    expect(one.types('HR.extreme-high')).toEqual(['raised', 'updated']);
    one.tick(3603);
    expect(one.live()['HR.extreme-high']).toMatchObject({ present: true, signal: 'on' });
  });

  it('that was acknowledged is quiet if the device goes on without any value', () => {
    const one = mediumBed();
    one.acknowledge(8, 'HR.high');
    one.command(9, standby());
    one.run(9, 300, { HR: null });
    expect(one.state().device.silentSince).toBeNull();
    expect(one.live()['HR.high']).toMatchObject({ present: true, signal: 'off' });
    expect(one.types('HR.high')).not.toContain('realarmed');
  });

  it('that was acknowledged does not call again until standby ends', () => {
    const one = mediumBed();
    one.acknowledge(8, 'HR.high');
    one.command(9, standby());
    one.tick(20);
    one.tick(1800);
    expect(one.types('HR.high')).toEqual(['raised', 'acknowledged', 'updated']);
    one.command(1801, { type: 'end-standby' });
    one.tick(1802);
    expect(one.live()['HR.high']).toMatchObject({ present: true, signal: 'on' });
  });

  it('of high priority that nobody has seen latches if late values end it, and calls', () => {
    const one = highBed();
    one.command(3, standby());
    one.tick(10);
    for (let s = 3; s < 20; s++) one.feed(reading(s, { HR: 80 }, { receivedAt: t0 + 100_000 }));
    one.tick(130);
    expect(one.state().standby).not.toBeNull();
    expect(one.live()['HR.extreme-high']).toMatchObject({ present: false, signal: 'latched' });
  });

  it('is not given up while the patient is away, even if its silence was acknowledged', () => {
    const one = bed();
    one.run(0, 10, { HR: 130, SpO2: 97 });
    one.run(11, 40, { SpO2: 97 });
    one.acknowledge(40, 'HR.no-data/MDC_ECG_HEART_RATE');
    one.command(41, standby());
    one.run(42, 800, { SpO2: null });
    expect(one.state().standby).not.toBeNull();
    expect(one.live()['HR.high']).toMatchObject({ present: true });
  });
});

describe('standby is refused', () => {
  it('if the patient has left', () => {
    const one = awayBed();
    one.end(30);
    expect(one.state().standby).toBeNull();
    one.command(31, standby());
    expect(one.answers.at(-1)).toMatchObject({ accepted: false, reason: expect.stringContaining('no longer') });
  });

  it('if there is no patient', () => {
    const one = bed('unassigned');
    one.command(31, standby());
    expect(one.answers.at(-1)).toMatchObject({ accepted: false, reason: expect.stringContaining('no patient') });
  });

  it('if it came after its own end, and the end if there is no standby', () => {
    const one = bed();
    const at = instant(0);
    const command = { ...standby(60_000), commandId: 'command-late', associationId: 'association-1', at, by: nurse };
    one.feed({ type: 'command', command }, t0 + 60_000);
    expect(one.answers.at(-1)).toMatchObject({ accepted: false, reason: expect.stringContaining('too late') });
    one.command(61, { type: 'end-standby' });
    expect(one.answers.at(-1)).toMatchObject({ accepted: false, reason: 'The bed is not on standby.' });
  });
});

it('lasts four hours at most, and a second one replaces the first', () => {
  const one = bed();
  one.command(0, standby(100 * hour));
  expect(one.state().standby).toMatchObject({ since: t0, until: t0 + 4 * hour, reason: 'Imaging', by: nurse });
  one.command(100, { type: 'standby', reason: 'Theatre', forMs: 60_000 });
  expect(one.state().standby).toMatchObject({ since: t0 + 100_000, until: t0 + 160_000, reason: 'Theatre' });
});

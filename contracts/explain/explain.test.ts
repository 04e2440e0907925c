import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command, GroupInForce } from '../messages/alarms.ts';
import type { Actor } from '../messages/records.ts';
import { msOf, type StepName } from './chain.ts';
import {
  answer,
  asked,
  audit,
  baseAlarm,
  calmEvents,
  connection,
  event,
  instantAt,
  lonelyEvents,
  msAt,
  nurse,
  reading,
  recordsWith,
  standby,
} from './explain.testing.ts';
import { type Explanation, explain } from './explain.ts';
import { explanationLines } from './lines.ts';
import type { AlarmRecords } from './records.ts';

function explained(records: AlarmRecords): Explanation {
  const explanation = explain(records);
  if (explanation === undefined) throw new Error('There is no explanation.');
  return explanation;
}
const kindsOf = (records: AlarmRecords) => explained(records).findings.map(({ kind }) => kind);
const textsOf = (records: AlarmRecords) => explained(records).findings.map(({ text }) => text);
/** Returns the time of each step in seconds after the onset, or the kind of a step without a time. */
function stepsOf(records: AlarmRecords): Partial<Record<StepName, number | string>> {
  return Object.fromEntries(
    explained(records).chain.steps.map(({ name, time }) => {
      const atMs = msOf(time);
      return [name, atMs === undefined ? time.kind : (atMs - msAt(0)) / 1000];
    }),
  );
}
const withoutLooks = { isWhole: true, items: [] };

describe('the delay chain', () => {
  it('the delay chain has the time of each step, the time since the previous step, and the time since the raise', () => {
    const { chain } = explained(recordsWith());
    expect(stepsOf(recordsWith())).toEqual({
      ...{ onset: 0, determined: 6, received: 6.2, logged: 6.3, raised: 6.4, published: 6.5 },
      ...{ painted: 'not-known', sounded: 'not-known', called: 'not-known', sent: 'not-known' },
      ...{ taken: 'not-known', 'on-device': 'not-known', seen: 'not-known', accepted: 'not-known' },
      ...{ asked: 68, answered: 68.2, resolved: 100, cleared: 100.1 },
    });
    expect(chain.steps.map(({ name, sinceBeforeMs }) => [name, sinceBeforeMs])).toEqual([
      ...[
        ['onset', undefined],
        ['determined', 6000],
        ['received', 200],
        ['logged', 100],
        ['raised', 100],
      ],
      ...[
        ['published', 100],
        ['painted', undefined],
        ['sounded', undefined],
        ['called', undefined],
        ['sent', undefined],
        ['taken', undefined],
        ['on-device', undefined],
        ['seen', undefined],
        ['accepted', undefined],
        ['asked', 61_500],
        ['answered', 200],
      ],
      ...[
        ['resolved', 31_800],
        ['cleared', 100],
      ],
    ]);
    expect(chain.steps.find(({ name }) => name === 'asked')?.sinceRaisedMs).toBe(61_600);
    expect(chain.delays).toEqual({
      logToPaintedMs: undefined,
      logToSentMs: undefined,
      logToAcceptedMs: undefined,
      ...{ generationOfConditionMs: 6400, raisedToLogMs: 100 },
    });
  });

  it('the delay chain shows the times of a reading as not known if Kafka no longer has the reading', () => {
    const records = recordsWith({ observations: { isWhole: false, readings: [] } });
    expect(stepsOf(records)).toMatchObject({ determined: 6, received: 'not-known', logged: 'not-known', raised: 6.4 });
  });

  it('the delay chain uses the first record of a reading and of an event, because later records are repeats', () => {
    const records = recordsWith({
      alarms: { events: [calmEvents[0]!, event(1, 'raised', 6.4, {}, 60), ...calmEvents.slice(1)] },
      observations: { readings: [reading(6, 6.2, 6.3), reading(6, 40, 40.1)] },
    });
    expect(stepsOf(records)).toEqual(stepsOf(recordsWith()));
    expect(kindsOf(records)).toEqual([]);
  });

  it('the delay chain says "nobody acknowledged" only if all revisions are in the log', () => {
    expect(stepsOf(recordsWith({ alarms: { events: lonelyEvents } }))).toMatchObject({
      asked: 'none',
      answered: 'none',
    });
    const withHole = lonelyEvents.filter((_, index) => index !== 1);
    expect(stepsOf(recordsWith({ alarms: { events: withHole } }))).toMatchObject({
      ...{ asked: 'not-known', answered: 'not-known', resolved: 'not-known', cleared: 'not-known' },
    });
  });

  it('the delay chain shows that an active alarm has not ended', () => {
    const { isOver } = explained(recordsWith({ alarms: { events: lonelyEvents.slice(0, 2) } }));
    expect(isOver).toBe(false);
    expect(stepsOf(recordsWith({ alarms: { events: lonelyEvents.slice(0, 2) } }))).toMatchObject({
      ...{ resolved: 'none', cleared: 'none' },
    });
  });

  it('a step whose time is before the time of the previous step has no duration', () => {
    const records = recordsWith({ observations: { readings: [reading(6, 3, 3.1)] } });
    expect(explained(records).chain.steps.find(({ name }) => name === 'received')?.sinceBeforeMs).toBeUndefined();
  });

  it('if a screen sounded the alarm before a screen reported it as painted, no time is negative, and no finding says that the alarm was painted late', () => {
    const shown = (way: 'painted' | 'sounded', seconds: number) => {
      return { alarmId: baseAlarm.alarmId, userId: 'nora', name: 'Nora N.', way, atMs: msAt(seconds) };
    };
    const pages = { isWhole: true, shown: [shown('painted', 60), shown('sounded', 8)] };
    const records = recordsWith({ pages });
    expect(explained(records).chain.steps.find(({ name }) => name === 'sounded')?.sinceBeforeMs).toBeUndefined();
    expect(kindsOf(records)).not.toContain('painted-late');
    expect(explanationLines(explained(records), 'UTC').join('\n')).not.toContain('−');
  });

  it('explain returns no explanation if the log has no event of the alarm', () => {
    expect(explain(recordsWith({ alarms: { events: [] } }))).toBeUndefined();
  });
});

describe('the findings', () => {
  it('an alarm without trouble has no finding', () => {
    expect(kindsOf(recordsWith())).toEqual([]);
  });

  it.each([
    ['late-reading', 16, false],
    ['late-reading', 16.001, true],
    ['late-reading', 15.999, false],
  ] as const)(
    '%s is a finding if the value of second 6 is received at second %d: %s',
    (kind, receivedSeconds, isFound) => {
      const records = recordsWith({ observations: { readings: [reading(6, receivedSeconds, receivedSeconds)] } });
      expect(kindsOf(records).includes(kind)).toBe(isFound);
    },
  );

  it.each([
    [11.199, false],
    [11.2, false],
    [11.201, true],
  ])(
    'gateway-behind is a finding if the value received at second 6.2 is in the log at second %d: %s',
    (loggedSeconds, isFound) => {
      const records = recordsWith({ observations: { readings: [reading(6, 6.2, loggedSeconds)] } });
      expect(kindsOf(records).includes('gateway-behind')).toBe(isFound);
    },
  );

  it.each([
    [4.999, false],
    [5, false],
    [5.001, true],
  ])('engine-behind is a finding if the event is in the log %d s after the raise: %s', (seconds, isFound) => {
    const events = [event(1, 'raised', 6.4, {}, seconds), ...calmEvents.slice(1)];
    expect(kindsOf(recordsWith({ alarms: { events } })).includes('engine-behind')).toBe(isFound);
  });

  it.each([
    [1.401, false],
    [1.4, false],
    [1.399, true],
  ])(
    'if a value that is in the log at second %d raises the alarm at second 6.4, judged-slowly is a finding: %s',
    (loggedSeconds, isFound) => {
      const records = recordsWith({ observations: { readings: [reading(6, 1.3, loggedSeconds)] } });
      expect(kindsOf(records).includes('judged-slowly')).toBe(isFound);
    },
  );

  it.each([
    [63.201, false],
    [63.2, false],
    [63.199, true],
  ])('clock-set is a finding if an event of second %d follows the event of second 68.2: %s', (seconds, isFound) => {
    const events = [...calmEvents.slice(0, 2), event(3, 'resolved', seconds, { present: false, signal: 'off' })];
    expect(kindsOf(recordsWith({ alarms: { events } })).includes('clock-set')).toBe(isFound);
  });

  it('the finding of a refused acknowledgement has person, time and reason; repeated answers make only one finding', () => {
    const reason = 'Not acknowledged: this alarm has ended.';
    const refused = answer(30, 'command-2', reason);
    const records = recordsWith({
      alarms: { answers: [refused, refused, answer(68.2, 'command-1')] },
      audit: { items: [asked(29.8, 'command-2'), asked(68, 'command-1')] },
    });
    expect(textsOf(records)).toEqual([`The acknowledgement of ${instantAt(29.8)} by Anna A. was refused: ${reason}`]);
    // The refused acknowledgement of another alarm is no finding about this alarm.
    const other = { ...asked(29.8, 'command-2'), alarmId: 'another-alarm-id-0000' };
    expect(kindsOf({ ...records, audit: { isWhole: true, items: [other] } })).not.toContain('refused');
  });

  it('the command shows who asked for an acknowledgement if the audit trail has no record', () => {
    const at = instantAt(29);
    const command: Command = {
      ...{ type: 'acknowledge', commandId: 'command-2', associationId: baseAlarm.associationId },
      ...{ at, by: nurse, alarmId: baseAlarm.alarmId },
    };
    const records = recordsWith({
      alarms: { answers: [answer(30, 'command-2', 'Look again.')] },
      commands: { items: [{ body: command, appendedMs: msAt(29.1) }] },
      audit: { items: [] },
    });
    expect(kindsOf(records)).toContain('refused');
  });

  it('an alarm under another alarm, a paused sound and late data are findings', () => {
    const events = [
      event(1, 'raised', 6.4, { late: true, signal: 'off', under: 'HR.extreme-high' }),
      event(2, 'audio-paused', 20, { audioPausedUntil: instantAt(140) }),
      ...calmEvents.slice(2),
    ];
    expect(kindsOf(recordsWith({ alarms: { events } }))).toEqual(
      expect.arrayContaining(['judged-late', 'under', 'audio-paused']),
    );
    const quiet = [event(1, 'raised', 6.4, { signal: 'off' }), ...calmEvents.slice(1)];
    expect(kindsOf(recordsWith({ alarms: { events: quiet } }))).toEqual(['signal-off']);
  });

  it.each([
    ['ends with the raise', 6.4, false],
    ['ends 1 ms after the raise', 6.401, true],
    ['ends 1 ms before the raise', 6.399, false],
  ])('a standby that %s (second %d) is a finding: %s', (_, endSeconds, isFound) => {
    const standbys = [standby(1, -600, 3600), standby(2, endSeconds, null)];
    expect(kindsOf(recordsWith({ alarms: { standbys } })).includes('standby')).toBe(isFound);
    expect(kindsOf(recordsWith({ alarms: { standbys: [standby(1, -600, endSeconds)] } })).includes('standby')).toBe(
      isFound,
    );
  });

  it.each([
    [-0.001, false],
    [0, true],
    [100.1, true],
    [100.101, false],
  ])('a connection that ended at second %d is a finding: %s', (seconds, isFound) => {
    const connections = [connection(seconds, false)];
    expect(kindsOf(recordsWith({ observations: { connections } })).includes('connection-ended')).toBe(isFound);
  });

  describe('an alarm that is raised 16 s after its reading', () => {
    const raised = event(1, 'raised', 22.4, { raisedAt: instantAt(22.4) });
    const events = [raised, ...calmEvents.slice(1)];
    const inForce = (rev: number, seconds: number, changes: Partial<GroupInForce>, profile = '1') => {
      const { associationId } = baseAlarm;
      const group: GroupInForce = { group: 'HR', limits: {}, base: {}, ...changes };
      const source = { origin: 'hospital' as const, version: profile };
      return {
        body: { associationId, rev, at: instantAt(seconds), profile: source, groups: [group] },
        appendedMs: msAt(seconds + 0.1),
      };
    };
    const changed = { by: { ...nurse, name: 'Cora C.' }, at: instantAt(22.2) };
    const off = { reason: 'known', until: instantAt(22) };
    const before = inForce(1, -600, {});
    const other = { ...event(3, 'resolved', 22.4, { alarmId: 'another-alarm-0000000', condition: 'HR.extreme-high' }) };

    it.each([
      ['nothing else', {}, ['judged-slowly'], '16.1 s after the reading was in the log'],
      [
        'limits',
        { limits: [before, inForce(2, 22.4, { changed })] },
        ['began-with-change'],
        `changed by Cora C. at ${instantAt(22.4)}, so the alarm began then`,
      ],
      [
        'limits that are on again',
        { limits: [inForce(1, -600, { off, changed }), inForce(2, 22.4, { changed })] },
        ['began-with-change'],
        'switched on again',
      ],
      [
        'a profile',
        { limits: [before, inForce(2, 22.4, {}, '2')] },
        ['began-with-change'],
        'The profile of the limits',
      ],
      ['a standby', { standbys: [standby(1, -60, 3600), standby(2, 22.4, null)] }, ['began-with-change'], 'standby'],
      ['another alarm', { others: [other] }, ['began-with-change'], 'HR.extreme-high, called instead'],
      ['the first limits of the engine', { limits: [inForce(1, 20, { changed })] }, ['judged-slowly'], ''],
      // A change in another step of the engine did not raise the alarm. It is also not proved that the engine was late.
      ['limits, in another step', { limits: [before, inForce(2, 20, { changed })] }, [], ''],
    ] as const)('explain finds the cause of a late raise: %s', (_, alarms, kinds, text) => {
      const records = recordsWith({ alarms: { events, ...alarms } as Partial<AlarmRecords['alarms']> });
      expect(kindsOf(records)).toEqual(kinds);
      expect(textsOf(records).join()).toContain(text);
      const isDelay = kinds[0] === 'judged-slowly';
      const { steps, delays } = explained(records).chain;
      expect(delays.generationOfConditionMs).toBe(isDelay ? 22_400 : undefined);
      expect(steps.find(({ name }) => name === 'raised')?.sinceBeforeMs).toBe(isDelay ? 16_100 : undefined);
    });

    it('changed limits of another parameter are not the cause of a late raise', () => {
      const entry = (rev: number, seconds: number, more: Partial<GroupInForce>) => {
        const record = inForce(rev, seconds, {});
        const groups = [...record.body.groups, { group: 'SpO2' as const, limits: {}, base: {}, ...more }];
        return { ...record, body: { ...record.body, groups } };
      };
      const limits = [entry(1, -600, {}), entry(2, 22.4, { changed })];
      expect(kindsOf(recordsWith({ alarms: { events, limits } }))).toEqual(['judged-slowly']);
    });

    it('a delay is no finding if records of the alarms are missing, or if a reading of an earlier time came late', () => {
      expect(kindsOf(recordsWith({ alarms: { events, isWhole: false } }))).toEqual([]);
      const readings = [reading(6, 6.2, 6.3), reading(5, 22.1, 22.2)];
      expect(kindsOf(recordsWith({ alarms: { events }, observations: { readings } }))).toEqual([]);
    });
  });

  it('“nobody acknowledged” and “nobody looked” are findings only if no record is missing', () => {
    const lonely = { alarms: { events: lonelyEvents, answers: [] }, audit: withoutLooks };
    expect(kindsOf(recordsWith(lonely))).toEqual(['not-acknowledged', 'no-look']);
    expect(textsOf(recordsWith(lonely))[0]).toBe('Nobody acknowledged the alarm before it ended.');
    expect(kindsOf(recordsWith({ ...lonely, audit: { isWhole: false, items: [] } }))).toEqual(['not-acknowledged']);
    expect(kindsOf(recordsWith({ ...lonely, ward: undefined }))).toEqual(['not-acknowledged']);
    expect(kindsOf(recordsWith({ ...lonely, alarms: { ...lonely.alarms, isWhole: false } }))).toEqual([]);
    const stillOn = { ...lonely, alarms: { events: lonelyEvents.slice(0, 2), answers: [] } };
    expect(textsOf(recordsWith(stillOn))[0]).toBe(`Nobody acknowledged the alarm up to ${instantAt(3600)}.`);
  });
});

describe('who could see the alarm', () => {
  const unseen = { events: lonelyEvents, answers: [] };
  it('an acknowledgement in the log of alarms proves that its person was there', () => {
    const { lookers } = explained(recordsWith({ audit: withoutLooks }));
    expect(lookers).toMatchObject({ answer: 'somebody', during: [{ userId: 'anna', kind: 'act', atMs: msAt(68) }] });
    expect(kindsOf(recordsWith({ audit: withoutLooks }))).toEqual([]);
  });

  const during = (item: AlarmRecords['audit']['items'][number], changes: Parameters<typeof recordsWith>[0] = {}) =>
    explained(recordsWith({ ...changes, alarms: unseen, audit: { isWhole: true, items: [item] } })).lookers.during.map(
      ({ kind }) => kind,
    );

  it.each([
    ['1 ms before the raise is not in the time of the alarm', 6.399, []],
    ['at the raise is in the time of the alarm', 6.4, ['ward']],
    ['at the end is in the time of the alarm', 100.1, ['ward']],
    ['1 ms after the end is not in the time of the alarm', 100.101, []],
  ])('a look at the ward %s', (_, seconds, kinds) => {
    expect(during(audit(seconds, 'ward-viewed', { ward: 'ICU' }))).toEqual(kinds);
  });

  it.each([
    ['another ward could not show the alarm', { ward: 'OTHER' }, []],
    ['all wards, with this patient, could show the alarm', { ward: '*', patients: ['patient-1'] }, ['ward']],
    ['all wards, without this patient, could not show the alarm', { ward: '*', patients: ['patient-2'] }, []],
    ['another ward, with this patient, could show the alarm', { ward: 'OTHER', patients: ['patient-1'] }, ['ward']],
    [
      'this ward, by a technician, could not show the alarm',
      { ward: 'ICU', actor: { ...nurse, role: 'technician' as const } },
      [],
    ],
  ])('a look at %s', (_, fields, kinds) => {
    expect(during(audit(50, 'ward-viewed', fields))).toEqual(kinds);
  });

  it('the explanation lists looks at the patient and acts at the bed, and no looks at another patient', () => {
    const { associationId } = baseAlarm;
    expect(during(audit(50, 'patient-viewed', { associationId }))).toEqual(['patient']);
    expect(during(audit(50, 'audio-paused', { associationId }))).toEqual(['act']);
    expect(during(audit(50, 'patient-viewed', { associationId: 'association-2' }))).toEqual([]);
  });

  it('a view of all wards may show a device without a patient', () => {
    expect(during(audit(50, 'ward-viewed', { ward: '*' }), { patientId: undefined })).toEqual(['ward']);
  });

  const viewBefore = (seconds: number) => audit(seconds, 'ward-viewed', { ward: 'ICU' });
  const display: Actor = { userId: 'wall-1', name: 'Wall 1', role: 'display' };
  const displayBefore = (seconds: number) => audit(seconds, 'ward-viewed', { ward: 'ICU', actor: display });
  const twelveHours = 12 * 3600;
  it.each([
    ['no record', [], 'no-person', 0],
    ['a view from before the alarm', [viewBefore(-3600)], 'not-known', 1],
    ['a view 12 h before the raise', [viewBefore(6.4 - twelveHours)], 'not-known', 1],
    ['a view more than 12 h before the raise', [viewBefore(6.399 - twelveHours)], 'no-person', 0],
    ['a view of a wall display more than 12 h before the raise', [displayBefore(6.399 - twelveHours)], 'not-known', 1],
    [
      'a view of a wall display that logged out before the alarm',
      [displayBefore(6.399 - twelveHours), audit(-60, 'logout', { actor: display })],
      'no-person',
      0,
    ],
    ['a view whose session logged out before the alarm', [viewBefore(-3600), audit(-60, 'logout')], 'no-person', 0],
    ['a view whose session logged out in the alarm', [viewBefore(-3600), audit(60, 'logout')], 'not-known', 1],
    [
      'a view after a logout of another session',
      [viewBefore(-60), audit(-30, 'logout', { session: 's2' })],
      'not-known',
      1,
    ],
  ])('explain knows whether somebody could see the alarm after %s', (_, items, wantedAnswer, openedBefore) => {
    const { lookers } = explained(recordsWith({ alarms: unseen, audit: { isWhole: true, items } }));
    expect([lookers.answer, lookers.openedBefore.length]).toEqual([wantedAnswer, openedBefore]);
  });

  it('who could see the alarm is not known if records of the audit trail are missing', () => {
    expect(explained(recordsWith({ alarms: unseen, audit: { isWhole: false, items: [] } })).lookers.answer).toBe(
      'not-known',
    );
  });
});

describe('explanations with missing records', () => {
  const reason = 'Not acknowledged: this alarm has called again or has become more serious since. Look again.';
  /** An alarm with every kind of trouble, and with events that a restarted engine wrote again. */
  const troubled = recordsWith({
    alarms: {
      events: [
        event(1, 'raised', 6.4, { late: true, under: 'HR.extreme-high', signal: 'off' }, 8),
        event(1, 'raised', 6.4, { late: true, under: 'HR.extreme-high', signal: 'off' }, 40),
        event(2, 'updated', 50, {}),
        event(3, 'audio-paused', 52, { audioPausedUntil: instantAt(172) }),
        event(4, 'escalated', 66, { escalation: 1 }),
        event(4, 'escalated', 66, { escalation: 1 }, 30),
        event(5, 'resolved', 58, { present: false, signal: 'off' }),
        event(6, 'cleared', 120, { present: false, signal: 'off' }),
      ],
      answers: [answer(60, 'command-2', reason), answer(60, 'command-2', reason)],
      standbys: [standby(1, -60, 20), standby(2, 10, null), standby(3, 30, 50)],
    },
    observations: {
      readings: [reading(0, 20, 27), reading(6, 20, 27), reading(6, 48, 49)],
      connections: [connection(10, false), connection(18, true)],
    },
    audit: { items: [audit(-7200, 'ward-viewed', { ward: 'ICU' }), audit(-3600, 'logout'), asked(59.8, 'command-2')] },
  });
  const calm = recordsWith();
  const lonely = recordsWith({ alarms: { events: lonelyEvents, answers: [] }, audit: withoutLooks });

  /** Removes the items with the numbers in `removed`, and marks each part of the log that lost an item. */
  function without(records: AlarmRecords, removed: ReadonlySet<number>): AlarmRecords {
    let count = 0;
    const keep = <Item>(items: readonly Item[]) => {
      const kept = items.filter(() => {
        count += 1;
        return !removed.has(count - 1);
      });
      return { kept, isAll: kept.length === items.length };
    };
    const [events, answers] = [keep(records.alarms.events), keep(records.alarms.answers)];
    const [limits, standbys] = [keep(records.alarms.limits), keep(records.alarms.standbys)];
    const [readings, connections] = [keep(records.observations.readings), keep(records.observations.connections)];
    const [commands, trail] = [keep(records.commands.items), keep(records.audit.items)];
    return {
      ...records,
      alarms: {
        isWhole: events.isAll && answers.isAll && limits.isAll && standbys.isAll,
        others: records.alarms.others,
        ...{ events: events.kept, answers: answers.kept, limits: limits.kept, standbys: standbys.kept },
      },
      observations: {
        isWhole: readings.isAll && connections.isAll,
        ...{ readings: readings.kept, connections: connections.kept },
      },
      commands: { isWhole: commands.isAll, items: commands.kept },
      audit: { isWhole: trail.isAll, items: trail.kept },
    };
  }

  it('the alarm from which these tests remove records has nearly every finding', () => {
    expect(new Set(kindsOf(troubled))).toEqual(
      new Set([
        ...['late-reading', 'judged-late', 'gateway-behind', 'engine-behind', 'clock-set', 'under', 'audio-paused'],
        ...['standby', 'connection-ended', 'refused', 'not-acknowledged'],
      ]),
    );
  });

  it('missing records cause no wrong finding, no changed time of a step, and no unproved statement that no person could see the alarm', () => {
    const anyRecords = fc.constantFrom(troubled, calm, lonely);
    const anyRemoved = fc.oneof(
      fc.uniqueArray(fc.integer({ min: 0, max: 24 }), { maxLength: 3 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 24 })),
    );
    fc.assert(
      fc.property(anyRecords, anyRemoved, (records, removed) => {
        const full = explained(records);
        const reduced = explain(without(records, new Set(removed)));
        if (reduced === undefined) return;
        const trueTexts = full.findings.map(({ text }) => text);
        expect(reduced.findings.map(({ text }) => text).filter((text) => !trueTexts.includes(text))).toEqual([]);
        for (const [index, step] of reduced.chain.steps.entries()) {
          const fullStep = full.chain.steps[index]!;
          if (step.time.kind !== 'not-known') expect(step.time).toEqual(fullStep.time);
          if (step.sinceBeforeMs !== undefined) expect(step.sinceBeforeMs).toBe(fullStep.sinceBeforeMs);
        }
        if (reduced.lookers.answer === 'no-person') expect(full.lookers.answer).toBe('no-person');
      }),
      { numRuns: 2_000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAboutSilentDevice } from '../../../contracts/device-silence.ts';
import type { AssociationPeriod } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Bed } from '../../protocol/rest.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations, forgetAssociations, tick } from './beds.ts';
import { devicesFor } from './device-list.ts';
import { alarm, auditor, everywhere, hr, nurse, observation, period, t0, table, technician } from './fold.testing.ts';
import { foldConnection, foldObservation, foldStatus } from './readings.ts';
import type { Viewer } from './rights.ts';
import { changesSince, type Scope, unseenAlarms, wholeScreen } from './screen.ts';
import { emptyState, type LiveState, removalsMax } from './state.ts';
import { wardsFor } from './wards-for.ts';

/** Returns the content of a screen after a delta, by the rules of protocol/live.ts. */
function applyTo(screen: ReturnType<typeof wholeScreen>, changes: NonNullable<ReturnType<typeof changesSince>>) {
  const beds = new Map<string, Bed>(screen.beds.map((bed) => [bed.associationId, bed]));
  const alarms = new Map(screen.alarms.map((alarm) => [alarm.alarmId, alarm]));
  for (const id of changes.gone) {
    beds.delete(id);
    for (const [alarmId, shown] of alarms) if (shown.associationId === id) alarms.delete(alarmId);
  }
  for (const { associationId, head, values } of changes.beds) {
    const former = beds.get(associationId);
    if (head) beds.set(associationId, { ...head, values });
    else if (former) {
      const codes = new Set(values.map((value) => value.code));
      beds.set(associationId, { ...former, values: [...former.values.filter((v) => !codes.has(v.code)), ...values] });
    } else throw new Error('values of a bed that the screen does not have');
  }
  for (const id of changes.cleared) alarms.delete(id);
  for (const changed of changes.alarms) alarms.set(changed.alarmId, changed);
  return { beds: [...beds.values()], alarms: [...alarms.values()], answers: [...screen.answers, ...changes.answers] };
}

/** Sorts the content of a screen, because its order does not matter. */
function sorted({ beds, alarms }: ReturnType<typeof wholeScreen>) {
  return {
    beds: beds
      .map((bed) => ({ ...bed, values: [...bed.values].sort((x, y) => x.code.localeCompare(y.code)) }))
      .sort((x, y) => x.associationId.localeCompare(y.associationId)),
    alarms: [...alarms].sort((x, y) => x.alarmId.localeCompare(y.alarmId)),
  };
}

type Step = { kind: number; device: number; number: number };

/** Folds an arbitrary record about one of three devices on two wards into the state. */
function foldStep(state: LiveState, { kind, device, number }: Step, at: { ms: number; version: number }): unknown {
  const deviceId = `d${device}`;
  const associationId = number % 3 === 0 ? `u-device-${device}` : `assoc-${device}-${number % 2}`;
  at.ms += 500;
  switch (kind) {
    case 0:
      return foldObservation(
        state,
        associationId,
        observation(deviceId, at.ms - (number % 4) * 400, [hr(number)]),
        at.ms,
      );
    case 1: {
      at.version += 1;
      const ward = number % 2 === 0 ? 'icu' : 'step';
      const to = number % 5 === 0 ? formatInstant(at.ms + 1000) : null;
      const periods =
        number % 7 === 0 ? [] : [period(`assoc-${device}-${number % 2}`, ward, { to, bed: String(number) })];
      return foldAssociations(state, table(deviceId, at.version, ...periods));
    }
    case 2: {
      const changed = alarm(`alarm-${associationId}-${number % 2}-0000`, associationId, 1 + Math.floor(at.ms / 500), {
        deviceId,
        kind: number % 2 === 0 ? 'technical' : 'physiological',
        condition: number % 2 === 0 ? 'device-sound-off' : 'HR.high',
        present: number % 3 !== 0,
      });
      const type = number % 4 === 0 ? 'cleared' : 'raised';
      foldAlarmEvent(state, { type, at: formatInstant(at.ms), alarm: changed }, at.ms);
      return;
    }
    case 3:
      return foldConnection(
        state,
        associationId,
        { deviceId, receivedAt: formatInstant(at.ms), connected: number % 2 === 0 },
        at.ms,
      );
    default:
      return tick(state, at.ms);
  }
}

describe('changesSince', () => {
  it('a screen that applies deltas shows the same as a snapshot', () => {
    const seed = Date.now();
    console.log(`seed ${seed}`);
    const step = fc.record({ kind: fc.nat(4), device: fc.nat(2), number: fc.nat(40) });
    const viewers: Viewer[] = [nurse, everywhere, technician];
    const scopes: Scope[] = [{ ward: 'icu' }, { ward: 'step' }, { ward: '*' }, { associationId: 'assoc-1-1' }];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(step, fc.boolean()), { maxLength: 60 }),
        fc.constantFrom(...viewers),
        fc.constantFrom(...scopes),
        (steps, viewer, scope) => {
          const state = emptyState();
          const latest = { ms: t0, version: 0 };
          let screen = wholeScreen(state, viewer, scope);
          let n = state.changeNo;
          for (const [nextStep, sendsDelta] of [...steps, [{ kind: 4, device: 0, number: 0 }, true] as const]) {
            foldStep(state, nextStep, latest);
            if (!sendsDelta) continue;
            screen = applyTo(screen, changesSince(state, viewer, scope, n)!);
            n = state.changeNo;
          }
          expect(sorted(screen)).toEqual(sorted(wholeScreen(state, viewer, scope)));
        },
      ),
      { seed, numRuns: 400 },
    );
  });

  it('there is no delta for a number that is older than the remembered changes, or that is in the future', () => {
    const state = emptyState();
    for (let version = 1; version <= removalsMax + 2; version += 1) {
      const periods = version % 2 === 1 ? [period('assoc-01')] : [];
      foldAssociations(state, table('d1', version, ...periods));
    }
    for (let at = 0; state.forgottenChangeNo === 0 && at < removalsMax + 2; at += 1) {
      foldAssociations(state, table('d1', removalsMax + 3 + at, ...(at % 2 === 0 ? [period('assoc-01')] : [])));
    }
    expect(state.removals.length).toBe(removalsMax);
    expect(changesSince(state, nurse, { ward: 'icu' }, state.forgottenChangeNo - 1)).toBeUndefined();
    expect(changesSince(state, nurse, { ward: 'icu' }, state.forgottenChangeNo)).toBeDefined();
    expect(changesSince(state, nurse, { ward: 'icu' }, state.changeNo + 1)).toBeUndefined();
  });
});

describe('wholeScreen', () => {
  function twoWards() {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01', 'icu')));
    foldAssociations(state, table('d2', 1, period('assoc-02', 'step')));
    foldObservation(state, 'u-device-3', observation('d3', t0, [hr(80)]), t0);
    foldObservation(state, 'assoc-01', observation('d1', t0, [hr(70)]), t0);
    for (const [id, kind] of [
      ['alarm-technical-0', 'technical'],
      ['alarm-physiological-0', 'physiological'],
    ] as const)
      foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: alarm(id, 'assoc-01', 1, { kind }) }, t0);
    return state;
  }
  const associationIdsFor = (viewer: Viewer, scope: Scope) =>
    wholeScreen(twoWards(), viewer, scope).beds.map((bed) => bed.associationId);

  it.each<[string, Viewer, Scope, string[]]>([
    ['a nurse sees the beds of her ward', nurse, { ward: 'icu' }, ['assoc-01']],
    ['a nurse sees in the scope * the beds of her ward', nurse, { ward: '*' }, ['assoc-01']],
    ['a nurse sees no bed of another ward', nurse, { ward: 'step' }, []],
    ['a nurse does not see a device that was in no ward', nurse, { associationId: 'u-device-3' }, []],
    ['an account of all wards sees in one ward its beds', everywhere, { ward: 'icu' }, ['assoc-01']],
    [
      'a technician sees in each scope also the devices of biomedical engineering',
      technician,
      { ward: 'icu' },
      ['assoc-01', 'u-device-3'],
    ],
    ['a nurse sees no patient of another ward', nurse, { associationId: 'assoc-02' }, []],
    ['an account of all wards sees all beds', everywhere, { ward: '*' }, ['assoc-01', 'assoc-02', 'u-device-3']],
    ['an auditor sees no bed', auditor, { ward: '*' }, []],
    ['an auditor does not see a device without a ward', auditor, { associationId: 'u-device-3' }, []],
  ])('%s', (_, viewer, scope, expected) => {
    expect(associationIdsFor(viewer, scope)).toEqual(expected);
  });

  it('a technician sees no names, values and physiological alarms', () => {
    const { beds, alarms } = wholeScreen(twoWards(), technician, { ward: 'icu' });
    expect(beds[0]).toMatchObject({ occupied: true, patient: null, values: [], waves: [], limits: null });
    expect(alarms.map((alarm) => alarm.alarmId)).toEqual(['alarm-technical-0']);
  });

  it('the header data of a bed show that the sound of its device is off while the alarm about this sound is present', () => {
    const state = twoWards();
    const soundOff = { condition: 'device-sound-off', kind: 'technical', priority: 'low' } as const;
    const soundIn = () => wholeScreen(state, technician, { ward: 'icu' }).beds.map((bed) => bed.device.sound);
    const publish = (type: 'raised' | 'cleared', rev: number) => {
      const soundAlarm = alarm('alarm-sound-0000', 'assoc-01', rev, { ...soundOff, present: type === 'raised' });
      foldAlarmEvent(state, { type, at: formatInstant(t0), alarm: soundAlarm }, t0);
    };
    expect(soundIn()).toEqual([undefined, undefined]);
    publish('raised', 1);
    expect(soundIn()).toEqual(['off', undefined]);
    publish('cleared', 2);
    expect(soundIn()).toEqual([undefined, undefined]);
  });

  it('an alarm of the device’s own list never counts as an alarm about the device’s sound or silence', () => {
    const state = twoWards();
    const deviceAlarm = { kind: 'technical', priority: 'high', origin: 'device', present: true } as const;
    for (const [n, condition] of ['device-sound-off', 'device-sound-paused', 'no-data', 'disconnected'].entries()) {
      const ownAlarm = alarm(`alarm-own-00000${n}`, 'assoc-01', 1, { ...deviceAlarm, condition });
      foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: ownAlarm }, t0);
      expect([condition, isAboutSilentDevice(ownAlarm)]).toEqual([condition, false]);
    }
    const { device } = wholeScreen(state, nurse, { ward: 'icu' }).beds[0]!;
    expect([device.sound, device.lostAt]).toEqual([undefined, undefined]);
  });

  it('wardsFor and devicesFor return only wards and devices that the viewer may see', () => {
    const state = twoWards();
    expect(wardsFor(state, nurse)).toEqual([{ ward: 'icu', beds: 1, alarms: 2 }]);
    expect(wardsFor(state, technician)).toEqual([{ ward: 'icu', beds: 1, alarms: 1 }]);
    expect(devicesFor(state, nurse).map((row) => row.device.deviceId)).toEqual(['d1']);
    expect(devicesFor(state, technician).map((row) => row.device.deviceId)).toEqual(['d1', 'd3']);
    expect(devicesFor(state, auditor)).toEqual([]);
  });

  it('for a device at a patient, devicesFor names the patient’s other devices in the bed, if the viewer may admit patients', () => {
    const state = emptyState();
    const patient = { patientId: 'P-1', familyName: 'Made', givenName: 'Up', category: 'adult' } as const;
    const setPeriod = (deviceId: string, fields: Partial<AssociationPeriod>) =>
      foldAssociations(state, table(deviceId, 1, period(`assoc-${deviceId}`, 'icu', fields)));
    setPeriod('d1', { patient });
    setPeriod('d2', { patient });
    setPeriod('d3', { patient, bed: '2' });
    setPeriod('d4', { patient: null });
    setPeriod('d5', { patient: { ...patient, patientId: 'P-2' } });
    const others = (viewer: Viewer) => devicesFor(state, viewer).map(({ current }) => current?.others.join());
    expect(others(nurse)).toEqual(['d2', 'd1', '', '', '']);
    expect(others(technician)).toEqual(['', '', '', '', '']);
  });
});

it('misleading and invisible characters of every record are made visible on the screens', () => {
  const state = emptyState();
  const patient = { patientId: 'P\u200b1', familyName: 'eoD\u202e', givenName: 'Jo\nhn', category: 'adult' } as const;
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu\u202e', { patient, bed: '1\u2066' })));
  const reading = { online: true, device: { manufacturer: 'A\u001b', model: 'B\u202e' } };
  foldStatus(state, 'assoc-01', { deviceId: 'd1', receivedAt: formatInstant(t0), reading }, t0);
  const shown = [
    wholeScreen(state, everywhere, { ward: '*' }),
    devicesFor(state, everywhere),
    wardsFor(state, everywhere),
  ];
  const hidden = JSON.stringify(shown, (_, value) =>
    typeof value === 'string' && /[\p{Cc}\p{Cf}]/u.test(value) ? `HIDDEN ${value}` : value,
  );
  expect(hidden).not.toContain('HIDDEN');
  expect(hidden).toContain('eoD');
});

describe('a device without a bed', () => {
  const stepNurse: Viewer = { ...nurse, userId: 's', wards: ['step'] };
  const instantAt = (ms: number) => formatInstant(t0 + ms);
  const ids = (state: LiveState, viewer: Viewer, scope: Scope = { ward: '*' }) =>
    wholeScreen(state, viewer, scope).beds.map((bed) => bed.associationId);

  /**
   * Returns a state in which d1 was in icu with a patient until t0 + 1 s, and has measured without a bed since then.
   */
  function discharged() {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01', 'icu')));
    foldObservation(state, 'assoc-01', observation('d1', t0, [hr(70)]), t0);
    foldAssociations(state, table('d1', 2, period('assoc-01', 'icu', { to: instantAt(1000) })));
    foldObservation(state, 'u-device-1', observation('d1', t0 + 2000, [hr(71)]), t0 + 2000);
    const raised = alarm('alarm-unassigned-0', 'u-device-1', 1);
    foldAlarmEvent(state, { type: 'raised', at: instantAt(2000), alarm: raised }, t0 + 2000);
    return state;
  }

  it('a device without a bed and its alarms are shown in the tray of its last ward, and on no screen of another ward', () => {
    const state = discharged();
    const { beds, alarms } = wholeScreen(state, nurse, { ward: 'icu' });
    expect(beds).toMatchObject([
      { associationId: 'u-device-1', ward: null, tray: 'icu', since: instantAt(1000), patient: null },
    ]);
    expect(alarms.map((alarm) => alarm.alarmId)).toEqual(['alarm-unassigned-0']);
    for (const scope of [{ ward: 'step' }, { ward: '*' }, { associationId: 'u-device-1' }] as const)
      expect(wholeScreen(state, stepNurse, scope)).toEqual({ beds: [], alarms: [], answers: [] });
    expect(devicesFor(state, stepNurse)).toEqual([]);
    expect(wardsFor(state, stepNurse)).toEqual([{ ward: 'step', beds: 0, alarms: 0 }]);
    expect(wardsFor(state, nurse)).toEqual([{ ward: 'icu', beds: 0, alarms: 1 }]);
  });

  it('a device that was later in another ward comes to the tray of that ward, without its former measurements', () => {
    const state = discharged();
    const inStep = period('assoc-02', 'step', { from: instantAt(3000), to: instantAt(4000) });
    foldAssociations(state, table('d1', 3, period('assoc-01', 'icu', { to: instantAt(1000) }), inStep));
    // This reading comes late. It is from the time when the device was in the tray of icu.
    foldObservation(state, 'u-device-1', observation('d1', t0 + 2500, [hr(72)]), t0 + 4500);
    expect(ids(state, nurse)).toEqual([]);
    expect(wholeScreen(state, stepNurse, { ward: '*' }).beds).toMatchObject([{ tray: 'step', values: [] }]);
    foldObservation(state, 'u-device-1', observation('d1', t0 + 5000, [hr(73)]), t0 + 5000);
    expect(wholeScreen(state, stepNurse, { ward: '*' }).beds[0]?.values).toMatchObject([{ value: 73 }]);
  });

  it('a device keeps its last ward when old periods are dropped, and has no ward after its table is deleted', () => {
    const state = discharged();
    const last = period('assoc-99', 'step', { from: instantAt(3000), to: instantAt(4000) });
    foldAssociations(state, table('d1', 66, last));
    expect([ids(state, nurse), ids(state, stepNurse)]).toEqual([[], ['u-device-1']]);
    forgetAssociations(state, 'd1');
    expect([ids(state, stepNurse), ids(state, technician), ids(state, everywhere)]).toEqual([
      [],
      ['u-device-1'],
      ['u-device-1'],
    ]);
  });

  it('unseenAlarms counts an alarm of a device without a bed if no open screen may show it', () => {
    const state = discharged();
    const unseenWith = (viewer: Viewer, scope: Scope) => unseenAlarms(state, [{ viewer, scope }]);
    expect(unseenAlarms(state, [])).toBe(1);
    expect(unseenWith(stepNurse, { ward: '*' })).toBe(1);
    // A technician does not see physiological alarms.
    expect(unseenWith(technician, { ward: 'icu' })).toBe(1);
    expect(unseenWith(nurse, { ward: 'icu' })).toBe(0);
    expect(unseenWith(everywhere, { ward: 'step' })).toBe(1);
    expect(unseenWith(everywhere, { ward: '*' })).toBe(0);
  });
});

describe('a locked screen', () => {
  it('a locked screen shows the same beds, values and alarms, but no names of patients', () => {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    foldObservation(state, 'assoc-01', observation('d1', t0, [hr(80)]), t0);
    foldAlarmEvent(
      state,
      { type: 'raised', at: formatInstant(t0), alarm: alarm('alarm-0000000001', 'assoc-01', 1) },
      t0,
    );
    const open = wholeScreen(state, nurse, { ward: 'icu' });
    const locked = wholeScreen(state, { ...nurse, locked: true }, { ward: 'icu' });
    expect(JSON.stringify(open)).toContain('Made');
    expect(JSON.stringify(locked)).not.toMatch(/Made|P-assoc-01/);
    expect(locked).toEqual({ ...open, beds: open.beds.map((bed) => ({ ...bed, patient: null })) });
    expect(locked.beds[0]).toMatchObject({ occupied: true, values: [{ value: 80 }] });
    const changes = changesSince(state, { ...nurse, locked: true }, { ward: 'icu' }, 0);
    expect(JSON.stringify(changes)).not.toMatch(/Made|P-assoc-01/);
  });
});

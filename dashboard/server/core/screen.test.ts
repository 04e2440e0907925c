import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeviceSilent } from '../../../contracts/device-silence.ts';
import type { AssociationPeriod } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Bed } from '../../protocol/rest.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations, forgetAssociations, tick } from './beds.ts';
import { alarm, auditor, everywhere, hr, nurse, observation, period, t0, table, technician } from './fold.testing.ts';
import { foldConnection, foldObservation, foldStatus } from './readings.ts';
import type { Viewer } from './rights.ts';
import { changesSince, devicesFor, type Scope, unseenAlarms, wardsFor, wholeScreen } from './screen.ts';
import { emptyState, goneMax, type LiveState } from './state.ts';

/** What a screen holds after applying deltas as protocol/live.ts says. */
function applyTo(screen: ReturnType<typeof wholeScreen>, changes: NonNullable<ReturnType<typeof changesSince>>) {
  const beds = new Map<string, Bed>(screen.beds.map((bed) => [bed.associationId, bed]));
  const alarms = new Map(screen.alarms.map((alarm) => [alarm.alarmId, alarm]));
  for (const id of changes.gone) {
    beds.delete(id);
    for (const [alarmId, one] of alarms) if (one.associationId === id) alarms.delete(alarmId);
  }
  for (const { associationId, head, values } of changes.beds) {
    const known = beds.get(associationId);
    if (head) beds.set(associationId, { ...head, values });
    else if (known) {
      const codes = new Set(values.map((value) => value.code));
      beds.set(associationId, { ...known, values: [...known.values.filter((v) => !codes.has(v.code)), ...values] });
    } else throw new Error('values of a bed that the screen does not have');
  }
  for (const id of changes.cleared) alarms.delete(id);
  for (const one of changes.alarms) alarms.set(one.alarmId, one);
  return { beds: [...beds.values()], alarms: [...alarms.values()], answers: [...screen.answers, ...changes.answers] };
}

/** Order does not matter. */
function sorted({ beds, alarms }: ReturnType<typeof wholeScreen>) {
  return {
    beds: beds
      .map((bed) => ({ ...bed, values: [...bed.values].sort((x, y) => x.code.localeCompare(y.code)) }))
      .sort((x, y) => x.associationId.localeCompare(y.associationId)),
    alarms: [...alarms].sort((x, y) => x.alarmId.localeCompare(y.alarmId)),
  };
}

type Step = { kind: number; device: number; number: number };

/** Anything that may happen to three devices on two wards. */
function happen(state: LiveState, { kind, device, number }: Step, at: { ms: number; version: number }): unknown {
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
      const said = alarm(`alarm-${associationId}-${number % 2}-0000`, associationId, 1 + Math.floor(at.ms / 500), {
        deviceId,
        kind: number % 2 === 0 ? 'technical' : 'physiological',
        condition: number % 2 === 0 ? 'device-sound-off' : 'HR.high',
        present: number % 3 !== 0,
      });
      const type = number % 4 === 0 ? 'cleared' : 'raised';
      foldAlarmEvent(state, { type, at: formatInstant(at.ms), alarm: said }, at.ms);
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

describe('deltas', () => {
  it('bring every screen to what a snapshot shows, whenever they are taken', () => {
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
          const at = { ms: t0, version: 0 };
          let screen = wholeScreen(state, viewer, scope);
          let n = state.n;
          for (const [one, take] of [...steps, [{ kind: 4, device: 0, number: 0 }, true] as const]) {
            happen(state, one, at);
            if (!take) continue;
            screen = applyTo(screen, changesSince(state, viewer, scope, n)!);
            n = state.n;
          }
          expect(sorted(screen)).toEqual(sorted(wholeScreen(state, viewer, scope)));
        },
      ),
      { seed, numRuns: 400 },
    );
  });

  it('are refused past the remembered changes, and from a number that is not this server’s', () => {
    const state = emptyState();
    for (let version = 1; version <= goneMax + 2; version += 1) {
      const periods = version % 2 === 1 ? [period('assoc-01')] : [];
      foldAssociations(state, table('d1', version, ...periods));
    }
    for (let at = 0; state.forgottenN === 0 && at < goneMax + 2; at += 1) {
      foldAssociations(state, table('d1', goneMax + 3 + at, ...(at % 2 === 0 ? [period('assoc-01')] : [])));
    }
    expect(state.gone.length).toBe(goneMax);
    expect(changesSince(state, nurse, { ward: 'icu' }, state.forgottenN - 1)).toBeUndefined();
    expect(changesSince(state, nurse, { ward: 'icu' }, state.forgottenN)).toBeDefined();
    expect(changesSince(state, nurse, { ward: 'icu' }, state.n + 1)).toBeUndefined();
  });
});

describe('who sees what', () => {
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
  const seen = (viewer: Viewer, scope: Scope) =>
    wholeScreen(twoWards(), viewer, scope).beds.map((bed) => bed.associationId);

  it.each<[string, Viewer, Scope, string[]]>([
    ['a nurse her ward', nurse, { ward: 'icu' }, ['assoc-01']],
    ['a nurse for * her ward', nurse, { ward: '*' }, ['assoc-01']],
    ['a nurse nothing of another ward', nurse, { ward: 'step' }, []],
    ['a nurse nothing of a device that was in no ward', nurse, { associationId: 'u-device-3' }, []],
    ['who has all wards, at one of them, its beds', everywhere, { ward: 'icu' }, ['assoc-01']],
    [
      'a technician, wherever they look, biomedical engineering’s devices',
      technician,
      { ward: 'icu' },
      ['assoc-01', 'u-device-3'],
    ],
    ['a nurse nobody of another ward', nurse, { associationId: 'assoc-02' }, []],
    ['who has all wards all', everywhere, { ward: '*' }, ['assoc-01', 'assoc-02', 'u-device-3']],
    ['an auditor nothing', auditor, { ward: '*' }, []],
    ['an auditor nothing without a ward', auditor, { associationId: 'u-device-3' }, []],
  ])('%s', (_, viewer, scope, expected) => {
    expect(seen(viewer, scope)).toEqual(expected);
  });

  it('hides names, values and physiological alarms from a technician', () => {
    const { beds, alarms } = wholeScreen(twoWards(), technician, { ward: 'icu' });
    expect(beds[0]).toMatchObject({ occupied: true, patient: null, values: [], waves: [], limits: null });
    expect(alarms.map((alarm) => alarm.alarmId)).toEqual(['alarm-technical-0']);
  });

  it('says in the head of a bed, also to a technician, that the sound of its device is off, while the engine says so', () => {
    const state = twoWards();
    const said = { condition: 'device-sound-off', kind: 'technical', priority: 'low' } as const;
    const soundIn = () => wholeScreen(state, technician, { ward: 'icu' }).beds.map((bed) => bed.device.sound);
    const tell = (type: 'raised' | 'cleared', rev: number) => {
      const one = alarm('alarm-sound-0000', 'assoc-01', rev, { ...said, present: type === 'raised' });
      foldAlarmEvent(state, { type, at: formatInstant(t0), alarm: one }, t0);
    };
    expect(soundIn()).toEqual([undefined, undefined]);
    tell('raised', 1);
    expect(soundIn()).toEqual(['off', undefined]);
    tell('cleared', 2);
    expect(soundIn()).toEqual([undefined, undefined]);
  });

  it('takes no alarm that a device names itself for Vigil’s report on its sound or its silence', () => {
    const state = twoWards();
    const own = { kind: 'technical', priority: 'high', origin: 'device', present: true } as const;
    for (const [n, condition] of ['device-sound-off', 'device-sound-paused', 'no-data', 'disconnected'].entries()) {
      const one = alarm(`alarm-own-00000${n}`, 'assoc-01', 1, { ...own, condition });
      foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: one }, t0);
      expect([condition, isDeviceSilent(one)]).toEqual([condition, false]);
    }
    const { device } = wholeScreen(state, nurse, { ward: 'icu' }).beds[0]!;
    expect([device.sound, device.lostAt]).toEqual([undefined, undefined]);
  });

  it("counts wards and lists devices within one's own", () => {
    const state = twoWards();
    expect(wardsFor(state, nurse)).toEqual([{ ward: 'icu', beds: 1, alarms: 2 }]);
    expect(wardsFor(state, technician)).toEqual([{ ward: 'icu', beds: 1, alarms: 1 }]);
    expect(devicesFor(state, nurse).map((row) => row.device.deviceId)).toEqual(['d1']);
    expect(devicesFor(state, technician).map((row) => row.device.deviceId)).toEqual(['d1', 'd3']);
    expect(devicesFor(state, auditor)).toEqual([]);
  });

  it('lists the other devices at a patient in one bed, for a viewer who may admit', () => {
    const state = emptyState();
    const patient = { patientId: 'P-1', familyName: 'Made', givenName: 'Up', category: 'adult' } as const;
    const put = (deviceId: string, fields: Partial<AssociationPeriod>) =>
      foldAssociations(state, table(deviceId, 1, period(`assoc-${deviceId}`, 'icu', fields)));
    put('d1', { patient });
    put('d2', { patient });
    put('d3', { patient, bed: '2' });
    put('d4', { patient: null });
    put('d5', { patient: { ...patient, patientId: 'P-2' } });
    const others = (viewer: Viewer) => devicesFor(state, viewer).map(({ current }) => current?.others.join());
    expect(others(nurse)).toEqual(['d2', 'd1', '', '', '']);
    expect(others(technician)).toEqual(['', '', '', '', '']);
  });
});

it('writes out characters that turn the direction of writing or cannot be seen, from whatever record they come', () => {
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
  const at = (ms: number) => formatInstant(t0 + ms);
  const ids = (state: LiveState, viewer: Viewer, scope: Scope = { ward: '*' }) =>
    wholeScreen(state, viewer, scope).beds.map((bed) => bed.associationId);

  /** d1 was in icu with a patient until t0 + 1 s, and goes on measuring. */
  function discharged() {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01', 'icu')));
    foldObservation(state, 'assoc-01', observation('d1', t0, [hr(70)]), t0);
    foldAssociations(state, table('d1', 2, period('assoc-01', 'icu', { to: at(1000) })));
    foldObservation(state, 'u-device-1', observation('d1', t0 + 2000, [hr(71)]), t0 + 2000);
    const raised = alarm('alarm-unassigned-0', 'u-device-1', 1);
    foldAlarmEvent(state, { type: 'raised', at: at(2000), alarm: raised }, t0 + 2000);
    return state;
  }

  it('stands in the tray of the ward where it was last, with its alarms, and on no screen of another ward', () => {
    const state = discharged();
    const { beds, alarms } = wholeScreen(state, nurse, { ward: 'icu' });
    expect(beds).toMatchObject([
      { associationId: 'u-device-1', ward: null, tray: 'icu', since: at(1000), patient: null },
    ]);
    expect(alarms.map((alarm) => alarm.alarmId)).toEqual(['alarm-unassigned-0']);
    for (const scope of [{ ward: 'step' }, { ward: '*' }, { associationId: 'u-device-1' }] as const)
      expect(wholeScreen(state, stepNurse, scope)).toEqual({ beds: [], alarms: [], answers: [] });
    expect(devicesFor(state, stepNurse)).toEqual([]);
    expect(wardsFor(state, stepNurse)).toEqual([{ ward: 'step', beds: 0, alarms: 0 }]);
    expect(wardsFor(state, nurse)).toEqual([{ ward: 'icu', beds: 0, alarms: 1 }]);
  });

  it('goes to the tray of the next ward after that, without its measurements in the former tray', () => {
    const state = discharged();
    const inStep = period('assoc-02', 'step', { from: at(3000), to: at(4000) });
    foldAssociations(state, table('d1', 3, period('assoc-01', 'icu', { to: at(1000) }), inStep));
    // Read again after a start of the server, and late: both are of the time in the tray of icu.
    foldObservation(state, 'u-device-1', observation('d1', t0 + 2500, [hr(72)]), t0 + 4500);
    expect(ids(state, nurse)).toEqual([]);
    expect(wholeScreen(state, stepNurse, { ward: '*' }).beds).toMatchObject([{ tray: 'step', values: [] }]);
    foldObservation(state, 'u-device-1', observation('d1', t0 + 5000, [hr(73)]), t0 + 5000);
    expect(wholeScreen(state, stepNurse, { ward: '*' }).beds[0]?.values).toMatchObject([{ value: 73 }]);
  });

  it('keeps its last ward when old periods are cut off, and loses it with its table', () => {
    const state = discharged();
    const last = period('assoc-99', 'step', { from: at(3000), to: at(4000) });
    foldAssociations(state, table('d1', 66, last));
    expect([ids(state, nurse), ids(state, stepNurse)]).toEqual([[], ['u-device-1']]);
    forgetAssociations(state, 'd1');
    expect([ids(state, stepNurse), ids(state, technician), ids(state, everywhere)]).toEqual([
      [],
      ['u-device-1'],
      ['u-device-1'],
    ]);
  });

  it('is counted if no open screen may show its alarm', () => {
    const state = discharged();
    const looks = (viewer: Viewer, scope: Scope) => unseenAlarms(state, [{ viewer, scope }]);
    expect(unseenAlarms(state, [])).toBe(1);
    expect(looks(stepNurse, { ward: '*' })).toBe(1);
    // A technician does not see what a patient has.
    expect(looks(technician, { ward: 'icu' })).toBe(1);
    expect(looks(nurse, { ward: 'icu' })).toBe(0);
    expect(looks(everywhere, { ward: 'step' })).toBe(1);
    expect(looks(everywhere, { ward: '*' })).toBe(0);
  });
});

describe('a locked screen', () => {
  it('shows the same beds, values and alarms, and no name of a patient', () => {
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

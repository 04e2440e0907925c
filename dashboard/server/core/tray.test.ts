import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations, tick } from './beds.ts';
import { alarm, everywhere, hr, nurse, observation, period, t0, table } from './fold.testing.ts';
import { foldObservation, foldWaveArrival } from './readings.ts';
import type { Viewer } from './rights.ts';
import { changesSince, unseenAlarms, wholeScreen } from './screen.ts';
import { emptyState, type LiveState } from './state.ts';
import { wardsFor } from './wards-for.ts';

const stepNurse: Viewer = { ...nurse, userId: 's', wards: ['step'] };
const instantAt = (s: number) => formatInstant(t0 + s * 1000);
const tray = 'u-device-1';

/**
 * Returns a state with d1 in the tray of the ward icu since second 10. Each of `ways` moves d1 to the tray of the ward
 * step at second 100.
 */
function inTray(): LiveState {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu', { to: instantAt(10) })));
  foldObservation(state, tray, observation('d1', t0 + 11_000, [hr(71)]), t0 + 11_000);
  return state;
}
const ways: [string, (state: LiveState) => void][] = [
  [
    'after an association in that ward',
    (state) => {
      const inStep = period('assoc-02', 'step', { from: instantAt(50), to: null });
      foldAssociations(state, table('d1', 2, inStep));
      foldAssociations(state, table('d1', 3, { ...inStep, to: instantAt(100) }));
      // The next reading creates the bed of the device again.
      foldObservation(state, tray, observation('d1', t0 + 100_000, [hr(72)]), t0 + 100_000);
    },
  ],
  [
    'after a new table from another program',
    (state) => foldAssociations(state, table('d1', 3, period('assoc-02', 'step', { to: instantAt(100) }))),
  ],
];

/** Publishes revision `rev` of the alarm at second `s`. `fields.onsetAt`: the second of the onset. */
function publish(state: LiveState, s: number, fields: Partial<Alarm> = {}, rev = 1): void {
  const onsetAt = instantAt(fields.onsetAt === undefined ? s : Number(fields.onsetAt));
  const published = alarm('alarm-of-the-tray', tray, rev, { ...fields, onsetAt });
  foldAlarmEvent(state, { type: rev === 1 ? 'raised' : 'updated', at: instantAt(s), alarm: published }, t0 + s * 1000);
}
const alarmRevsFor = (state: LiveState, viewer: Viewer) =>
  wholeScreen(state, viewer, { ward: '*' }).alarms.map(({ rev }) => rev);

describe.each(ways)('a device that comes into the tray of another ward %s', (_, move) => {
  it('the other ward does not see an alarm from before the device came into its tray', () => {
    const state = inTray();
    publish(state, 20);
    expect(alarmRevsFor(state, nurse)).toEqual([1]);
    const before = state.changeNo;
    move(state);
    tick(state, t0 + 101_000);
    expect(alarmRevsFor(state, nurse)).toEqual([]);
    expect(alarmRevsFor(state, stepNurse)).toEqual([]);
    expect(wholeScreen(state, stepNurse, { associationId: tray }).alarms).toEqual([]);
    expect(changesSince(state, stepNurse, { ward: 'step' }, before)?.alarms).toEqual([]);
    expect(wardsFor(state, stepNurse)).toMatchObject([{ ward: 'step', alarms: 0 }]);
    // The alarm counts as an unseen alarm while it is present.
    const openScreens = (viewer: Viewer) => [{ viewer, scope: { ward: '*' } }];
    expect(unseenAlarms(state, openScreens(stepNurse))).toBe(1);
    // A viewer who may see all wards could see the alarm in the former tray, and still sees it.
    expect(alarmRevsFor(state, everywhere)).toEqual([1]);
    expect(unseenAlarms(state, openScreens(everywhere))).toBe(0);
  });

  it.each<[string, number, Partial<Alarm>, number[]]>([
    ['a present alarm that is published again', 120, { onsetAt: '20' }, [2]],
    ['an earlier alarm that has ended', 120, { onsetAt: '20', present: false }, []],
    ['a late alarm about earlier measurements', 120, { onsetAt: '20', late: true }, []],
    ['an alarm that began in the present tray', 120, { onsetAt: '101' }, [2]],
    [
      'an alarm that began and ended in the present tray',
      120,
      { onsetAt: '101', present: false, signal: 'latched' },
      [2],
    ],
    ['an alarm about the silence of the device', 20, { kind: 'technical', condition: 'no-data' }, [2]],
  ])('the other ward sees the revisions that the table names of %s', (_name, s, fields, expected) => {
    const state = inTray();
    publish(state, 20);
    move(state);
    tick(state, t0 + 101_000);
    const n = state.changeNo;
    publish(state, s, fields, 2);
    expect(alarmRevsFor(state, stepNurse)).toEqual(expected);
    expect(changesSince(state, stepNurse, { ward: 'step' }, n)?.alarms.map(({ rev }) => rev)).toEqual(expected);
  });

  it('no alarm is hidden while the time at which the device came into the tray is in the future', () => {
    const state = inTray();
    publish(state, 20);
    move(state);
    tick(state, t0 + 60_000);
    expect(alarmRevsFor(state, stepNurse)).toEqual([1]);
  });

  it('an alarm is removed from the screens when the clock reaches the time at which the device came into the tray', () => {
    const state = inTray();
    publish(state, 20);
    move(state);
    tick(state, t0 + 60_000);
    const n = state.changeNo;
    tick(state, t0 + 101_000);
    expect(changesSince(state, stepNurse, { ward: 'step' }, n)?.cleared).toEqual(['alarm-of-the-tray']);
    expect(changesSince(state, everywhere, { ward: '*' }, n)?.cleared).toEqual([]);
  });

  it('an alarm is shown when the measured error of the device’s clock shows that the alarm began in this tray', () => {
    const state = inTray();
    move(state);
    const raised = alarm('alarm-of-the-tray', tray, 1, { onsetAt: instantAt(95) });
    foldAlarmEvent(state, { type: 'raised', at: instantAt(95), alarm: raised }, t0 + 101_000);
    expect(alarmRevsFor(state, stepNurse)).toEqual([]);
    const n = state.changeNo;
    for (let s = 102; s < 142; s += 1)
      foldObservation(state, tray, observation('d1', t0 + (s - 10) * 1000, [hr(72)], t0 + s * 1000), t0 + s * 1000);
    tick(state, t0 + 142_000);
    expect(alarmRevsFor(state, stepNurse)).toEqual([1]);
    expect(changesSince(state, stepNurse, { ward: 'step' }, n)?.alarms.map(({ rev }) => rev)).toEqual([1]);
  });

  it.each([
    ['does not see an earlier chunk that comes late', 90, 105, false],
    ['does not see a chunk that began just before the device came into the tray', 99.9, 101, false],
    ['sees a chunk that began in the tray', 100, 101, true],
  ])('the other ward %s', (_name, startS, receivedS, isShown) => {
    const state = inTray();
    move(state);
    const reading = {
      start: instantAt(startS),
      code: 'MDC_PULS_OXIM_PLETH',
      rateHz: 100,
      scale: 1,
      offset: 0,
      samples: 'AAA=',
    };
    const record = { deviceId: 'd1', receivedAt: instantAt(receivedS), reading };
    expect(foldWaveArrival(state, tray, record, t0 + receivedS * 1000)).toBe(isShown);
  });
});

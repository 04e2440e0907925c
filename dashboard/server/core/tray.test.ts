import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations, tick } from './beds.ts';
import { alarm, everywhere, hr, nurse, observation, period, t0, table } from './fold.testing.ts';
import { foldObservation, foldWaveArrival } from './readings.ts';
import type { Viewer } from './rights.ts';
import { changesSince, unseenAlarms, wardsFor, wholeScreen } from './screen.ts';
import { emptyState, type LiveState } from './state.ts';

const stepNurse: Viewer = { ...nurse, userId: 's', wards: ['step'] };
const at = (s: number) => formatInstant(t0 + s * 1000);
const tray = 'u-device-1';

/** d1 is in the tray of icu from second 10 on; `next` takes it to the tray of step at second 100. */
function inTray(): LiveState {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu', { to: at(10) })));
  foldObservation(state, tray, observation('d1', t0 + 11_000, [hr(71)]), t0 + 11_000);
  return state;
}
const ways: [string, (state: LiveState) => void][] = [
  [
    'by a bed of the next ward',
    (state) => {
      const inStep = period('assoc-02', 'step', { from: at(50), to: null });
      foldAssociations(state, table('d1', 2, inStep));
      foldAssociations(state, table('d1', 3, { ...inStep, to: at(100) }));
      // What brings the bed back into being.
      foldObservation(state, tray, observation('d1', t0 + 100_000, [hr(72)]), t0 + 100_000);
    },
  ],
  [
    'by a table written anew',
    (state) => foldAssociations(state, table('d1', 3, period('assoc-02', 'step', { to: at(100) }))),
  ],
];

function say(state: LiveState, s: number, fields: Partial<Alarm> = {}, rev = 1): void {
  const onsetAt = at(fields.onsetAt === undefined ? s : Number(fields.onsetAt));
  const said = alarm('alarm-of-the-tray', tray, rev, { ...fields, onsetAt });
  foldAlarmEvent(state, { type: rev === 1 ? 'raised' : 'updated', at: at(s), alarm: said }, t0 + s * 1000);
}
const seen = (state: LiveState, viewer: Viewer) =>
  wholeScreen(state, viewer, { ward: '*' }).alarms.map(({ rev }) => rev);

describe.each(ways)('a device without a bed that comes into the tray of another ward %s', (_, move) => {
  it('leaves its alarm behind: nobody of the next ward sees it, by any path', () => {
    const state = inTray();
    say(state, 20);
    expect(seen(state, nurse)).toEqual([1]);
    const before = state.n;
    move(state);
    tick(state, t0 + 101_000);
    expect(seen(state, nurse)).toEqual([]);
    expect(seen(state, stepNurse)).toEqual([]);
    expect(wholeScreen(state, stepNurse, { associationId: tray }).alarms).toEqual([]);
    expect(changesSince(state, stepNurse, { ward: 'step' }, before)?.alarms).toEqual([]);
    expect(wardsFor(state, stepNurse)).toMatchObject([{ ward: 'step', alarms: 0 }]);
    // But it is counted as one that nobody sees, as long as it holds.
    const looking = (viewer: Viewer) => [{ viewer, scope: { ward: '*' } }];
    expect(unseenAlarms(state, looking(stepNurse))).toBe(1);
    // Who sees every ward saw it in the tray before, too.
    expect(seen(state, everywhere)).toEqual([1]);
    expect(unseenAlarms(state, looking(everywhere))).toBe(0);
  });

  it.each<[string, number, Partial<Alarm>, number[]]>([
    ['an alarm that holds and of which something is said again', 120, { onsetAt: '20' }, [2]],
    ['an alarm that has ended since', 120, { onsetAt: '20', present: false }, []],
    ['a late alarm, of what was measured before', 120, { onsetAt: '20', late: true }, []],
    ['an alarm that began since', 120, { onsetAt: '101' }, [2]],
    ['an alarm that began since and ended', 120, { onsetAt: '101', present: false, signal: 'latched' }, [2]],
    ['the device is silent', 20, { kind: 'technical', condition: 'no-data' }, [2]],
  ])('%s', (_name, s, fields, expected) => {
    const state = inTray();
    say(state, 20);
    move(state);
    tick(state, t0 + 101_000);
    const n = state.n;
    say(state, s, fields, 2);
    expect(seen(state, stepNurse)).toEqual(expected);
    expect(changesSince(state, stepNurse, { ward: 'step' }, n)?.alarms.map(({ rev }) => rev)).toEqual(expected);
  });

  it('hides nothing if its end lies ahead of the clock: the clock was set back', () => {
    const state = inTray();
    say(state, 20);
    move(state);
    tick(state, t0 + 60_000);
    expect(seen(state, stepNurse)).toEqual([1]);
  });

  it('is taken from the screens that have it when the clock reaches the beginning of the tray', () => {
    const state = inTray();
    say(state, 20);
    move(state);
    tick(state, t0 + 60_000);
    const n = state.n;
    tick(state, t0 + 101_000);
    expect(changesSince(state, stepNurse, { ward: 'step' }, n)?.cleared).toEqual(['alarm-of-the-tray']);
    expect(changesSince(state, everywhere, { ward: '*' }, n)?.cleared).toEqual([]);
  });

  it('comes to the screens when the device’s clock is known and shows that the alarm began in this tray', () => {
    const state = inTray();
    move(state);
    const said = alarm('alarm-of-the-tray', tray, 1, { onsetAt: at(95) });
    foldAlarmEvent(state, { type: 'raised', at: at(95), alarm: said }, t0 + 101_000);
    expect(seen(state, stepNurse)).toEqual([]);
    const n = state.n;
    for (let s = 102; s < 142; s += 1)
      foldObservation(state, tray, observation('d1', t0 + (s - 10) * 1000, [hr(72)], t0 + s * 1000), t0 + s * 1000);
    tick(state, t0 + 142_000);
    expect(seen(state, stepNurse)).toEqual([1]);
    expect(changesSince(state, stepNurse, { ward: 'step' }, n)?.alarms.map(({ rev }) => rev)).toEqual([1]);
  });

  it.each([
    ['a trace of before that comes late', 90, 105, false],
    ['a trace that began before', 99.9, 101, false],
    ['a trace of now', 100, 101, true],
  ])('%s', (_name, startS, receivedS, taken) => {
    const state = inTray();
    move(state);
    const reading = {
      start: at(startS),
      code: 'MDC_PULS_OXIM_PLETH',
      rateHz: 100,
      scale: 1,
      offset: 0,
      samples: 'AAA=',
    };
    const record = { deviceId: 'd1', receivedAt: at(receivedS), reading };
    expect(foldWaveArrival(state, tray, record, t0 + receivedS * 1000)).toBe(taken);
  });
});

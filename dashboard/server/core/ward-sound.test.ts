import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { PageSound } from '../../protocol/sound.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations } from './beds.ts';
import { newConfirmations, step } from './confirmations.ts';
import { alarm, period, t0, table } from './fold.testing.ts';
import { emptyState } from './state.ts';
import type { OtherDashboards } from './unconfirmed.ts';
import {
  alarmsOfWards,
  newOwner,
  noteReport,
  noteState,
  type OwnerScreen,
  ownerLostMs,
  ownersElsewhere,
  soundOf,
  unheardAfterMs,
} from './ward-sound.ts';

const screenId = '01890000-0000-4000-8000-000000000001';
const owner = () => newOwner({ session: 's', screen: screenId, userId: 'n', person: 'Nora' }, t0);
const sound = (fields: Partial<PageSound> = {}): PageSound => ({
  screen: screenId,
  beat: t0,
  at: 7,
  audio: 'on',
  ...fields,
});
const icuAlarm = (fields: Partial<Alarm> = {}) => alarm('alarm-0000000001', 'assoc-01', 1, fields);

/** Returns a screen to which these alarms were sent, and which has painted them. */
function screenWith(painted: readonly Alarm[], sent: readonly Alarm[] = painted): OwnerScreen {
  const confirmations = newConfirmations();
  step(confirmations, { kind: 'snapshot', alarms: sent }, t0);
  const alarms = painted.map(({ alarmId, rev }) => ({ alarmId, rev, shown: 'text', sound: 'other' }) as const);
  step(confirmations, { kind: 'report', report: { type: 'report', page: 'painting', alarms } }, t0);
  return { watches: true, confirmations };
}

describe('a report of the screen that has the sound', () => {
  const medium = [icuAlarm()];
  const paused = [icuAlarm({ audioPausedUntil: formatInstant(t0 + 60_000) })];
  const playing = (level: PageSound['level'] & string) => sound({ level });
  it.each<[string, PageSound, readonly Alarm[], OwnerScreen, string | undefined]>([
    ['confirms a ward without alarms', sound(), [], screenWith([]), undefined],
    [
      'confirms an alarm if the page plays the sound of its priority',
      playing('medium'),
      medium,
      screenWith(medium),
      undefined,
    ],
    ['does not confirm a softer sound', playing('low'), medium, screenWith(medium), 'not-sounding'],
    ['does not confirm the sound of another ward', playing('high'), medium, screenWith(medium), 'not-sounding'],
    ['does not confirm the sound of a failure', playing('lost'), medium, screenWith(medium), 'not-sounding'],
    ['does not confirm silence', sound(), medium, screenWith(medium), 'not-sounding'],
    ['needs no sound for a paused alarm', sound(), paused, screenWith(paused), undefined],
    [
      'needs no sound for an answered alarm',
      sound(),
      [icuAlarm({ signal: 'acknowledged' })],
      screenWith([]),
      undefined,
    ],
    ['does not confirm an alarm that was not sent', playing('medium'), medium, screenWith([]), 'not-shown'],
    ['does not confirm an alarm that was not painted', playing('medium'), medium, screenWith([], medium), 'not-shown'],
    [
      'does not confirm an alarm that has become more urgent since',
      playing('high'),
      [icuAlarm({ rev: 2, priority: 'high' })],
      screenWith(medium),
      'not-shown',
    ],
    ['confirms a new value of the alarm', playing('medium'), [icuAlarm({ rev: 2 })], screenWith(medium), undefined],
    ['says that the browser blocks sound', sound({ audio: 'blocked' }), [], screenWith([]), 'blocked'],
    ['says that there is no audio', sound({ audio: 'failed' }), [], screenWith([]), 'blocked'],
    [
      'confirms nothing if the page does not show the ward',
      sound(),
      [],
      { ...screenWith([]), watches: false },
      'other-ward',
    ],
  ])('a report about the sound of a ward %s', (_name, reported, alarms, screen, why) => {
    const ofScreen = owner();
    noteReport(ofScreen, { page: 'painting', sound: reported }, screen, alarms, t0);
    expect(ofScreen.why).toBe(why);
    expect(ofScreen.soundedAtMs).toBe(why === undefined ? t0 : undefined);
  });

  it('a report of a hidden page does not prove that the page sounds', () => {
    const ofScreen = owner();
    noteReport(ofScreen, { page: 'hidden', sound: sound() }, screenWith([]), [], t0);
    expect(ofScreen).toMatchObject({ why: 'hidden', soundedAtMs: undefined });
  });

  it('a report proves the sound only up to the time of the last heartbeat that the page had read; this time never goes back', () => {
    const ofScreen = owner();
    const note = (beat: number) =>
      noteReport(ofScreen, { page: 'painting', sound: sound({ beat }) }, screenWith([]), [], t0 + 1_000);
    note(t0 + 400);
    expect(ofScreen.soundedAtMs).toBe(t0 + 400);
    note(t0 + 1_001);
    note(t0 + 200);
    expect(ofScreen.soundedAtMs).toBe(t0 + 400);
    note(t0 + 1_000);
    expect(ofScreen.soundedAtMs).toBe(t0 + 1_000);
  });
});

describe('what the server tells the screens', () => {
  const heard = (why?: 'hidden' | 'blocked' | 'not-shown' | 'not-sounding') =>
    Object.assign(owner(), { soundedAtMs: t0, why });
  const here = screenWith([]);
  const unheard = (why: string) => ({ state: 'unheard', why });
  it.each([
    ['a screen that has just sounded counts as heard', heard(), here, 0, { state: 'sounding', soundedAgoMs: 0 }],
    [
      'a screen that sounded as long ago as the limit counts as heard',
      heard(),
      here,
      unheardAfterMs,
      { state: 'sounding', soundedAgoMs: unheardAfterMs },
    ],
    ['a screen that sounded longer ago counts as unheard', heard(), here, unheardAfterMs + 1, unheard('silent')],
    [
      'a screen that does not sound a new alarm yet counts as heard',
      heard('not-shown'),
      here,
      500,
      { state: 'sounding', soundedAgoMs: 500 },
    ],
    [
      'a screen that does not sound an alarm in time counts as unheard',
      heard('not-shown'),
      here,
      5_000,
      unheard('not-shown'),
    ],
    [
      'a screen that plays another sound for too long counts as unheard',
      heard('not-sounding'),
      here,
      5_000,
      unheard('not-sounding'),
    ],
    ['a screen that has just been hidden counts as unheard', heard('hidden'), here, 0, unheard('hidden')],
    ['a screen whose sound has just been blocked counts as unheard', heard('blocked'), here, 0, unheard('blocked')],
    ['a screen that has just lost its connection counts as unheard', heard(), undefined, 0, unheard('away')],
    [
      'a screen that shows another ward now counts as unheard',
      heard(),
      { ...here, watches: false },
      0,
      unheard('other-ward'),
    ],
    ['a screen that has not sounded yet counts as unheard', owner(), here, 0, unheard('silent')],
  ] as const)('%s', (_name, ofScreen, screen, laterMs, expected) => {
    expect(soundOf(ofScreen, screen, t0 + laterMs)).toEqual(expected);
  });

  it('a screen loses the sound if it does not sound for a minute, and keeps the sound if it sounds again earlier', () => {
    const ofScreen = owner();
    expect(noteState(ofScreen, 'unheard', t0 + ownerLostMs)).toBe(true);
    expect(noteState(ofScreen, 'unheard', t0 + ownerLostMs + 1)).toBe(false);
    expect(noteState(ofScreen, 'sounding', t0 + ownerLostMs + 2)).toBe(true);
    expect(noteState(ofScreen, 'unheard', t0 + ownerLostMs + 3)).toBe(true);
  });
});

it('the alarms of a ward are those of its beds, not of other wards and not of devices without a bed', () => {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu')));
  foldAssociations(state, table('d2', 1, period('assoc-02', 'step')));
  foldAssociations(state, table('d3', 1, period('assoc-03', 'icu')));
  for (const n of [1, 2, 3]) {
    const raised = alarm(`alarm-000000000${n}`, `assoc-0${n}`, 1, { deviceId: `d${n}`, kind: 'technical' });
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: raised }, t0);
  }
  foldAssociations(state, table('d3', 2, period('assoc-03', 'icu', { to: formatInstant(t0 - 1) })));
  const idsOf = (ward: string) =>
    alarmsOfWards(state, [ward])
      .get(ward)
      ?.map(({ alarmId }) => alarmId);
  expect(idsOf('icu')).toEqual(['alarm-0000000001']);
  expect(idsOf('step')).toEqual(['alarm-0000000002']);
  expect(idsOf('other')).toEqual([]);
});

it('if other dashboards name several owners, the newest has the sound; records that were read more than 10 s ago do not count', () => {
  const record = (sinceMs: number, actor: string) => ({
    readAtMs: t0,
    record: { at: formatInstant(t0), wards: [], sounds: [{ ward: 'icu', actor, since: formatInstant(sinceMs) }] },
  });
  const others: OtherDashboards = new Map([
    ['b', record(t0 + 2, 'newer')],
    ['c', record(t0 + 1, 'older')],
  ]);
  expect(ownersElsewhere(others, t0).get('icu')?.actor).toBe('newer');
  expect(ownersElsewhere(others, t0 + 10_000).size).toBe(1);
  expect(ownersElsewhere(others, t0 + 10_001).size).toBe(0);
});

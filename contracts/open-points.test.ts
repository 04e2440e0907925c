import { expect, it } from 'vitest';
import { newAlarm } from './messages/alarms.testing.ts';
import type { Alarm } from './messages/alarms.ts';
import { newLimits } from './messages/limits.testing.ts';
import { type OpenAtDevice, openPoints, pointName, seenKeys, seenWith } from './open-points.ts';

const nowMs = Date.UTC(2026, 2, 2, 8);
const at = (ms: number) => new Date(nowMs + ms).toISOString();
const by = { userId: 'n', name: 'Nora', role: 'nurse' } as const;
const alarmOf = (fields: Partial<Alarm> = {}) =>
  newAlarm(at(-60_000), {
    associationId: 'assoc-01',
    deviceId: 'd1',
    alarmId: 'alarm-0000000001',
    text: 'HR 134 > 120',
    priority: 'medium',
    ...fields,
  });
const device = (fields: Partial<OpenAtDevice> = {}): OpenAtDevice => ({
  associationId: 'assoc-01',
  alarms: [],
  standby: null,
  limits: null,
  ...fields,
});
const standby = { reason: 'Imaging', since: at(-1_000), until: at(60_000), by };
const limitsOf = (high: number, changedAt = at(-5_000)) => {
  const limits = newLimits('assoc-01');
  const groups = limits.groups.map((group) =>
    group.group === 'HR' ? { ...group, own: { high }, changed: { by, at: changedAt } } : group,
  );
  return { ...limits, groups };
};
const names = (open: OpenAtDevice) => openPoints(open, nowMs).map(pointName);

it('openPoints lists alarms, pauses, standby and the own limits of the patient', () => {
  const alarms = [alarmOf({ audioPausedUntil: at(1) })];
  expect(names(device({ alarms, standby, limits: limitsOf(130) }))).toEqual([
    'HR 134 > 120',
    'sound of HR 134 > 120 paused',
    'standby (Imaging)',
    'own limits of HR',
  ]);
});

it.each([
  ['nothing', device(), []],
  [
    'the alarm only, if its pause ends now',
    device({ alarms: [alarmOf({ audioPausedUntil: at(0) })] }),
    ['HR 134 > 120'],
  ],
  ['nothing, if the patient has the limits of the ward', device({ limits: newLimits('assoc-01') }), []],
])('openPoints lists %s', (_, open, expected) => {
  expect(names(open)).toEqual(expected);
});

/** Returns whether a person who saw the points of `first` has seen every point of `second`. */
const hasSeen = (first: OpenAtDevice, second: OpenAtDevice) => {
  const hasSeenPoint = seenWith(seenKeys(openPoints(first, nowMs)));
  return openPoints(second, nowMs).every(({ key }) => hasSeenPoint(key));
};
const alarms = (fields: Partial<Alarm> = {}) => device({ alarms: [alarmOf(fields)] });
it.each([
  ['already seen the same points', alarms(), alarms(), true],
  ['already seen the same alarm with another value', alarms(), alarms({ rev: 9, text: 'HR 140 > 120' }), true],
  ['already seen an alarm that is over', alarms(), device(), true],
  ['already seen an alarm that latched', alarms(), alarms({ signal: 'latched', present: false }), true],
  ['already seen an alarm that somebody acknowledged', alarms(), alarms({ signal: 'acknowledged' }), true],
  [
    'not yet seen an acknowledged alarm that calls again',
    alarms({ signal: 'acknowledged' }),
    alarms({ signal: 'on' }),
    false,
  ],
  ['not yet seen an alarm that became more urgent', alarms(), alarms({ priority: 'high' }), false],
  ['already seen an alarm that became less urgent', alarms({ priority: 'high' }), alarms({ priority: 'low' }), true],
  [
    'already seen an alarm that somebody acknowledged and that became less urgent',
    alarms({ priority: 'high' }),
    alarms({ priority: 'medium', signal: 'acknowledged' }),
    true,
  ],
  [
    'not yet seen an acknowledged alarm that became more urgent',
    alarms({ signal: 'acknowledged' }),
    alarms({ signal: 'acknowledged', priority: 'high' }),
    false,
  ],
  [
    'not yet seen an acknowledged alarm that became less urgent and calls again',
    alarms({ priority: 'high', signal: 'acknowledged' }),
    alarms({ priority: 'low' }),
    false,
  ],
  ['not yet seen another alarm', alarms(), alarms({ alarmId: 'alarm-0000000002' }), false],
  [
    'not yet seen a pause that was made longer',
    alarms({ audioPausedUntil: at(1) }),
    alarms({ audioPausedUntil: at(2) }),
    false,
  ],
  [
    'already seen a pause that was made shorter',
    alarms({ audioPausedUntil: at(2) }),
    alarms({ audioPausedUntil: at(1) }),
    true,
  ],
  ['not yet seen a pause', alarms(), alarms({ audioPausedUntil: at(1) }), false],
  ['not yet seen a standby', device(), device({ standby }), false],
  ['not yet seen a longer standby', device({ standby }), device({ standby: { ...standby, until: at(90_000) } }), false],
  [
    'not yet seen a longer standby that somebody set again',
    device({ standby }),
    device({ standby: { ...standby, since: at(0), until: at(60_001) } }),
    false,
  ],
  [
    'already seen a shorter standby that somebody set again',
    device({ standby }),
    device({ standby: { ...standby, since: at(0), until: at(59_999) } }),
    true,
  ],
  [
    'not yet seen a shorter standby with another reason',
    device({ standby }),
    device({ standby: { ...standby, reason: 'Surgery', until: at(59_999) } }),
    false,
  ],
  ['already seen the same limits', device({ limits: limitsOf(130) }), device({ limits: limitsOf(130) }), true],
  ['not yet seen another limit', device({ limits: limitsOf(130) }), device({ limits: limitsOf(140) }), false],
  [
    'not yet seen the limits of another device',
    device({ limits: limitsOf(130) }),
    device({ associationId: 'assoc-02', limits: limitsOf(130) }),
    false,
  ],
])('a person has %s', (_, first, second, expected) => {
  expect(hasSeen(first, second)).toBe(expected);
});

it('a key whose level is not a number proves that no point was seen', () => {
  const [key = ''] = seenKeys(openPoints(alarms(), nowMs));
  expect(seenWith([key])(key)).toBe(true);
  for (const level of ['', '-1', '?']) expect(seenWith([`${key.split('.')[0]}.${level}`])(key)).toBe(false);
});

it('a key has at most 24 characters', () => {
  const points = openPoints(
    device({ alarms: [alarmOf({ audioPausedUntil: '9999-12-31T23:59:59Z' })], standby }),
    nowMs,
  );
  for (const key of seenKeys(points)) expect(key.length).toBeLessThanOrEqual(24);
});

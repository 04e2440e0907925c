import { Compile } from 'typebox/compile';
import { expect, it } from 'vitest';
import { Inbox } from '../../contracts/messages/device.ts';
import { inboxAt, isWatched, presenceLifeMs } from './inbox.ts';

const nowMs = Date.parse('2026-03-01T12:00:00.000Z');
const presence = (ageMs: number, ...wards: string[]) => ({
  atMs: nowMs - ageMs,
  wards: new Set(wards),
  engineering: wards.includes('*'),
});

it.each([
  ['nobody', 'ICU', [], false],
  ['this ward', 'ICU', [presence(0, 'ICU')], true],
  ['another ward', 'ICU', [presence(0, 'ED')], false],
  ['this ward, just not stale', 'ICU', [presence(presenceLifeMs, 'ICU')], true],
  ['this ward, stale', 'ICU', [presence(presenceLifeMs + 1, 'ICU')], false],
  ['a clock ahead within the bound', 'ICU', [presence(-presenceLifeMs, 'ICU')], true],
  ['a clock ahead past it', 'ICU', [presence(-presenceLifeMs - 1, 'ICU')], false],
  ['one of several', 'ICU', [presence(0, 'ED'), presence(99_999, 'ICU'), presence(5, 'ED', 'ICU')], true],
  ['a screen that shows no ward', 'ICU', [presence(0)], false],
  ['no ward, any ward', undefined, [presence(0, 'ED')], false],
  ['no ward, biomedical engineering', undefined, [presence(0, '*')], true],
  ['no ward, biomedical engineering, stale', undefined, [presence(presenceLifeMs + 1, '*')], false],
  ['no ward, a screen without ward', undefined, [presence(0)], false],
  ['no ward, nobody', undefined, [], false],
])('watched by %s', (_name, ward, presences, expected) => {
  expect(isWatched(ward, presences, nowMs)).toBe(expected);
});

it('tells the association of now', () => {
  const periods = [
    { associationId: 'a-1', stampMs: nowMs - 1000, fromMs: nowMs - 1000, toMs: Number.POSITIVE_INFINITY, ward: 'ICU' },
  ];
  const inbox = inboxAt(periods, [presence(0, 'ICU')], nowMs);
  expect(inbox).toEqual({
    time: '2026-03-01T12:00:00.000Z',
    association: { associationId: 'a-1', from: '2026-03-01T11:59:59.000Z' },
    watched: true,
  });
  expect(Compile(Inbox).Check(inbox)).toBe(true);
});

it('says that there is no association', () => {
  const inbox = inboxAt([], [], nowMs);
  expect(inbox).toMatchObject({ association: null, watched: false });
  expect(Compile(Inbox).Check(inbox)).toBe(true);
});

it.each([
  ['the ward where the device was last', [presence(0, 'ED')], true],
  ['the ward where it was before', [presence(0, 'ICU')], false],
  ['biomedical engineering alone', [presence(0, '*')], false],
])('a device without a bed is watched by %s: %s', (_, presences, expected) => {
  const periods = [
    { associationId: 'a-1', stampMs: nowMs - 9000, fromMs: nowMs - 9000, toMs: nowMs - 5000, ward: 'ICU' },
    { associationId: 'a-2', stampMs: nowMs - 5000, fromMs: nowMs - 5000, toMs: nowMs - 1000, ward: 'ED' },
  ];
  expect(inboxAt(periods, presences, nowMs).watched).toBe(expected);
});

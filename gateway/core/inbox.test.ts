import { Compile } from 'typebox/compile';
import { expect, it } from 'vitest';
import { Inbox } from '../../contracts/messages/device.ts';
import { inboxAt, isWatched, presenceHeardMs } from './inbox.ts';

const nowMs = Date.parse('2026-03-01T12:00:00.000Z');
const presence = (readAgoMs: number, ...wards: string[]) => ({
  readAtMs: nowMs - readAgoMs,
  wards: new Set(wards),
  hasEngineering: wards.includes('*'),
});

it.each([
  ['in a ward if there is no screen', 'ICU', [], false],
  ['in a ward if a screen shows the ward', 'ICU', [presence(0, 'ICU')], true],
  ['in a ward if a screen shows another ward', 'ICU', [presence(0, 'ED')], false],
  [
    'in a ward if the gateway read the presence exactly as long ago as allowed',
    'ICU',
    [presence(presenceHeardMs, 'ICU')],
    true,
  ],
  [
    'in a ward if the gateway read the presence longer ago than allowed',
    'ICU',
    [presence(presenceHeardMs + 1, 'ICU')],
    false,
  ],
  [
    'in a ward if one of several screens shows the ward',
    'ICU',
    [presence(0, 'ED'), presence(99_999, 'ICU'), presence(5, 'ED', 'ICU')],
    true,
  ],
  ['in a ward if a screen shows no ward', 'ICU', [presence(0)], false],
  ['without a ward if a screen shows a ward', undefined, [presence(0, 'ED')], false],
  ['without a ward if a screen shows biomedical engineering', undefined, [presence(0, '*')], true],
  [
    'without a ward if the gateway read the presence of biomedical engineering longer ago than allowed',
    undefined,
    [presence(presenceHeardMs + 1, '*')],
    false,
  ],
  ['without a ward if a screen shows no ward', undefined, [presence(0)], false],
  ['without a ward if there is no screen', undefined, [], false],
])('isWatched gives the right answer for a device %s', (_name, ward, presences, expected) => {
  expect(isWatched(ward, presences, nowMs)).toBe(expected);
});

it('the inbox names the association that is open now', () => {
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

it('the inbox has null as association if the device has no patient', () => {
  const inbox = inboxAt([], [], nowMs);
  expect(inbox).toMatchObject({ association: null, watched: false });
  expect(Compile(Inbox).Check(inbox)).toBe(true);
});

it.each([
  ['the last ward of the device', [presence(0, 'ED')], true],
  ['the ward before the last ward', [presence(0, 'ICU')], false],
  ['only biomedical engineering', [presence(0, '*')], false],
])(
  'the inbox of a device without a bed says rightly whether the device is watched if a screen shows %s',
  (_, presences, expected) => {
    const periods = [
      { associationId: 'a-1', stampMs: nowMs - 9000, fromMs: nowMs - 9000, toMs: nowMs - 5000, ward: 'ICU' },
      { associationId: 'a-2', stampMs: nowMs - 5000, fromMs: nowMs - 5000, toMs: nowMs - 1000, ward: 'ED' },
    ];
    expect(inboxAt(periods, presences, nowMs).watched).toBe(expected);
  },
);

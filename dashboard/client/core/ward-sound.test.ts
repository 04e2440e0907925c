import { describe, expect, it } from 'vitest';
import { soundSilenceMsMax } from '../../protocol/pace.ts';
import type { SoundNews, WardSound } from '../../protocol/sound.ts';
import { alarm } from './fixtures.ts';
import {
  dueSinceAfter,
  hasPlayedOn,
  isLeftToOther,
  lostShownMs,
  lostSoundsAfter,
  silentWards,
  soundsEverywhereAfterMs,
} from './ward-sound.ts';
import { displayText, lostText, soundStateText, unheardText } from './ward-sound-words.ts';

const nowMs = 1_000_000;
const ofNora = { ward: 'ICU', person: 'Nora' } as const;
const sounding = (soundedAgoMs = 0): WardSound => ({ ...ofNora, state: 'sounding', soundedAgoMs });
const news = (fields: Partial<SoundNews> = {}): SoundNews => ({
  beat: 5,
  heardAt: nowMs,
  wards: [sounding()],
  ...fields,
});

describe('silentWards', () => {
  it.each<[string, SoundNews | undefined, boolean]>([
    ['the heartbeat is new and the ward has just sounded', news(), true],
    ['the heartbeat may be as old as the limit', news({ heardAt: nowMs - soundSilenceMsMax }), true],
    ['the heartbeat may be older than the limit', news({ heardAt: nowMs - soundSilenceMsMax - 1 }), false],
    ['the ward sounded as long ago as the limit', news({ wards: [sounding(soundSilenceMsMax)] }), true],
    ['the ward sounded longer ago than the limit', news({ wards: [sounding(soundSilenceMsMax + 1)] }), false],
    ['both ages together are the limit', news({ heardAt: nowMs - 2_500, wards: [sounding(1_500)] }), true],
    ['both ages together exceed the limit', news({ heardAt: nowMs - 2_500, wards: [sounding(1_501)] }), false],
    ['no heartbeat came', undefined, false],
    ['the server has not got a report of this page', { beat: 5, wards: [sounding()] }, false],
    ['the server names a report of this page from the future', news({ heardAt: nowMs + 1 }), false],
    ['no screen has the sound', news({ wards: [] }), false],
    ['this screen has the sound', news({ wards: [{ ...sounding(), isOwn: true }] }), false],
    ['the screen does not sound', news({ wards: [{ ...ofNora, state: 'unheard', why: 'hidden' }] }), false],
    ['another server names the screen', news({ wards: [{ ...ofNora, state: 'elsewhere' }] }), false],
  ])(
    'the page may be silent for a ward only if the heartbeat proves that another screen sounds the ward: %s',
    (_name, heard, isSilent) => {
      expect([...silentWards(heard, nowMs)]).toEqual(isSilent ? ['ICU'] : []);
    },
  );
});

describe('isLeftToOther', () => {
  const silent = new Set(['ICU']);
  const since = (ms: number) => new Map([['a', nowMs - ms]]);
  const { high, medium, low } = soundsEverywhereAfterMs;
  it.each([
    ['true for a new alarm of the ward', 'ICU', 'high', 0, true],
    ['true for an unanswered high alarm, 1 ms before it sounds everywhere', 'ICU', 'high', high - 1, true],
    ['false for an unanswered high alarm that sounds everywhere', 'ICU', 'high', high, false],
    ['true for an unanswered medium alarm, 1 ms before it sounds everywhere', 'ICU', 'medium', medium - 1, true],
    ['false for an unanswered medium alarm that sounds everywhere', 'ICU', 'medium', medium, false],
    ['false for an unanswered low alarm that sounds everywhere', 'ICU', 'low', low, false],
    ['false for an alarm of another ward', 'Step', 'high', 0, false],
    ['false for an alarm of a device without a bed', null, 'high', 0, false],
    ['false for an alarm of an unknown bed', undefined, 'high', 0, false],
  ] as const)('isLeftToOther is %s', (_name, ward, priority, dueForMs, isLeft) => {
    const page = { silent, called: new Set(['b']) };
    expect(isLeftToOther(alarm('a', { priority }), ward, page, since(dueForMs), nowMs)).toBe(isLeft);
  });

  it.each(['high', 'medium', 'low'] as const)(
    'a %s alarm to which the person of this page is called sounds here at once',
    (priority) => {
      const page = { silent, called: new Set(['a']) };
      expect(isLeftToOther(alarm('a', { priority }), 'ICU', page, since(0), nowMs)).toBe(false);
    },
  );

  it('dueSinceAfter keeps the time since which an alarm should sound, and returns a new time after an answer or a pause', () => {
    const times = { serverNowMs: Date.parse('2026-01-01T10:00:00.000Z'), nowMs };
    const first = dueSinceAfter(new Map(), [alarm('a'), alarm('b')], times);
    const later = { ...times, nowMs: nowMs + 5_000 };
    const paused = alarm('b', { audioPausedUntil: '2026-01-01T10:01:00.000Z' });
    const second = dueSinceAfter(first, [alarm('a'), paused], later);
    expect([...second]).toEqual([['a', nowMs]]);
    const third = dueSinceAfter(second, [alarm('a', { signal: 'acknowledged' }), alarm('b')], later);
    expect([...third]).toEqual([['b', nowMs + 5_000]]);
  });
});

it.each([
  ['plays on if it has played half of the time', 1_000, 0.5, true],
  ['stands still if it has played less', 1_000, 0.49, false],
  ['stands still if the machine slept', 60_000, 1, false],
  ['is not known after too little time', 499, 0, undefined],
] as const)('the audio %s', (_name, passedMs, playedS, expected) => {
  expect(hasPlayedOn({ atMs: 7, audioS: 3 }, { atMs: 7 + passedMs, audioS: 3 + playedS })).toBe(expected);
});

describe('lostSoundsAfter', () => {
  const shown = () => true;
  it('after the owner of a ward’s sound has gone, the ward is in the list for some time, unless the page no longer shows the ward', () => {
    const lost = lostSoundsAfter(new Map(), [sounding()], [], shown, nowMs);
    expect([...lost]).toEqual([['ICU', nowMs]]);
    expect([...lostSoundsAfter(lost, [], [], shown, nowMs + lostShownMs - 1)]).toEqual([['ICU', nowMs]]);
    expect([...lostSoundsAfter(lost, [], [], shown, nowMs + lostShownMs)]).toEqual([]);
    expect([...lostSoundsAfter(lost, [], [sounding()], shown, nowMs)]).toEqual([]);
    expect([...lostSoundsAfter(new Map(), [sounding()], [], () => false, nowMs)]).toEqual([]);
  });
});

describe('the texts about the sound of a ward', () => {
  const own = { ...sounding(), isOwn: true } as const;
  const silent = new Set(['ICU']);
  it.each<[WardSound[], string | undefined]>([
    [[], undefined],
    [[own], 'ICU: this screen sounds'],
    [[sounding()], 'ICU: the screen of Nora sounds'],
    [[{ ...sounding(), ward: 'Step' }], 'Step: the screen of Nora sounds, and this one'],
    [
      [own, { ...ofNora, ward: 'Step', state: 'unheard', why: 'away' }],
      'ICU: this screen sounds; Step: every screen sounds',
    ],
  ])('the top bar has the right text for %j', (sounds, text) => {
    expect(soundStateText(sounds, silent)).toBe(text);
  });

  it('the notices say who does not sound, why, and that every screen sounds', () => {
    expect(unheardText(sounding())).toBeUndefined();
    expect(unheardText({ ...ofNora, state: 'unheard', why: 'hidden' })).toBe(
      'Every screen sounds the alarms of ICU, because the screen of Nora, which should sound alone, has its browser tab hidden.',
    );
    expect(unheardText({ ...ofNora, state: 'unheard', why: 'blocked', isOwn: true })).toContain('because this screen');
    expect(unheardText({ ...ofNora, state: 'elsewhere' })).toContain('at another server');
    expect(lostText('ICU')).toBe('Every screen sounds the alarms of ICU from now on. No screen sounds alone any more.');
  });

  it('a wall display that cannot sound is named with its ward and with the reason', () => {
    const display = { ward: 'ICU', display: 'Wall' } as const;
    expect(displayText({ ...display, why: 'blocked' })).toContain(
      'Wall should sound the alarms of ICU, but its browser',
    );
    expect(displayText({ ...display, why: 'hidden' })).toContain('but its page is hidden');
    expect(displayText({ ...display, why: 'asked' })).toBeUndefined();
    expect(displayText({ ...display, why: 'silent' })).toBeUndefined();
  });
});

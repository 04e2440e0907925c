import { afterEach, describe, expect, it } from 'vitest';
import type { WardCard, WardOverview } from '../../protocol/ward-overview.ts';
import { german } from '../german/german.ts';
import { setTexts } from './texts.ts';
import { cardLines, compareCards, overviewFaults, overviewOldMs } from './ward-overview-words.ts';

const nowMs = new Date(2026, 0, 1, 12, 0, 0).getTime();
const at = (ms: number) => new Date(nowMs + ms).toISOString();
const none = { high: 0, medium: 0, low: 0 };

function card(changes: Partial<WardCard> = {}): WardCard {
  return {
    ward: 'ICU',
    present: none,
    unanswered: none,
    oldestUnansweredAt: null,
    beds: { registered: 8, free: 6 },
    occupied: 2,
    standby: { count: 0, beds: [] },
    duties: { inUse: true, chargeNurses: ['Carla'], noNurse: 0, overdue: 0 },
    reach: { unreached: 0, names: [], unknown: 0 },
    devices: { inBeds: 2, inTrouble: 0, withoutBed: 0 },
    isWatched: true,
    sound: { state: 'every-screen' },
    soundTest: { at: at(-3_600_000), heard: true, screen: 'Wall (wall)' },
    ...changes,
  };
}

const lineOf = (changes: Partial<WardCard>, label: string) => {
  const line = cardLines(card(changes), nowMs).find((entry) => entry.label === label);
  return line && [line.text, line.state];
};

describe('the lines of a card', () => {
  it('a card has no line that is bad or unknown if everything is in order', () => {
    expect(cardLines(card(), nowMs).filter(({ state }) => state !== 'plain')).toEqual([]);
  });

  it.each<[Partial<WardCard>, string, [string, string]]>([
    [{ oldestUnansweredAt: at(-250_000) }, 'Oldest unanswered alarm', ['4 min, raised 11:55:50', 'bad']],
    [{ oldestUnansweredAt: at(5_000) }, 'Oldest unanswered alarm', ['0 s, raised 12:00:05', 'bad']],
    [{}, 'Sound tested', ['11:00, heard at Wall (wall)', 'plain']],
    [
      { soundTest: { at: at(-3_600_000), heard: false, screen: 'Wall (wall)' } },
      'Sound tested',
      ['11:00, not heard at Wall (wall)', 'bad'],
    ],
    [
      { soundTest: null, uncountedTest: { at: at(-3_600_000), why: 'no-screen' } },
      'Sound tested',
      ['not known: the test of 11:00 does not name its screen', 'unknown'],
    ],
    [{ soundTest: null }, 'Sound tested', ['no test in the last 30 days', 'unknown']],
    [{ beds: null }, 'Beds', ['2 occupied; free beds: not known', 'plain']],
    [{}, 'Beds', ['2 occupied, 6 free, 8 in all', 'plain']],
    [
      { standby: { count: 3, beds: [{ bed: 'B-1', until: at(60_000) }] } },
      'Standby',
      ['3: B-1 until 12:01 and 2 more', 'plain'],
    ],
    [{ duties: null }, 'In charge', ['not known', 'unknown']],
    [{ duties: null }, 'Beds without a nurse', ['not known', 'unknown']],
    [
      { duties: { inUse: false, chargeNurses: [], noNurse: 0, overdue: 0 } },
      'In charge',
      ['not known: this ward has no assignments', 'unknown'],
    ],
    [{ duties: { inUse: true, chargeNurses: [], noNurse: 2, overdue: 1 } }, 'In charge', ['nobody', 'bad']],
    [{ duties: { inUse: true, chargeNurses: [], noNurse: 2, overdue: 1 } }, 'Beds without a nurse', ['2', 'bad']],
    [{ duties: { inUse: true, chargeNurses: [], noNurse: 2, overdue: 1 } }, 'Hand-over overdue', ['1 bed', 'bad']],
    [{ reach: null }, 'Cannot be reached', ['not known', 'unknown']],
    [
      { reach: null, duties: { inUse: false, chargeNurses: [], noNurse: 0, overdue: 0 } },
      'Cannot be reached',
      ['this ward has no assignments', 'plain'],
    ],
    [{ sound: { state: 'unknown' }, isWatched: null }, 'Sound', ['not known', 'unknown']],
    [{ reach: { unreached: 0, names: [], unknown: 2 } }, 'Cannot be reached', ['not known of 2', 'unknown']],
    [
      { reach: { unreached: 2, names: ['Ann'], unknown: 1 } },
      'Cannot be reached',
      ['Ann and 1 more; not known of 1', 'bad'],
    ],
    [
      { devices: { inBeds: 4, inTrouble: 1, withoutBed: 2 } },
      'Devices',
      ['4 in beds, 1 in trouble, 2 without a bed', 'bad'],
    ],
    [{ isWatched: null }, 'Watched on a screen', ['not known', 'unknown']],
    [{ isWatched: false }, 'Watched on a screen', ['no', 'bad']],
    [{ isWatched: false, occupied: 0 }, 'Watched on a screen', ['no', 'plain']],
    [{ sound: { state: 'one-screen', person: 'Ann' } }, 'Sound', ['the screen of Ann', 'plain']],
    [{ sound: { state: 'nobody' } }, 'Sound', ['no screen sounds', 'bad']],
    [{ sound: { state: 'nobody' }, occupied: 0 }, 'Sound', ['no screen sounds', 'plain']],
    [{ sound: { state: 'unknown' } }, 'Sound', ['not known: only screens of another server show the ward', 'unknown']],
  ])('a card with %o has the line “%s” with %o', (changes, label, expected) =>
    expect(lineOf(changes, label)).toEqual(expected),
  );

  describe('on a German page', () => {
    let reset = () => {};
    afterEach(() => reset());

    it.each<[Partial<WardCard>, string, string]>([
      [{}, 'Nicht erreichbar', 'niemand'],
      [{ isWatched: true }, 'Auf einem Bildschirm beobachtet', 'ja'],
      [{ isWatched: false }, 'Auf einem Bildschirm beobachtet', 'nein'],
    ])('a card with %o has the line “%s” with “%s”', (changes, label, text) => {
      reset = setTexts(
        () => 'de',
        () => german,
      );
      expect(lineOf(changes, label)?.[0]).toBe(text);
    });
  });

  it('a card says that the screen with the sound does not sound', () => {
    expect(lineOf({ sound: { state: 'unheard', person: 'Ann' } }, 'Sound')?.[1]).toBe('bad');
  });
});

it('wards are sorted by their most serious unanswered alarm, then by the number of bad lines, then by name', () => {
  const cards = [
    card({ ward: 'W10' }),
    card({ ward: 'W2' }),
    card({ ward: 'W3', isWatched: false }),
    card({ ward: 'W4', unanswered: { high: 0, medium: 0, low: 9 }, isWatched: false }),
    card({ ward: 'W5', unanswered: { high: 0, medium: 1, low: 0 } }),
    card({ ward: 'W6', unanswered: { high: 1, medium: 0, low: 0 } }),
  ];
  const order = cards.toSorted(compareCards(nowMs)).map(({ ward }) => ward);
  expect(order).toEqual(['W6', 'W5', 'W4', 'W3', 'W2', 'W10']);
});

describe('overviewFaults', () => {
  const overview = (changes: Partial<WardOverview> = {}): WardOverview => ({
    at: at(0),
    kafka: 'ok',
    kafkaAt: at(0),
    alarms: 'ok',
    delivery: 'running',
    wards: [card()],
    ...changes,
  });
  const faultsAt = (ms: number, changes: Partial<WardOverview> = {}, problem?: string) =>
    overviewFaults(overview(changes), problem, nowMs + ms);

  it('overviewFaults is empty while the cards show the present, even if one request has failed', () => {
    expect(faultsAt(overviewOldMs)).toEqual([]);
    expect(faultsAt(3_000, {}, 'The server does not answer.')).toEqual([]);
  });

  it('overviewFaults says since when the cards are not live, and why', () => {
    expect(faultsAt(overviewOldMs + 1, {}, 'The server does not answer.')).toEqual([
      'Not live: the cards show what was known at 12:00:00. The server does not answer.',
    ]);
  });

  it('overviewFaults does not say that nobody is called if no ward has ever had an assignment', () => {
    const duties = { inUse: false, chargeNurses: [], noNurse: 0, overdue: 0 };
    for (const delivery of ['away', 'unread'] as const)
      expect(faultsAt(0, { delivery, wards: [card({ duties })] })).toEqual([]);
    expect(faultsAt(0, { delivery: 'away', wards: [card({ duties: null })] })).toHaveLength(1);
  });

  it.each<[Partial<WardOverview>, RegExp]>([
    [{ kafka: 'away', kafkaAt: at(-60_000) }, /Kafka: the cards show what was known at 11:59:00/],
    [{ kafka: 'away', kafkaAt: null }, /Kafka: the cards show nothing yet/],
    [{ alarms: 'stale' }, /alarms may be missing/],
    [{ delivery: 'away' }, /Nobody is called/],
    [{ delivery: 'unread' }, /not known who is called/],
  ])('overviewFaults has a sentence about %o', (changes, expected) => {
    expect(faultsAt(0, changes)).toHaveLength(1);
    expect(faultsAt(0, changes)[0]).toMatch(expected);
  });
});

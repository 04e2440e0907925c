import { describe, expect, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import { formatInstant } from '../../contracts/time.ts';
import { adultProfile } from '../../processors/alarms/core/profile.ts';
import type { StoredValue } from './core/what-if.ts';
import { valuesMax } from './core/what-if-spans.ts';
import { storeOfValues } from './stored-values.testing.ts';
import { createWhatIf, type Question, turnMsMax, waitingMax } from './what-if.ts';

const t0 = Date.parse('2026-03-01T00:00:00.000Z');
const dayMs = 24 * 3_600_000;
const hr = 'MDC_ECG_HEART_RATE';

const question = (more: Partial<Question> = {}): Question => ({
  associationId: 'association-1',
  group: 'HR',
  judges: { profile: adultProfile, inForce: {}, entered: { HR: { high: 135 } } },
  fromMs: t0,
  toMs: t0 + dayMs,
  intervalMs: 1_000,
  ...more,
});

/** A heart rate of 90, and for ten seconds in each ten minutes 130. */
const rate = (s: number): StoredValue => ({
  timeMs: t0 + s * 1000,
  code: hr,
  value: s % 600 < 590 ? 90 : 130,
  questionable: false,
});
const valuesOf = (fromS: number, toS: number) => Array.from({ length: toS - fromS }, (_, n) => rate(fromS + n));
const day = valuesOf(0, 86_400);
const stays = new AbortController().signal;

const asker = (name: string) => ({ account: name, dialog: name });

describe('a question', () => {
  it('is answered from all pieces of the day as if they were one', async () => {
    const desk = createWhatIf(storeOfValues(async () => day));
    expect(await desk.ask(asker('a'), question(), stays)).toEqual({
      from: formatInstant(t0),
      to: formatInstant(t0 + dayMs),
      since: formatInstant(t0),
      everyMs: 1_000,
      silentMs: 0,
      inForce: { high: 0, medium: 144, low: 0 },
      entered: { high: 0, medium: 0, low: 0 },
    });
  });

  it('of the limits in force alone has no other numbers', async () => {
    const desk = createWhatIf(storeOfValues(async () => valuesOf(0, 1_200)));
    const judges = { profile: adultProfile, inForce: {}, entered: null };
    const answer = await desk.ask(asker('a'), question({ judges }), stays);
    expect(answer).toMatchObject({ inForce: { medium: 2 }, entered: null, since: formatInstant(t0) });
    // The last value was of second 1199; after 20 s the engine says that nothing comes.
    expect(answer.silentMs).toBe(dayMs - 1_219_000);
  });

  it('about no stored values has no time and no calls', async () => {
    const desk = createWhatIf(storeOfValues(async () => []));
    expect(await desk.ask(asker('a'), question(), stays)).toMatchObject({ since: null, everyMs: null, silentMs: 0 });
  });

  it('about more values than can be looked at is refused, never answered with nothing', async () => {
    const store = storeOfValues(async () => []);
    const desk = createWhatIf({ ...store, counts: async () => [{ atMs: t0, values: valuesMax + 1 }] });
    await expect(desk.ask(asker('a'), question(), stays)).rejects.toMatchObject({ code: 'trends-unavailable' });
  });

  it('lets other work have its turn after a few ms of judging', async () => {
    // By this clock each look at it is 1 ms later, so each reading takes 1 ms.
    let ms = 0;
    const desk = createWhatIf(
      storeOfValues(async () => valuesOf(0, 800)),
      () => ms++,
    );
    let turns = 0;
    let done = false;
    const other = () => {
      turns += 1;
      if (!done) setImmediate(other);
    };
    setImmediate(other);
    await desk.ask(asker('a'), question(), stays);
    done = true;
    expect(turns).toBeGreaterThanOrEqual(800 / turnMsMax);
    expect(turnMsMax).toBeLessThan(50);
  });
});

describe('questions', () => {
  it('of one account wait behind themselves: they never cause a colleague’s to be refused', async () => {
    const { asked, store } = gated();
    const desk = createWhatIf(store);
    const ask = (account: string, dialog: string) => outcome(desk.ask({ account, dialog }, question(), stays));
    const flood = Array.from({ length: 20 }, (_, n) => ask('flood', `patient-${n}`));
    let hers = '';
    void ask('nora', 'hers').then((answered) => {
      hers = answered;
    });
    expect((await Promise.all(flood.slice(4))).every((outcome) => outcome === 'rate-limited')).toBe(true);
    for (let at = 0; at < 2; at += 1) {
      while (asked.length <= at) await new Promise(setImmediate);
      asked[at]!.resolve();
    }
    // The second or third: those of the flood that were before it are one at work and one in its turn.
    while (asked.length < 3) await new Promise(setImmediate);
    asked[2]!.resolve();
    while (hers === '') await new Promise(setImmediate);
    expect(hers).toBe('answered');
    for (let at = 3; at < 5; at += 1) {
      while (asked.length <= at) await new Promise(setImmediate);
      asked[at]!.resolve();
    }
    await Promise.all(flood);
  });

  /** A store that answers when the test says so. */
  function gated() {
    const asked: PromiseWithResolvers<void>[] = [];
    const store = storeOfValues(async () => valuesOf(0, 600));
    return {
      asked,
      store: {
        ...store,
        async counts(...[of, id]: Parameters<typeof store.counts>) {
          const gate = Promise.withResolvers<void>();
          asked.push(gate);
          await gate.promise;
          return store.counts(of, id);
        },
      },
    };
  }

  const outcome = (answer: Promise<unknown>) =>
    answer.then(
      () => 'answered',
      (error: VigilError) => error.code,
    );

  it('of one asker: the newest replaces the ones before', async () => {
    const { asked, store } = gated();
    const desk = createWhatIf(store);
    const ask = () => outcome(desk.ask(asker('a'), question(), stays));
    const first = ask();
    while (asked.length < 1) await new Promise(setImmediate);
    const others = [ask(), ask()];
    asked[0]!.resolve();
    while (asked.length < 2) await new Promise(setImmediate);
    asked[1]!.resolve();
    expect(await Promise.all([first, ...others])).toEqual(['conflict', 'conflict', 'answered']);
    // The second was given up before anything was read for it.
    expect(asked).toHaveLength(2);
  });

  it('of several askers wait for each other, and too many are refused', async () => {
    const { asked, store } = gated();
    const desk = createWhatIf(store);
    const outcomes = Array.from({ length: waitingMax + 2 }, (_, n) =>
      outcome(desk.ask(asker(`asker-${n}`), question(), stays)),
    );
    expect(await outcomes.at(-1)).toBe('rate-limited');
    expect(asked).toHaveLength(1);
    for (let n = 0; n <= waitingMax; n += 1) {
      while (asked.length <= n) await new Promise(setImmediate);
      asked[n]!.resolve();
    }
    expect(new Set(await Promise.all(outcomes.slice(0, -1)))).toEqual(new Set(['answered']));
    expect(asked).toHaveLength(waitingMax + 1);
  });

  it('are given up when nobody waits for them any more, and the next is answered', async () => {
    const { asked, store } = gated();
    const desk = createWhatIf(store);
    const left = new AbortController();
    const first = outcome(desk.ask(asker('a'), question(), left.signal));
    const second = outcome(desk.ask(asker('b'), question(), stays));
    while (asked.length < 1) await new Promise(setImmediate);
    left.abort();
    asked[0]!.resolve();
    expect(await first).toBe('conflict');
    while (asked.length < 2) await new Promise(setImmediate);
    asked[1]!.resolve();
    expect(await second).toBe('answered');
    expect(await outcome(desk.ask(asker('c'), question(), left.signal))).toBe('conflict');
  });

  it('that fail say why, and do not stop the next', async () => {
    let isAway = true;
    const desk = createWhatIf(
      storeOfValues(async () => {
        if (isAway) throw new VigilError('trends-unavailable', 'away');
        return valuesOf(0, 600);
      }),
    );
    expect(await outcome(desk.ask(asker('a'), question(), stays))).toBe('trends-unavailable');
    isAway = false;
    expect(await outcome(desk.ask(asker('a'), question(), stays))).toBe('answered');
  });
});

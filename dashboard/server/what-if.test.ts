import { describe, expect, it } from 'vitest';
import { dayMs } from '../../contracts/durations.ts';
import { VigilError } from '../../contracts/errors.ts';
import { formatInstant } from '../../contracts/time.ts';
import { adultProfile } from '../../processors/alarms/core/profile.ts';
import type { StoredValue } from './core/what-if.ts';
import { valuesMax } from './core/what-if-spans.ts';
import { storeOfValues } from './stored-values.testing.ts';
import { createWhatIf, type Question, waitingMax, workMsMax } from './what-if.ts';

const t0 = Date.parse('2026-03-01T00:00:00.000Z');
const hr = 'MDC_ECG_HEART_RATE';

const question = (more: Partial<Question> = {}): Question => ({
  associationId: 'association-1',
  group: 'HR',
  limitsToCompare: { profile: adultProfile, inForce: {}, entered: { HR: { high: 135 } } },
  fromMs: t0,
  toMs: t0 + dayMs,
  intervalMs: 1_000,
  ...more,
});

/** Returns the heart rate of a second: 90, but 130 in the last ten seconds of each ten minutes. */
const rate = (s: number): StoredValue => ({
  timeMs: t0 + s * 1000,
  code: hr,
  value: s % 600 < 590 ? 90 : 130,
  questionable: false,
});
const valuesOf = (fromS: number, toS: number) => Array.from({ length: toS - fromS }, (_, n) => rate(fromS + n));
const day = valuesOf(0, 86_400);
const neverClosed = new AbortController().signal;

const asker = (name: string) => ({ account: name, dialog: name });

describe('an answer', () => {
  it('the answer covers the whole day, even if the values are read in several spans', async () => {
    const whatIf = createWhatIf(storeOfValues(async () => day));
    expect(await whatIf.ask(asker('a'), question(), neverClosed)).toEqual({
      from: formatInstant(t0),
      to: formatInstant(t0 + dayMs),
      since: formatInstant(t0),
      everyMs: 1_000,
      silentMs: 0,
      inForce: { high: 0, medium: 144, low: 0 },
      entered: { high: 0, medium: 0, low: 0 },
    });
  });

  it('a question without entered limits gets only the numbers for the limits in force', async () => {
    const whatIf = createWhatIf(storeOfValues(async () => valuesOf(0, 1_200)));
    const limitsToCompare = { profile: adultProfile, inForce: {}, entered: null };
    const answer = await whatIf.ask(asker('a'), question({ limitsToCompare }), neverClosed);
    expect(answer).toMatchObject({ inForce: { medium: 2 }, entered: null, since: formatInstant(t0) });
    // The last value is from second 1199. For the engine, the silence begins 20 s after this value.
    expect(answer.silentMs).toBe(dayMs - 1_219_000);
  });

  it('without stored values the answer has no time and no interval', async () => {
    const whatIf = createWhatIf(storeOfValues(async () => []));
    expect(await whatIf.ask(asker('a'), question(), neverClosed)).toMatchObject({
      since: null,
      everyMs: null,
      silentMs: 0,
    });
  });

  it('createWhatIf refuses a question about an hour with too many values', async () => {
    const store = storeOfValues(async () => []);
    const whatIf = createWhatIf({ ...store, counts: async () => [{ atMs: t0, valueCount: valuesMax + 1 }] });
    await expect(whatIf.ask(asker('a'), question(), neverClosed)).rejects.toMatchObject({ code: 'trends-unavailable' });
  });

  it('createWhatIf lets other work of the process run after a few ms of judging', async () => {
    // This clock advances 1 ms with each call, so each reading takes 1 ms.
    let ms = 0;
    const whatIf = createWhatIf(
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
    await whatIf.ask(asker('a'), question(), neverClosed);
    done = true;
    expect(turns).toBeGreaterThanOrEqual(800 / workMsMax);
    expect(workMsMax).toBeLessThan(50);
  });
});

describe('waiting questions', () => {
  it('a flood of questions of one account does not cause a refusal for another account', async () => {
    const { gates, store } = createGatedStore();
    const whatIf = createWhatIf(store);
    const ask = (account: string, dialog: string) => outcome(whatIf.ask({ account, dialog }, question(), neverClosed));
    const flood = Array.from({ length: 20 }, (_, n) => ask('flood', `patient-${n}`));
    let outcomeForNora = '';
    void ask('nora', 'patient-of-nora').then((answered) => {
      outcomeForNora = answered;
    });
    expect((await Promise.all(flood.slice(4))).every((outcome) => outcome === 'rate-limited')).toBe(true);
    for (let n = 0; n < 2; n += 1) {
      while (gates.length <= n) await new Promise(setImmediate);
      gates[n]!.resolve();
    }
    // Nora's question is the third at the latest: at most two questions of the flood are answered before it.
    while (gates.length < 3) await new Promise(setImmediate);
    gates[2]!.resolve();
    while (outcomeForNora === '') await new Promise(setImmediate);
    expect(outcomeForNora).toBe('answered');
    for (let n = 3; n < 5; n += 1) {
      while (gates.length <= n) await new Promise(setImmediate);
      gates[n]!.resolve();
    }
    await Promise.all(flood);
  });

  /** Creates a store whose answers wait until the test resolves their gate. */
  function createGatedStore() {
    const gates: PromiseWithResolvers<void>[] = [];
    const store = storeOfValues(async () => valuesOf(0, 600));
    return {
      gates,
      store: {
        ...store,
        async counts(...[range, associationId]: Parameters<typeof store.counts>) {
          const gate = Promise.withResolvers<void>();
          gates.push(gate);
          await gate.promise;
          return store.counts(range, associationId);
        },
      },
    };
  }

  const outcome = (answer: Promise<unknown>) =>
    answer.then(
      () => 'answered',
      (error: VigilError) => error.code,
    );

  it('a new question of a dialog replaces the earlier questions of this dialog', async () => {
    const { gates, store } = createGatedStore();
    const whatIf = createWhatIf(store);
    const ask = () => outcome(whatIf.ask(asker('a'), question(), neverClosed));
    const first = ask();
    while (gates.length < 1) await new Promise(setImmediate);
    const others = [ask(), ask()];
    gates[0]!.resolve();
    while (gates.length < 2) await new Promise(setImmediate);
    gates[1]!.resolve();
    expect(await Promise.all([first, ...others])).toEqual(['conflict', 'conflict', 'answered']);
    // The second question was replaced before the store was read for it.
    expect(gates).toHaveLength(2);
  });

  it('questions of several accounts are answered one at a time, and refused if too many wait', async () => {
    const { gates, store } = createGatedStore();
    const whatIf = createWhatIf(store);
    const outcomes = Array.from({ length: waitingMax + 2 }, (_, n) =>
      outcome(whatIf.ask(asker(`asker-${n}`), question(), neverClosed)),
    );
    expect(await outcomes.at(-1)).toBe('rate-limited');
    expect(gates).toHaveLength(1);
    for (let n = 0; n <= waitingMax; n += 1) {
      while (gates.length <= n) await new Promise(setImmediate);
      gates[n]!.resolve();
    }
    expect(new Set(await Promise.all(outcomes.slice(0, -1)))).toEqual(new Set(['answered']));
    expect(gates).toHaveLength(waitingMax + 1);
  });

  it('a question is dropped when its request is closed; the next question is answered', async () => {
    const { gates, store } = createGatedStore();
    const whatIf = createWhatIf(store);
    const request = new AbortController();
    const first = outcome(whatIf.ask(asker('a'), question(), request.signal));
    const second = outcome(whatIf.ask(asker('b'), question(), neverClosed));
    while (gates.length < 1) await new Promise(setImmediate);
    request.abort();
    gates[0]!.resolve();
    expect(await first).toBe('conflict');
    while (gates.length < 2) await new Promise(setImmediate);
    gates[1]!.resolve();
    expect(await second).toBe('answered');
    expect(await outcome(whatIf.ask(asker('c'), question(), request.signal))).toBe('conflict');
  });

  it('after a question failed, the next question is answered', async () => {
    let isAway = true;
    const whatIf = createWhatIf(
      storeOfValues(async () => {
        if (isAway) throw new VigilError('trends-unavailable', 'away');
        return valuesOf(0, 600);
      }),
    );
    expect(await outcome(whatIf.ask(asker('a'), question(), neverClosed))).toBe('trends-unavailable');
    isAway = false;
    expect(await outcome(whatIf.ask(asker('a'), question(), neverClosed))).toBe('answered');
  });
});

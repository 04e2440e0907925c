import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { failuresMax } from './core/breaker.ts';
import { createCourier, failed, type TryResult, tryMsMax } from './courier.ts';
import { runningMax, waitingMax } from './host-gate.ts';
import { createSendCounts } from './send-counts.ts';

const reached: TryResult = { result: { kind: 'reached', stage: 'taken' }, host: 'works' };
const broken = failed('transient', 'The service has a fault (500).', 'fails');
const never = new AbortController().signal;
const inMs = (ms: number) => Date.now() + ms;

const couriers: { close(): void }[] = [];
afterEach(() => {
  for (const courier of couriers.splice(0)) courier.close();
});

/** @param clock the monotonic clock of the courier, ms */
function newCourier(clock = { ms: 0 }) {
  const counts = createSendCounts();
  const courier = createCourier({ counts, now: Date.now, monotonicMs: () => clock.ms, random: () => 0 });
  couriers.push(courier);
  const send = (host: string, attempt: (signal: AbortSignal) => Promise<TryResult>, ms = 60_000, signal = never) =>
    courier.send({ to: host, host, attempt, uselessAfterMs: inMs(ms), signal });
  return { courier, counts, send };
}

describe('a courier', () => {
  it('a courier tries again after a transient failure, and not after a permanent failure or after the end of an address', async () => {
    const { send } = newCourier();
    for (const [last, tries] of [
      [reached, 2],
      [failed('permanent', 'Refused.'), 2],
      [{ result: { kind: 'ended', reason: 'Gone.' }, host: 'works' } as TryResult, 2],
    ] as const) {
      const attempt = vi.fn().mockResolvedValueOnce(broken).mockResolvedValue(last);
      expect(await send('a', attempt)).toEqual(last.result);
      expect(attempt).toHaveBeenCalledTimes(tries);
    }
  });

  it('a courier sends nothing when the message is useless, and returns why the last try failed', async () => {
    const { send } = newCourier();
    const attempt = vi.fn().mockResolvedValue(failed('transient', 'The service has a fault (500).'));
    expect(await send('a', attempt, 1_000)).toEqual(broken.result);
    const calls = attempt.mock.calls.length;
    expect(calls).toBeGreaterThan(0);
    await sleep(1_500);
    expect(attempt).toHaveBeenCalledTimes(calls);
    const late = vi.fn().mockResolvedValue(reached);
    expect(await send('a', late, 0)).toMatchObject({ kind: 'failed', class: 'transient' });
    expect(await send('a', late, -1_000)).toMatchObject({ kind: 'failed', class: 'transient' });
    expect(late).not.toHaveBeenCalled();
  });

  it('a courier stops when the signal aborts: before a try, during a try, or during a wait', async () => {
    const { send } = newCourier();
    const before = AbortSignal.abort();
    const attempt = vi.fn().mockResolvedValue(reached);
    expect(await send('a', attempt, 60_000, before)).toMatchObject({ reason: 'The message was not needed any more.' });
    expect(attempt).not.toHaveBeenCalled();

    for (const result of [new Promise<TryResult>(() => {}), Promise.resolve(failed('transient', 'Later.'))]) {
      const stop = new AbortController();
      const slow = vi.fn((_signal: AbortSignal) => result);
      const sending = send('a', slow, 60_000, stop.signal);
      await vi.waitFor(() => expect(slow).toHaveBeenCalled());
      stop.abort();
      expect(await sending).toMatchObject({ reason: 'The message was not needed any more.' });
      expect(slow).toHaveBeenCalledTimes(1);
    }
  });

  it('if a try hangs, a courier ends the try within 5 s, before the next person is called, and tries again', async () => {
    const { send } = newCourier();
    const atMs: number[] = [];
    const signals: AbortSignal[] = [];
    const attempt = (signal: AbortSignal) => {
      atMs.push(performance.now());
      signals.push(signal);
      return atMs.length === 1 ? new Promise<TryResult>(() => {}) : Promise.resolve(reached);
    };
    expect(await send('a', attempt)).toEqual(reached.result);
    expect(tryMsMax).toBeLessThan(5_000);
    expect(atMs[1]! - atMs[0]!).toBeGreaterThanOrEqual(tryMsMax - 100);
    expect(signals[0]!.aborted).toBe(true);
  });

  it('a courier leaves no listener on a signal that exists longer than a try, so that the memory does not grow', async () => {
    const { send } = newCourier();
    const spy = vi.spyOn(AbortSignal, 'any');
    const stop = new AbortController();
    const tries: AbortSignal[] = [];
    for (const last of [reached, failed('permanent', 'Refused.')]) {
      let count = 0;
      const attempt = async (signal: AbortSignal) => {
        tries.push(signal);
        count += 1;
        return count === 1 ? broken : last;
      };
      expect(await send('a', attempt, 60_000, stop.signal)).toEqual(last.result);
    }
    const joined = spy.mock.results.map(({ value }) => value as AbortSignal);
    spy.mockRestore();
    expect([tries.length, joined.length >= 2]).toEqual([4, true]);
    const listeners = [stop.signal, ...joined, ...tries].flatMap((signal) => getEventListeners(signal, 'abort'));
    expect(listeners).toHaveLength(0);
  });

  it('if the service asks to wait, canaries wait; messages wait only if the service answered a message in this way', async () => {
    const { courier } = newCourier();
    const asks = { ...failed('transient', 'The service asks to send less (429).'), retryAfterMs: 3_600_000 };
    const busy: TryResult = {
      ...asks,
      result: { kind: 'failed', class: 'transient', reason: '429', asksToWait: true },
    };
    const send = (isCheck: boolean, result: TryResult, to = 'phone') => {
      const attempt = vi.fn().mockResolvedValue(result);
      const sent = courier.send({ to, host: 'a', isCheck, attempt, uselessAfterMs: inMs(60_000), signal: never });
      return sent.then((answer) => [answer.kind, attempt.mock.calls.length]);
    };
    expect(await send(true, busy)).toEqual(['failed', 1]);
    expect(await send(true, reached)).toEqual(['failed', 0]);
    expect(await send(false, reached)).toEqual(['reached', 1]);
    expect(await send(false, busy, 'tablet')).toEqual(['failed', 1]);
    expect(await send(false, reached, 'tablet')).toEqual(['failed', 0]);
    expect(await send(true, reached, 'tablet')).toEqual(['failed', 0]);
  });

  it('a service that asks to wait for an hour holds messages about alarms back for 30 s, and its address counts as down', async () => {
    const clock = { ms: 0 };
    const { courier } = newCourier(clock);
    const busy: TryResult = { ...failed('transient', 'The service asks to send less (429).'), retryAfterMs: 3_600_000 };
    const send = (result: TryResult) => {
      const attempt = vi.fn().mockResolvedValue(result);
      const sent = courier.send({ to: 'phone', host: 'a', attempt, uselessAfterMs: inMs(60_000), signal: never });
      return sent.then((answer) => [answer.kind, attempt.mock.calls.length, courier.isDown('a', 'phone')]);
    };
    expect(await send(busy)).toEqual(['failed', 1, true]);
    expect(courier.isDown('a', 'tablet')).toBe(false);
    clock.ms = 24_999;
    expect(await send(reached)).toEqual(['failed', 0, true]);
    // A pause that ends soon does not take the phone out of a call.
    clock.ms = 29_999;
    expect(await send(reached)).toEqual(['failed', 0, false]);
    clock.ms = 30_000;
    expect(await send(reached)).toEqual(['reached', 1, false]);
  });

  it('a courier limits how many tries run at once at one host, and how many messages wait', async () => {
    const { send } = newCourier();
    let running = 0;
    const begin = vi.fn();
    const attempt = async () => {
      running += 1;
      begin();
      await new Promise(() => {});
      return reached;
    };
    const stop = new AbortController();
    const sends = Array.from({ length: runningMax + waitingMax }, () => send('a', attempt, 60_000, stop.signal));
    await vi.waitFor(() => expect(begin).toHaveBeenCalledTimes(runningMax));
    expect(await send('a', attempt)).toMatchObject({ reason: 'Too many messages wait for this host.' });
    expect(running).toBe(runningMax);
    expect(await send('b', async () => reached)).toEqual(reached.result);
    stop.abort();
    const results = await Promise.all(sends);
    expect(results.every((result) => result.kind === 'failed')).toBe(true);
    expect(running).toBe(runningMax);
  });

  it('a courier sends nothing to a host that has failed, until a trial shows that the host works', async () => {
    const clock = { ms: 0 };
    const { courier, send } = newCourier(clock);
    const dead = vi.fn().mockResolvedValue(broken);
    expect(await send('a', dead)).toMatchObject({ reason: 'The host does not work. Vigil tries again later.' });
    expect(dead).toHaveBeenCalledTimes(failuresMax);
    expect([courier.isDown('a', 'a'), courier.isDown('b', 'b'), courier.downCount()]).toEqual([true, false, 1]);

    let answer: (result: TryResult) => void = () => {};
    const attempts = vi.fn(
      () =>
        new Promise<TryResult>((resolve) => {
          answer = resolve;
        }),
    );
    expect(await send('a', attempts)).toMatchObject({ kind: 'failed', class: 'transient' });
    expect(attempts).not.toHaveBeenCalled();
    clock.ms = 5_000;
    const trial = send('a', attempts);
    await vi.waitFor(() => expect(attempts).toHaveBeenCalledTimes(1));
    expect(await send('a', attempts)).toMatchObject({ kind: 'failed', class: 'transient' });
    expect(attempts).toHaveBeenCalledTimes(1);
    answer(reached);
    expect(await trial).toEqual(reached.result);
    expect(courier.isDown('a', 'a')).toBe(false);
    expect(await send('a', async () => reached)).toEqual(reached.result);
  });

  it('when a host fails, the messages that wait in the courier for this host fail at once', async () => {
    const { send } = newCourier();
    const answers: ((result: TryResult) => void)[] = [];
    const attempt = vi.fn(() => new Promise<TryResult>((resolve) => answers.push(resolve)));
    const sends = Array.from({ length: 100 }, () => send('a', attempt));
    await vi.waitFor(() => expect(attempt).toHaveBeenCalledTimes(runningMax));
    for (const answer of answers.slice(0, failuresMax)) answer(broken);
    const waiting = await Promise.all(sends.slice(runningMax + failuresMax - 1));
    expect(waiting.every((result) => result.kind === 'failed' && result.class === 'transient')).toBe(true);
    // The first tries that run at once, and one further try after each of the first two failures.
    expect(attempt).toHaveBeenCalledTimes(runningMax + failuresMax - 1);
  });

  it('a courier ends all sends when it is closed', async () => {
    const { courier, send } = newCourier();
    const sending = send('a', () => new Promise<TryResult>(() => {}));
    courier.close();
    expect(await sending).toMatchObject({ kind: 'failed', class: 'transient' });
  });

  it('a courier counts tries, retries, results and durations', async () => {
    const { counts, send } = newCourier();
    await send('a', vi.fn().mockResolvedValueOnce(broken).mockResolvedValue(reached));
    await send('a', async () => failed('permanent', 'Refused.'));
    expect(counts).toMatchObject({ tries: 3, retries: 1 });
    expect([...counts.results.byName]).toEqual([
      ['reached', 1],
      ['permanent', 1],
    ]);
    expect(counts.tryMs.counts.reduce((sum, count) => sum + count, 0)).toBe(3);
  });
});

describe('the figures of a courier', () => {
  it('the figures of a courier say how long a host has not worked, also between two trials; a host that nobody uses does not count as failing', async () => {
    const clock = { ms: 0 };
    const { courier, send } = newCourier(clock);
    const failing = vi.fn().mockResolvedValue(broken);
    expect(courier.failingMs()).toBe(0);
    for (let count = 0; count < failuresMax; count += 1) await send('a', failing, 100);
    clock.ms = 301_000;
    // The wait of the breaker is over, so a trial may begin. But the host has still not answered.
    expect(courier.isDown('a', 'a')).toBe(false);
    expect(courier.failingMs()).toBe(301_000);
    await send('a', failing, 100);
    expect(courier.failingMs()).toBe(301_000);
    clock.ms += 15 * 60_000 + 1;
    expect(courier.failingMs()).toBe(0);
    await send('a', vi.fn().mockResolvedValue(reached), 100);
    clock.ms += 1_000;
    expect(courier.failingMs()).toBe(0);
  });

  it('the figures of a courier count the messages that wait for a host', async () => {
    const { courier, send } = newCourier();
    const stop = new AbortController();
    const attempt = () => new Promise<TryResult>(() => {});
    const sending = Array.from({ length: runningMax + 3 }, () => send('a', attempt, 60_000, stop.signal));
    await vi.waitFor(() => expect(courier.waitingCount()).toBe(3));
    stop.abort();
    await Promise.all(sending);
    expect(courier.waitingCount()).toBe(0);
  });
});

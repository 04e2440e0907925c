import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { accepted, assigned, assignmentOf, hour } from '../../../contracts/duties.testing.ts';
import { evolve, initialState } from '../../../contracts/duties.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import type { DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import type { AskedPage } from '../../../contracts/messages/delivery-progress.ts';
import { mailEntry, newSubscription } from '../../../tests/delivery/messages.ts';
import type { Channel, SendResult } from '../channels/channel.ts';
import { startCanaries } from './canaries.ts';
import type { ReachEvent } from './core/canary.ts';

const phone = newSubscription('https://push.example/1').entry;
const tablet = newSubscription('https://push.example/2').entry;
const taken: SendResult = { kind: 'reached', stage: 'taken' };
const failed: SendResult = { kind: 'failed', class: 'transient', reason: 'The service has a fault (500).' };
const ended: SendResult = { kind: 'ended', reason: 'The service says that the address has ended (410).' };

let close = () => {};
beforeEach(() => {
  vi.useFakeTimers({ now: hour(8) });
});
afterEach(() => {
  close();
  vi.useRealTimers();
});

/** Starts canaries for Anna, who is on duty. `results` are the answers of the service of each entry. */
function start(
  entries: readonly ReachEntry[],
  options: { readonly ended?: readonly string[]; readonly down?: boolean; readonly usual?: SendResult } = {},
) {
  const list = [...entries];
  const results = new Map<string, SendResult | Promise<SendResult>>();
  const events: ReachEvent[] = [];
  const asked: AskedPage[][] = [];
  const check = vi.fn(
    async (entry: ReachEntry, _check: { readonly checkId: string }) =>
      results.get(entry.reachId) ?? options.usual ?? taken,
  );
  const channel = { check, isDown: () => options.down ?? false } as unknown as Channel;
  const duties = [assigned('charge', 6, assignmentOf(1, 'anna', [7, 15])), accepted('anna', 7, 1)].reduce(
    evolve,
    initialState,
  );
  let ids = 0;
  const canaries = startCanaries({
    channels: new Map<DeliveryChannel, Channel>([['push', channel]]),
    duties: () => duties,
    entriesOf: (userId, name) => list.filter((entry) => entry.userId === userId && entry.channel === name),
    allEntries: () => list,
    ended: options.ended ?? [],
    emit: (event) => events.push(event),
    askPages: (pages) => asked.push([...pages]),
    newId: () => {
      ids += 1;
      return `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
    },
    now: Date.now,
    log: { warn: vi.fn() },
  });
  close = canaries.close;
  const short = () =>
    events.map((event) =>
      event.type === 'reach-ended'
        ? `${event.channel} ended`
        : `${event.channel} ${event.state} ${event.stage ?? ''}`.trim(),
    );
  return { canaries, results, check, events, asked, list, short };
}

describe('the canaries', () => {
  it('the canaries go to the pages and each phone at the start, and the answer of the service is written', async () => {
    const { check, short } = start([phone, tablet]);
    await vi.advanceTimersByTimeAsync(0);
    expect(check).toHaveBeenCalledTimes(2);
    expect(short()).toEqual(['screen asked', 'push asked', 'push asked', 'push reached taken', 'push reached taken']);
  });

  it('the canaries accept the answer of the person’s phone and page, and no answer of another person', async () => {
    const { canaries, events, short } = start([phone]);
    await vi.advanceTimersByTimeAsync(0);
    const idOf = (channel: string) =>
      events.flatMap((event) => (event.type === 'reach-seen' && event.channel === channel ? [event.checkId] : []))[0]!;
    canaries.answer({ checkId: idOf('push'), userId: 'ben', stage: 'on-device' });
    canaries.answer({ checkId: idOf('push'), userId: 'anna', stage: 'on-device' });
    canaries.answer({ checkId: idOf('screen'), userId: 'anna', stage: 'painted' });
    expect(short().slice(3)).toEqual(['push reached on-device', 'screen reached painted']);
  });

  it('the canaries go to a new phone within some seconds, and to all channels again within 10 min', async () => {
    const { check, list } = start([phone]);
    await vi.advanceTimersByTimeAsync(0);
    list.push(tablet);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(check.mock.calls.map(([entry]) => entry.reachId)).toEqual([phone.reachId, tablet.reachId]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(check).toHaveBeenCalledTimes(4);
  });

  it('the canaries report at once that an entry has ended, and never use the entry again', async () => {
    const { canaries, check, short } = start([phone], { usual: ended });
    await vi.advanceTimersByTimeAsync(0);
    expect(short()).toContain('push ended');
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(check).toHaveBeenCalledTimes(1);
    expect(canaries.isDown('anna', 'push')).toBe(true);
  });

  it('the canaries never use an entry that had ended before the start', async () => {
    const { check } = start([phone], { ended: [phone.reachId] });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(check).not.toHaveBeenCalled();
  });

  it('the canaries report that a channel is down after a failure, until the service works again', async () => {
    const { canaries, results } = start([phone]);
    expect(canaries.isDown('anna', 'push')).toBe(false);
    results.set(phone.reachId, failed);
    await vi.advanceTimersByTimeAsync(570_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(canaries.isDown('anna', 'push')).toBe(true);
    results.set(phone.reachId, taken);
    await vi.advanceTimersByTimeAsync(245_000);
    expect(canaries.isDown('anna', 'push')).toBe(false);
    expect(canaries.isDown('anna', 'screen')).toBe(false);
  });

  it('the canaries do not report that a channel is down if the service asks for fewer messages', async () => {
    const busy = { ...failed, asksToWait: true } as SendResult;
    const { canaries, short } = start([phone], { usual: busy });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(canaries.isDown('anna', 'push')).toBe(false);
    expect(short().filter((line) => line.startsWith('push'))).toEqual(['push asked']);
  });

  it('the canaries report that a channel is down while the host of its only phone has failed', () => {
    expect(start([phone], { down: true }).canaries.isDown('anna', 'push')).toBe(true);
  });

  it('the canaries report that a channel is down if the hospital has not set it up', async () => {
    const { canaries, events } = start([mailEntry()]);
    await vi.advanceTimersByTimeAsync(0);
    expect(events.at(-1)).toMatchObject({ channel: 'mail', state: 'down', reason: expect.stringContaining('set up') });
    expect(canaries.isDown('anna', 'mail')).toBe(true);
  });

  it('the canaries ask the pages every 5 s until they answer, and for a minute at most; they write only the first canary of the pages', async () => {
    const { canaries, asked, short } = start([]);
    expect(asked).toHaveLength(1);
    const { checkId, userId, atMs } = asked[0]![0]!;
    expect([userId, atMs]).toEqual(['anna', hour(8)]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked.map((pages) => pages[0]!.checkId)).toEqual([checkId, checkId, checkId]);
    canaries.answer({ checkId, userId: 'anna', stage: 'painted' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(3);
    // Nobody answers the next canaries.
    await vi.advanceTimersByTimeAsync(600_000);
    const later = asked.slice(3).map((pages) => pages[0]!);
    const next = later.filter((page) => page.checkId === later[0]!.checkId);
    expect(next).toHaveLength(12);
    expect(short()).toEqual(['screen asked', 'screen reached painted', 'screen down']);
  });

  it('the canaries write at most 8 records an hour for the pages and a phone of a person if nothing changes', async () => {
    const { canaries, asked, events } = start([phone]);
    for (let seconds = 0; seconds < 6 * 3_600; seconds += 5) {
      const page = asked.at(-1)?.[0];
      if (page) canaries.answer({ ...page, stage: 'painted' });
      await vi.advanceTimersByTimeAsync(5_000);
    }
    // Anna is on duty until 15:00. At the beginning each channel has a canary and its result.
    expect(events.length).toBeLessThanOrEqual(4 + 8 * 6);
    expect(events.length).toBeGreaterThan(8);
  });

  it('the canaries write an unchanged result only every 10 to 20 min', async () => {
    const { check, events } = start([phone]);
    const wroteAtMs = () =>
      events.flatMap((event) => (event.type === 'reach-seen' && event.channel === 'push' ? [event.atMs] : []));
    await vi.advanceTimersByTimeAsync(6 * 3_600_000);
    expect(check.mock.calls.length).toBeGreaterThan(36);
    const results = wroteAtMs().slice(1);
    const gapsMs = results.slice(1).map((atMs, index) => atMs - results[index]!);
    expect(results.length).toBeGreaterThan(4);
    expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(10 * 60_000);
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(20 * 60_000);
  });

  it('the canaries report at once when a phone stops or starts to confirm, and report no answers of the service while the phone confirms', async () => {
    const { canaries, check, short } = start([phone]);
    const answer = () =>
      canaries.answer({ checkId: check.mock.lastCall![1].checkId, userId: 'anna', stage: 'on-device' });
    const ofPhone = () => short().filter((line) => line.startsWith('push'));
    await vi.advanceTimersByTimeAsync(1_000);
    answer();
    expect(ofPhone()).toEqual(['push asked', 'push reached taken', 'push reached on-device']);
    for (let count = check.mock.calls.length; count < 5; count += 1) {
      while (check.mock.calls.length <= count) await vi.advanceTimersByTimeAsync(5_000);
      answer();
    }
    expect(ofPhone().filter((line) => line.endsWith('taken'))).toHaveLength(1);
    // The phone is off now: after the time for an answer, only the service has accepted the canary.
    const count = check.mock.calls.length;
    while (check.mock.calls.length <= count) await vi.advanceTimersByTimeAsync(5_000);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(ofPhone().at(-1)).toBe('push reached on-device');
    await vi.advanceTimersByTimeAsync(15_000);
    expect(ofPhone().at(-1)).toBe('push reached taken');
    answer();
    expect(ofPhone().at(-1)).toBe('push reached on-device');
  });

  const receiptOf = (channel: 'screen' | 'push', stage: 'painted' | 'on-device') =>
    ({ type: 'receipt', atMs: Date.now(), alarmId: 'a', callId: 'c', userId: 'anna', channel, stage }) as const;

  it('if a page confirms a call and then no page answers, the canaries report again that no page is open', async () => {
    const { canaries, short } = start([]);
    await vi.advanceTimersByTimeAsync(15 * 60_000);
    const before = short().length;
    canaries.noteReceipt(receiptOf('screen', 'painted'));
    // The person closes the page. The next canary comes within 10 min and waits a minute for an answer. Then the result
    // is written.
    await vi.advanceTimersByTimeAsync(11 * 60_000);
    expect(short().slice(before)).toContain('screen down');
  });

  it('if the phone confirms a call and then no canary, the canaries report again that only the push service takes canaries', async () => {
    const { canaries, events, short } = start([phone]);
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    const before = short().length;
    const receiptAtMs = Date.now();
    canaries.noteReceipt(receiptOf('push', 'on-device'));
    // A canary that was sent before the call does not show whether the phone confirms after the call.
    await vi.advanceTimersByTimeAsync(60_000);
    expect(short().slice(before)).not.toContain('push reached taken');
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(short().slice(before)).toContain('push reached taken');
    expect(events.findLast((event) => event.channel === 'push')!.atMs).toBeGreaterThan(receiptAtMs);
  });

  it('the canaries report nothing after they were closed', async () => {
    const { canaries, results, events } = start([phone]);
    let answer: (result: SendResult) => void = () => {};
    results.set(
      phone.reachId,
      new Promise((resolve) => {
        answer = resolve;
      }),
    );
    await vi.advanceTimersByTimeAsync(570_000);
    await vi.advanceTimersByTimeAsync(5_000);
    canaries.close();
    const count = events.length;
    answer(taken);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(events).toHaveLength(count);
  });

  it('the canaries count the channels of the persons on duty by state', async () => {
    const { canaries, results } = start([phone, tablet]);
    const counts = () =>
      canaries.counts().flatMap(({ channel, state, count }) => (count > 0 ? [`${channel} ${state} ${count}`] : []));
    await vi.advanceTimersByTimeAsync(0);
    expect(counts()).toEqual(['screen asked 1', 'push reached 2']);
    expect(canaries.counts()).toContainEqual({ channel: 'push', state: 'down', count: 0 });
    results.set(tablet.reachId, failed);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(counts()).toEqual(['screen down 1', 'push reached 1', 'push down 1']);
    // While a new canary to the failed phone waits for its result, the phone still counts as down.
    results.set(tablet.reachId, new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(70_000);
    expect(counts()).toContain('push down 1');
  });

  it('when an entry is written again, the canaries try the entry at once, and write the result even if it is the same', async () => {
    const { check, list, short } = start([phone]);
    await vi.advanceTimersByTimeAsync(0);
    const before = short().length;
    list[0] = { ...phone, addedAt: '2026-03-01T12:00:00.000Z' };
    await vi.advanceTimersByTimeAsync(5_000);
    expect(check).toHaveBeenCalledTimes(2);
    expect(short().slice(before)).toEqual(['push asked', 'push reached taken']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(check).toHaveBeenCalledTimes(2);
  });

  const test = (n: number) => ({ ...phone, testedAt: new Date(hour(8) + n * 1_000).toISOString() });

  it('a test that is written while a canary waits for its result starts a new canary; the result of the former canary is not written', async () => {
    const { check, results, list, events } = start([phone]);
    let answer: (result: SendResult) => void = () => {};
    results.set(phone.reachId, new Promise((resolve) => (answer = resolve)));
    await vi.advanceTimersByTimeAsync(0);
    list[0] = { ...phone, addedAt: '2026-03-01T12:00:00.000Z' };
    await vi.advanceTimersByTimeAsync(5_000);
    results.set(phone.reachId, failed);
    list[0] = test(1);
    await vi.advanceTimersByTimeAsync(5_000);
    answer(taken);
    await vi.advanceTimersByTimeAsync(0);
    expect(check).toHaveBeenCalledTimes(3);
    const { checkId } = check.mock.lastCall![1];
    const ofPhone = events.filter((event) => event.type === 'reach-seen').filter(({ channel }) => channel === 'push');
    expect(ofPhone.slice(-2)).toMatchObject([
      { state: 'asked', checkId, testedAt: test(1).testedAt },
      { state: 'down', checkId },
    ]);
    expect(ofPhone.slice(0, -2)).not.toContainEqual(expect.objectContaining({ testedAt: expect.anything() }));
    expect(ofPhone.map(({ state }) => state)).toEqual(['asked', 'reached', 'asked', 'asked', 'down']);
  });

  it('the result of a test is written even if the phone confirms a call before the result comes', async () => {
    const { canaries, results, list, short } = start([phone]);
    let answer: (result: SendResult) => void = () => {};
    await vi.advanceTimersByTimeAsync(0);
    results.set(phone.reachId, new Promise((resolve) => (answer = resolve)));
    list[0] = test(1);
    await vi.advanceTimersByTimeAsync(5_000);
    canaries.noteReceipt(receiptOf('push', 'on-device'));
    answer(taken);
    await vi.advanceTimersByTimeAsync(0);
    expect(short().slice(-2)).toEqual(['push asked', 'push reached taken']);
  });

  it('the canaries try a new entry of a person without a duty, and only while it is new', async () => {
    const bens = { ...tablet, userId: 'ben', addedAt: new Date(hour(8)).toISOString() };
    const { check } = start([phone, bens]);
    await vi.advanceTimersByTimeAsync(0);
    expect(check.mock.calls.map(([entry]) => entry.reachId).toSorted()).toEqual(
      [phone, bens].map(({ reachId }) => reachId).toSorted(),
    );
    check.mockClear();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(check.mock.calls.filter(([entry]) => entry.reachId === bens.reachId)).toEqual([]);
  });

  it('if the code throws for one phone, the canaries go to the other phones', async () => {
    const { check, short } = start([phone, tablet]);
    check.mockClear();
    check.mockImplementation((entry: ReachEntry) => {
      if (entry.reachId === phone.reachId) throw new TypeError('no such host');
      return Promise.resolve(taken);
    });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(new Set(check.mock.calls.map(([entry]) => entry.reachId))).toEqual(new Set([phone.reachId, tablet.reachId]));
    expect(short()).toContain('push reached taken');
  });
});

import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { emptyDeliveryBoard } from '../core/delivery-board.ts';
import { nurse } from '../core/fold.testing.ts';
import { createHubDeliveries } from './hub-deliveries.ts';
import type { Screen } from './screen-connection.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Opens one screen. `sendings`: how often the hub has looked for calls to send. Each sending takes `sendMs`. */
function openHub(sendMs = 0) {
  let sendings = 0;
  let changesDuringSending = false;
  const callsOf = () => {
    sendings += 1;
    vi.advanceTimersByTime(sendMs);
    const isChange = changesDuringSending;
    changesDuringSending = false;
    if (isChange) hub.changed();
    return [];
  };
  let failsNext = false;
  const board = emptyDeliveryBoard();
  board.isRead = true;
  const hub = createHubDeliveries({
    source: {
      ...{ board, state: () => ({}) as never, writer: {} as never },
      get callsOf() {
        if (!failsNext) return callsOf;
        failsNext = false;
        throw new Error('a fault of this test');
      },
    },
    downFor: () => undefined,
    trail: { record: async () => {} },
    now: () => 0,
    logger: pino({ level: 'silent' }),
  });
  const screen = { watched: () => undefined, viewer: () => nurse, send: () => true, endedWith: () => undefined };
  const who = { actor: { userId: 'n', name: 'N', role: 'nurse' } } as const;
  const page = hub.open(screen as unknown as Screen, who);
  page.take(JSON.stringify({ type: 'want-deliveries' }));
  sendings = 0;
  const changeDuringSending = () => {
    changesDuringSending = true;
  };
  const failNext = () => {
    failsNext = true;
  };
  return { hub, sendings: () => sendings, changeDuringSending, failNext };
}

it('a change is sent at once', () => {
  const { hub, sendings } = openHub();
  hub.changed();
  expect(sendings()).toBe(1);
});

it('the changes in the pause after a sending are sent together; none is forgotten', () => {
  const { hub, sendings } = openHub();
  for (let n = 0; n < 500; n += 1) hub.changed();
  expect(sendings()).toBe(1);
  vi.advanceTimersByTime(20);
  expect(sendings()).toBe(2);
  vi.advanceTimersByTime(1_000);
  expect(sendings()).toBe(2);
  hub.changed();
  expect(sendings()).toBe(3);
});

it('many changes over a second are sent at most every 20 ms', () => {
  const { hub, sendings } = openHub();
  for (let ms = 0; ms < 1_000; ms += 1) {
    hub.changed();
    vi.advanceTimersByTime(1);
  }
  expect(sendings()).toBeLessThanOrEqual(51);
});

it.each([20, 60, 1_000])('the pause of 20 ms begins when a sending that takes %d ms has ended', (sendMs) => {
  const { hub, sendings } = openHub(sendMs);
  hub.changed();
  hub.changed();
  expect(sendings()).toBe(1);
  vi.advanceTimersByTime(19);
  expect(sendings()).toBe(1);
  vi.advanceTimersByTime(1);
  expect(sendings()).toBe(2);
});

it('a change during a sending is sent after the pause', () => {
  const { hub, sendings, changeDuringSending } = openHub(60);
  changeDuringSending();
  hub.changed();
  expect(sendings()).toBe(1);
  vi.advanceTimersByTime(20);
  expect(sendings()).toBe(2);
});

/**
 * Opens screens whose sending takes `sendMs` each. Returns the names of the screens in the order in which they got a
 * message.
 */
function openScreens(names: readonly string[], sendMs: number) {
  const sentTo: string[] = [];
  const board = emptyDeliveryBoard();
  board.isRead = true;
  const callsOf = ({ userId }: { userId: string }) => {
    sentTo.push(userId);
    vi.advanceTimersByTime(sendMs);
    return [];
  };
  const hub = createHubDeliveries({
    source: { board, state: () => ({}) as never, callsOf, writer: {} as never },
    downFor: () => undefined,
    trail: { record: async () => {} },
    now: () => 0,
    logger: pino({ level: 'silent' }),
  });
  const screens = names.map((name) => {
    const viewer = { ...nurse, userId: name };
    const screen = { watched: () => undefined, viewer: () => viewer, send: () => true, endedWith: () => undefined };
    const page = hub.open(screen as unknown as Screen, { actor: { userId: name, name, role: 'nurse' } });
    page.take(JSON.stringify({ type: 'want-deliveries' }));
    return screen as unknown as Screen;
  });
  sentTo.length = 0;
  return { hub, sentTo, screens };
}

it('a long sending lets other work run between two screens, and reaches all screens', () => {
  const { hub, sentTo } = openScreens(['a', 'b', 'c'], 10);
  let sentBeforeOtherWork = 0;
  setImmediate(() => {
    sentBeforeOtherWork = sentTo.length;
  });
  hub.changed();
  expect(sentTo).toEqual(['a']);
  vi.advanceTimersByTime(0);
  vi.runOnlyPendingTimers();
  expect(sentBeforeOtherWork).toBe(1);
  expect(sentTo).toEqual(['a', 'b', 'c']);
});

it('a screen that is closed during a sending gets nothing more, and the others do', () => {
  const { hub, sentTo, screens } = openScreens(['a', 'b', 'c'], 10);
  hub.changed();
  hub.close(screens[1]!);
  vi.advanceTimersByTime(0);
  vi.runOnlyPendingTimers();
  expect(sentTo).toEqual(['a', 'c']);
});

it('the calls of a person with many screens are computed once, and again after other work', () => {
  const { hub, sentTo } = openScreens(
    Array.from({ length: 50 }, () => 'a'),
    0,
  );
  hub.changed();
  expect(sentTo).toEqual(['a']);
  const slow = openScreens(['a', 'a'], 10);
  slow.hub.changed();
  vi.advanceTimersByTime(0);
  vi.runOnlyPendingTimers();
  expect(slow.sentTo).toEqual(['a', 'a']);
});

it('if a sending fails, a later change is sent', () => {
  const { hub, sendings, failNext } = openHub();
  failNext();
  expect(() => hub.changed()).toThrow('a fault of this test');
  vi.advanceTimersByTime(1_000);
  hub.changed();
  expect(sendings()).toBeGreaterThan(0);
});

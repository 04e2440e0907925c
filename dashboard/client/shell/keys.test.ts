/** Checks when the key for an acknowledgement acts: not for a barcode scanner, and not for an old selection. */
import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { alarm as alarmOf } from '../core/fixtures.ts';
import { selectionMs } from '../core/selected-alarm.ts';
import { burstMs } from '../core/shortcuts.ts';
import type { App } from './app.ts';
import { openKeys } from './keys.ts';

let nowMs = 0;
let keys: ReturnType<typeof openKeys>;
let onKey: (event: unknown) => void;
let acknowledged: string[] = [];
let pages: string[] = [];
const link = signal('live');
const shown = alarmOf('a1');
const screen = signal({ alarms: new Map<string, Alarm>() });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('Element', class {});
  [nowMs, acknowledged, pages] = [1_000_000, [], []];
  link.value = 'live';
  screen.value = { alarms: new Map([['a1', shown]]) };
  const app = {
    session: signal({}),
    locked: signal(false),
    watches: signal(true),
    link,
    screen,
    may: () => true,
    go: ({ page }: { page: string }) => pages.push(page),
    answers: { acknowledge: ({ alarmId }: Alarm) => acknowledged.push(alarmId) },
  } as unknown as App;
  const page = {
    addEventListener: (_: string, listener: typeof onKey) => {
      onKey = listener;
    },
    removeEventListener: () => undefined,
  } as unknown as Document;
  keys = openKeys(app, page, () => nowMs);
});

afterEach(() => {
  keys.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function pass(ms: number): void {
  nowMs += ms;
  vi.advanceTimersByTime(ms);
}

/** Presses each key, and lets time pass after each press. */
function type(text: string, everyMs: number): void {
  for (const key of text) {
    onKey({ key, timeStamp: nowMs, target: null, preventDefault: () => undefined });
    pass(everyMs);
  }
}

function selectAndRead(): void {
  type('n', 500);
  keys.notePainted(shown);
  pass(2_000);
}

it('the key acknowledges the selected alarm after a wait in which a scanner would send its next character', () => {
  selectAndRead();
  type('a', burstMs - 1);
  expect(acknowledged).toEqual([]);
  pass(1);
  expect(acknowledged).toEqual(['a1']);
});

it.each(['maria47g', 'a1', 'oa', 'an', 'gw7', '4711a'])('the scanned text “%s” does nothing', (text) => {
  selectAndRead();
  type(text, 4);
  pass(5_000);
  expect([acknowledged, pages]).toEqual([[], []]);
});

it('the time of the press decides what a press does, and not the time after the wait', () => {
  type('n', 500);
  keys.notePainted(shown);
  pass(900);
  type('a', 1_000);
  expect(acknowledged).toEqual([]);
  expect(keys.message.value).toContain('Read the alarm');
});

it('a press does nothing if the page loses its server during the wait', () => {
  selectAndRead();
  type('a', 50);
  link.value = 'lost';
  pass(1_000);
  expect(acknowledged).toEqual([]);
});

it('a selection is too old for an acknowledgement after a minute without a key', () => {
  selectAndRead();
  pass(selectionMs);
  expect(keys.isOld.value).toBe(true);
  for (const _ of [1, 2]) {
    type('a', 1_000);
    expect(keys.message.value).toContain('Press n first.');
  }
  expect(acknowledged).toEqual([]);
  expect(keys.selected.value?.alarm.alarmId).toBe('a1');
});

it('n selects the alarm of an old selection again, and the person must read it again', () => {
  selectAndRead();
  pass(selectionMs);
  type('n', 500);
  expect([keys.isOld.value, keys.isReadable.value]).toEqual([false, false]);
  type('a', 1_000);
  expect(keys.message.value).toContain('Read the alarm');
  type('a', 1_000);
  expect(acknowledged).toEqual(['a1']);
});

it('each key press for the selected alarm starts the minute of the selection anew', () => {
  selectAndRead();
  pass(selectionMs - 5_000);
  type('o', 1_000);
  pass(selectionMs - 5_000);
  type('a', 1_000);
  expect([acknowledged, pages]).toEqual([['a1'], ['patient']]);
});

it('an alarm that calls again with the same text is not acknowledged before the person can have read it', () => {
  selectAndRead();
  keys.notePainted({ ...shown, rev: 2, signal: 'acknowledged' });
  pass(5_000);
  keys.notePainted({ ...shown, rev: 3 });
  pass(1);
  type('a', 1_000);
  expect(acknowledged).toEqual([]);
  expect(keys.message.value).toContain('Read the alarm');
});

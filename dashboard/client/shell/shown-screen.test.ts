import { signal } from '@preact/signals';
import { expect, it } from 'vitest';
import { bed, numeric, snapshot } from '../core/fixtures.ts';
import { screenOf } from '../core/fold.ts';
import type { LoadLevel } from '../core/load.ts';
import { createShownScreen } from './shown-screen.ts';

/** Returns a screen, and a function `receive` that gives a heart rate to the screen in a message of the server. */
function openScreen() {
  const level = signal<LoadLevel>('full');
  const isBehind = signal(false);
  const now = signal(0);
  const shown = createShownScreen({ level, isBehind }, now);
  return {
    level,
    isBehind,
    now,
    shown,
    receive(value: number, atMs: number) {
      const beds = [bed('assoc-01', { values: [numeric('MDC_ECG_HEART_RATE', value)] })];
      shown.noteServerTime(atMs);
      shown.take(screenOf(snapshot({ beds })));
    },
    number: () => shown.screen.value?.beds.get('assoc-01')?.values[0]?.value,
  };
}

it('a fast screen shows each number immediately, and has processed all messages until now', () => {
  const { receive, number, now, shown } = openScreen();
  receive(80, 1_000);
  receive(81, 1_100);
  now.value = 1_200;
  expect([number(), shown.knownUntilMs.value]).toEqual([81, 1_200]);
});

it('a slow screen keeps a number for a second and then shows the newest number', () => {
  const { receive, number, level, isBehind, now, shown } = openScreen();
  receive(80, 1_000);
  level.value = 'numbers-slower';
  isBehind.value = true;
  now.value = 1_900;
  receive(81, 1_500);
  receive(82, 1_900);
  shown.catchUp();
  expect([number(), shown.knownUntilMs.value]).toEqual([80, 1_000]);
  now.value = 2_000;
  shown.catchUp();
  expect([number(), shown.knownUntilMs.value]).toEqual([82, 1_900]);
});

it('a cleared screen stays empty at the next tick', () => {
  const { receive, number, level, shown } = openScreen();
  receive(80, 1_000);
  level.value = 'numbers-slower';
  receive(81, 1_100);
  shown.clear();
  shown.catchUp();
  expect(number()).toBeUndefined();
});

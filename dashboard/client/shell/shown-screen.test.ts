import { signal } from '@preact/signals';
import { expect, it } from 'vitest';
import { bed, numeric, snapshot } from '../core/fixtures.ts';
import { screenOf } from '../core/fold.ts';
import type { LoadLevel } from '../core/load.ts';
import { createShownScreen } from './shown-screen.ts';

/** A screen whose server says `value` at `atMs`. */
function opened() {
  const level = signal<LoadLevel>('full');
  const isBehind = signal(false);
  const now = signal(0);
  const shown = createShownScreen({ level, isBehind }, now);
  return {
    level,
    isBehind,
    now,
    shown,
    says(value: number, atMs: number) {
      const beds = [bed('assoc-01', { values: [numeric('MDC_ECG_HEART_RATE', value)] })];
      shown.heard(atMs);
      shown.take(screenOf(snapshot({ beds })));
    },
    number: () => shown.screen.value?.beds.get('assoc-01')?.values[0]?.value,
  };
}

it('a screen that keeps up shows each number at once, and knows the ward until now', () => {
  const { says, number, now, shown } = opened();
  says(80, 1_000);
  says(81, 1_100);
  now.value = 1_200;
  expect([number(), shown.knownUntilMs.value]).toEqual([81, 1_200]);
});

it('a slow screen keeps a number for a second, then shows the newest, and says until when it knows the ward', () => {
  const { says, number, level, isBehind, now, shown } = opened();
  says(80, 1_000);
  level.value = 'numbers-slower';
  isBehind.value = true;
  now.value = 1_900;
  says(81, 1_500);
  says(82, 1_900);
  shown.catchUp();
  expect([number(), shown.knownUntilMs.value]).toEqual([80, 1_000]);
  now.value = 2_000;
  shown.catchUp();
  expect([number(), shown.knownUntilMs.value]).toEqual([82, 1_900]);
});

it('a cleared screen does not come back at the next tick', () => {
  const { says, number, level, shown } = opened();
  says(80, 1_000);
  level.value = 'numbers-slower';
  says(81, 1_100);
  shown.clear();
  shown.catchUp();
  expect(number()).toBeUndefined();
});

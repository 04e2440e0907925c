import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contrastOf } from './colour-vision.testing.ts';
import { parameterColours } from './colours.ts';

const styles = (name: string) => readFileSync(join(import.meta.dirname, '..', 'styles', name), 'utf8');
const night = styles('night.css');
const panel = /--panel: (#\w+)/.exec(styles('tokens.css'))![1]!;
const share = Number(/var\(--colour\) (\d+)%, #000/.exec(night)![1]) / 100;

/** Returns a colour mixed with black, as the browser mixes it in sRGB. */
const darker = (colour: string) =>
  `#${[1, 3, 5]
    .map((at) => Math.round(Number.parseInt(colour.slice(at, at + 2), 16) * share))
    .map((part) => part.toString(16).padStart(2, '0'))
    .join('')}`;

it('in night mode the numbers of each parameter and the texts of a calm tile have a contrast of 4.5:1', () => {
  expect(share).toBeLessThan(1);
  for (const colour of Object.values(parameterColours.dark))
    expect([colour, contrastOf(darker(colour), panel) >= 4.5]).toEqual([colour, true]);
  expect(contrastOf(/--text: (#\w+)/.exec(night)![1]!, panel)).toBeGreaterThanOrEqual(4.5);
});

it('night mode changes no look of an alarm: each rule is for tiles without an alarm', () => {
  const selectors = [...night.matchAll(/^(:root[^{]+)\{/gm)].map(([, selector]) => selector!);
  expect(selectors.length).toBeGreaterThan(2);
  for (const selector of selectors) expect(selector).toContain(':root[data-night="on"] .tile[data-priority="none"]');
});

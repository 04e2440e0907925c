import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contrastOf, distanceOf, visions } from './colour-vision.testing.ts';
import { alarmDistanceMin, chartColours, parameterColours, scoreColours } from './colours.ts';
import { themes } from './theme.ts';

const sheet = readFileSync(join(import.meta.dirname, '../styles/tokens.css'), 'utf8');

function tokensOf(selector: string): Record<string, string> {
  const start = sheet.indexOf(`\n${selector} {`);
  const block = sheet.slice(start, sheet.indexOf('\n}', start));
  return Object.fromEntries([...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1], match[2]]));
}

const dark = tokensOf(':root');
const tokens = { dark, light: { ...dark, ...tokensOf(':root[data-theme="light"]') } } as const;

/** The colour of each text, with the background colours behind the text. */
const textPairs: readonly (readonly [string, readonly string[]])[] = [
  ['text', ['ground', 'panel', 'panel-high', 'accent-ground']],
  ['dim', ['ground', 'panel', 'panel-high']],
  ['old', ['panel', 'panel-high']],
  ['good', ['ground', 'panel', 'panel-high']],
  ['refused', ['ground', 'panel', 'panel-high']],
  ['accent', ['ground', 'panel']],
  ['ground', ['focus']],
  ['high', ['panel', 'ground']],
  ['medium', ['panel', 'ground']],
  ['low', ['panel', 'ground']],
  ['high-text', ['high-ground']],
  ['high-flash-text', ['high-flash', 'high-rest']],
  ['medium-text', ['medium-ground', 'medium-rest']],
  ['low-text', ['low-ground']],
];
/** Frames that a person must see to find a field, a button, the focus or an alarm. */
const framePairs: readonly (readonly [string, readonly string[]])[] = [
  ['line-strong', ['ground', 'panel', 'panel-high']],
  ['focus', ['ground', 'panel', 'panel-high']],
  ['accent', ['panel-high', 'accent-ground']],
  ['high', ['panel']],
  ['high-edge', ['panel', 'high']],
  ['medium', ['panel', 'ground']],
  ['low', ['panel', 'ground']],
];
const alarmTokens = ['high', 'high-ground', 'medium', 'medium-ground', 'low', 'low-ground'] as const;
/** A difference of 0.02 in OKLab is just visible. */
const justVisible = 0.02;

describe.each(themes)('the colours of the %s theme', (theme) => {
  const colours = tokens[theme];
  const ofPage = { ...parameterColours[theme], score: scoreColours[theme] };
  const pairs = (list: typeof textPairs) => list.flatMap(([on, grounds]) => grounds.map((ground) => [on, ground]));

  it.each(pairs(textPairs))('the text %s has a contrast of 4.5:1 to %s', (text, ground) => {
    expect(contrastOf(colours[text!]!, colours[ground!]!)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(pairs(framePairs))('the frame %s has a contrast of 3:1 to %s', (frame, ground) => {
    expect(contrastOf(colours[frame!]!, colours[ground!]!)).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.entries(ofPage))(
    'numbers, waves and trends of %s have a contrast of 4.5:1 to the panel',
    (_, colour) => {
      expect(contrastOf(colour, colours.panel!)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it('texts and limits of a chart have a contrast of 4.5:1 to the panel', () => {
    const { axis, limit } = chartColours[theme];
    for (const colour of [axis, limit]) expect(contrastOf(colour, colours.panel!)).toBeGreaterThanOrEqual(4.5);
    expect(chartColours[theme].ground.slice(0, 7)).toBe(colours.panel);
  });

  it.each(Object.entries(ofPage))('%s differs from each colour of an alarm, for colour-blind eyes too', (_, colour) => {
    for (const alarm of alarmTokens) {
      expect([alarm, distanceOf(colour, colours[alarm]!) >= alarmDistanceMin]).toEqual([alarm, true]);
      for (const vision of visions)
        expect([alarm, vision, distanceOf(colour, colours[alarm]!, vision) > justVisible]).toEqual([
          alarm,
          vision,
          true,
        ]);
    }
  });

  it('no two parameters have colours that a person may confuse, except SpO2 and the pulse of the same sensor', () => {
    const others = Object.entries(ofPage).filter(([name]) => name !== 'PR');
    for (const [name, colour] of others)
      for (const [other, otherColour] of others)
        if (name < other)
          expect([name, other, distanceOf(colour, otherColour) > 2 * justVisible]).toEqual([name, other, true]);
  });

  it.each(visions)(
    'an unanswered alarm in its off phase stands out more than each lower and each acknowledged alarm, for %s eyes',
    (vision) => {
      const contrast = (token: string) => contrastOf(colours[token]!, colours.panel!, vision);
      for (const calmer of ['high-ground', 'medium-ground', 'medium-rest', 'low-ground', 'medium', 'low'])
        expect([calmer, contrast('high-rest') > contrast(calmer)]).toEqual([calmer, true]);
      for (const calmer of ['medium-ground', 'low-ground'])
        expect([calmer, contrast('medium-rest') > contrast(calmer)]).toEqual([calmer, true]);
      for (const priority of ['high', 'medium'])
        expect(
          distanceOf(
            colours[`${priority}-rest`]!,
            colours[priority === 'high' ? 'high-flash' : 'medium-ground']!,
            vision,
          ),
        ).toBeGreaterThan(2 * justVisible);
    },
  );

  it.each(visions)(
    'a high alarm stands out more than a medium alarm, and a medium alarm more than the panel, for %s eyes',
    (vision) => {
      const contrast = (token: string) => contrastOf(colours[token]!, colours.panel!, vision);
      expect(contrast('high-edge')).toBeGreaterThan(contrast('medium'));
      expect(contrast('medium')).toBeGreaterThan(3);
      // The colours of the three priorities also differ from each other.
      for (const [a, b] of [
        ['high', 'medium'],
        ['medium', 'low'],
        ['high', 'low'],
      ] as const)
        expect([a, b, distanceOf(colours[a]!, colours[b]!, vision) > justVisible]).toEqual([a, b, true]);
    },
  );
});

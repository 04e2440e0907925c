/**
 * Checks that the explanations of made-up alarms with faults are German on a German page, and that the zone of the ward
 * is used.
 */
import { afterEach, expect, it } from 'vitest';
import { explain } from '../contracts/explain/explain.ts';
import { formatInstant } from '../contracts/time.ts';
import { saidText } from '../dashboard/client/core/said-text.ts';
import { addRareTexts, setTexts } from '../dashboard/client/core/texts.ts';
import { setZones } from '../dashboard/client/core/zones.ts';
import { german } from '../dashboard/client/german/german.ts';
import { rareGerman } from '../dashboard/client/german/rare.ts';
import { faults } from './explain/faults.ts';
import { play } from './explain/play.ts';
import { calmStory } from './explain/story.ts';
import { randomFrom } from './faults/random.ts';

const resets: (() => void)[] = [];
afterEach(() => {
  for (const reset of resets.splice(0)) reset();
  addRareTexts({});
});

/**
 * English words that are in most English sentences and in no German sentence. Names, reasons and codes of the stories
 * do not have these words.
 */
const english = /\b(?:the|had|nobody|called|after|before|because|again|until|answered)\b/i;

/** Returns the explanations of a calm story and of one story for each fault. */
function explanations() {
  const stories = [undefined, ...faults].map((fault, index) => {
    const story = calmStory(randomFrom(index + 1).next);
    fault?.change(story, (min) => min);
    return play(story);
  });
  return stories.map(({ records }) => explain(records)).filter((explanation) => explanation !== undefined);
}

it('every finding and every line of the timeline is German, and is English on an English page', () => {
  const lines = explanations().flatMap(({ findings, timeline }) => [...findings, ...timeline]);
  expect(lines.length).toBeGreaterThan(100);
  const inEnglish = lines.map((line) => saidText(line, 0));
  resets.push(
    setTexts(
      () => 'de',
      () => german,
    ),
  );
  addRareTexts(rareGerman);
  const inGerman = lines.map((line) => saidText(line, 0));
  expect(inGerman.filter((text, index) => text === inEnglish[index])).toEqual([]);
  // English texts of the log stay English: reasons of channels, of the engine and of the policy.
  const ownWords = (text: string) => text.replace(/: [^:]*$|\([^)]*\)/g, '');
  expect(inGerman.filter((text) => english.test(ownWords(text)))).toEqual([]);
});

it('a time in a sentence is in the zone of the ward', () => {
  resets.push(setZones(() => ({ screen: 'Europe/Berlin', wards: { ICU: 'Asia/Tokyo' }, ward: 'ICU' })));
  const atMs = Date.parse('2026-01-31T12:03:07.000Z');
  const sentence = { form: 'The sound was paused until {1}.', values: [formatInstant(atMs)] };
  expect(saidText({ text: '', sentence }, atMs)).toBe('The sound was paused until 21:03:07 UTC+09:00.');
  // An older server sends only the text.
  expect(saidText({ text: `The sound was paused until ${formatInstant(atMs)}.` }, atMs)).toContain(
    '21:03:07 UTC+09:00',
  );
});

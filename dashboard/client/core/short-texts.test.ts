import { describe, expect, it, onTestFinished } from 'vitest';
import { german } from '../german/german.ts';
import { shortCanaryText, shortSilentProcessorText } from './canary-words.ts';
import { shortCertificateText } from './certificate-words.ts';
import { deliveryDownText } from './delivery-words.ts';
import { loadLevels, shortLoadText } from './load.ts';
import { firstThatFits, fitsStrip } from './short-texts.ts';
import { setTexts, t } from './texts.ts';
import { shortUnconfirmedText } from './unconfirmed-words.ts';
import { shortDisplayText, shortSoundText } from './ward-sound-words.ts';

const name = 'N'.repeat(120);
const ward = 'W'.repeat(40);
const at = '2026-12-10T08:00:00.000Z';
const screen = { person: name, associationIds: [] as string[], since: at, why: 'hidden' as const };

it.each([
  ['true for an empty text', '', true],
  ['true for two full lines', `${'a'.repeat(24)} ${'e'.repeat(24)}`, true],
  ['false for a second line that is too long by one letter', `${'a'.repeat(24)} ${'e'.repeat(25)}`, false],
  [
    'false for a text that needs a third line, because a word moves to the next line',
    `${'a'.repeat(14)} ${'e'.repeat(12)} ${'a'.repeat(14)}`,
    false,
  ],
  ['true for as many wide letters as a line has room for', 'W'.repeat(15), true],
  ['false for one wide letter more than a line has room for', 'W'.repeat(16), false],
  ['true for as many Chinese letters as a line has room for', '病'.repeat(15), true],
  ['false for one Chinese letter more than a line has room for', '病'.repeat(16), false],
  ['true for as many capital letters as a line has room for', 'A'.repeat(19), true],
  ['false for one capital letter more than a line has room for', 'A'.repeat(20), false],
])('fitsStrip is %s', (_name, text, expected) => {
  expect(fitsStrip(text)).toBe(expected);
  expect(firstThatFits(text, 'other')).toBe(expected ? text : 'other');
});

/**
 * Texts that the notices of the page use without names (ui/health-notices.tsx, ui/notices.tsx, ui/sound-notices.tsx).
 */
const fixedTexts = () => [
  t('Watch the bedside monitors: no new values or alarms.'),
  t('Watch the bedside monitors: a part of Vigil fails.'),
  t('Check the bedside monitors: data may be missing.'),
  t('Tell the operator: the server’s clock was set.'),
  t('Tell the operator: some alarms may reach nobody.'),
  t('This screen cannot draw waves. Reload the page.'),
  t('Log in again now: your session ends at {time}.', { time: '23:44:44' }),
  t('On no open screen: an alarm without a bed.|On no open screen: {n} alarms without a bed.', { n: 100 }),
  t('No alarm is heard here.'),
  t('No sound here.'),
  shortDisplayText(),
];

describe.each(['en', 'de'] as const)('the short texts of notices (%s)', (language) => {
  const canary = { partitions: 12, of: 12, grave: true, at } as const;
  it('each short text fits into the strip even with the longest names', () => {
    const setEnglish = setTexts(
      () => language,
      () => (language === 'de' ? german : undefined),
    );
    onTestFinished(setEnglish);
    const texts = [
      ...(['gateway', 'log', 'engine'] as const).flatMap((step) => [
        shortCanaryText({ ...canary, step }),
        shortCanaryText({ ...canary, step, partitions: 3 }),
        shortCanaryText({ ...canary, step, grave: false }),
      ]),
      shortSilentProcessorText({ kafka: 'ok', alarms: 'stale', kafkaAt: null, alarmsAt: null }),
      shortCertificateText({ name, at, ended: true }),
      shortCertificateText({ name, at, ended: false }),
      shortUnconfirmedText({ ...screen, alarms: 1 }),
      shortUnconfirmedText({ ...screen, alarms: 100 }),
      shortUnconfirmedText({ ...screen, alarms: 100, isOwn: true }),
      shortSoundText(ward, true),
      shortSoundText(ward, false),
      deliveryDownText({ wards: [ward], since: null }, 0).shortText,
      deliveryDownText({ wards: Array.from({ length: 100 }, () => ward), since: null }, 0).shortText,
      ...loadLevels.flatMap((level) => (level === 'full' ? [] : [shortLoadText(level)])),
      ...fixedTexts(),
    ];
    expect(texts.filter((text) => !fitsStrip(text) || text.includes('WWW'))).toEqual([]);
  });
});

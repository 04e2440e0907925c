import { expect, it } from 'vitest';
import type { TrendSource } from '../../protocol/trends.ts';
import { sourceText } from './trend-source-words.ts';

const at = (time: string) => new Date(`2026-01-08T${time}:00`).getTime();
const log = { missingFromMs: at('10:00'), logFromMs: at('10:00'), isWhole: true };

it.each<[string, TrendSource, string | undefined]>([
  ['all values are stored', { from: 'store' }, undefined],
  ['the log is away', { from: 'store', missingFromMs: at('10:00') }, 'Values since 01-08 10:00 are missing'],
  ['the log has the rest', { from: 'store-and-log', ...log }, 'Values since 01-08 10:00 come from the log'],
  [
    'a part is missing',
    { from: 'store-and-log', ...log, logFromMs: at('11:30') },
    'Values from 01-08 10:00 to 01-08 11:30 are missing',
  ],
  [
    'the database is away',
    { from: 'log', ...log },
    'The trend database does not answer. These values come from the log.',
  ],
  ['the log begins later', { from: 'log', ...log, logFromMs: at('11:30') }, 'values before 01-08 11:30 are missing.'],
  ['a record cannot be read', { from: 'log', ...log, isWhole: false }, 'Some values of the log cannot be read.'],
])('sourceText says where the values come from if %s', (_name, source, text) => {
  if (text === undefined) expect(sourceText(source)).toBeUndefined();
  else expect(sourceText(source)).toContain(text);
});

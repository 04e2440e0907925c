import { expect, it } from 'vitest';
import { listLines } from './list.ts';

const nothing = { strips: [], isCut: false, isWhole: true };
const span = { fromMs: Date.parse('2026-01-31T12:33:00Z'), toMs: Date.parse('2026-01-31T13:33:00Z') };

it('the list names the searched time in UTC and in the zone of the ward, also if it found nothing', () => {
  const zoneOfWard = (ward: string | null | undefined) => (ward === 'icu' ? 'Europe/Berlin' : 'UTC');
  expect(listLines(nothing, { ...span, ward: 'icu' }, zoneOfWard)).toEqual([
    'Searched from 2026-01-31 12:33:00.000 UTC (13:33:00 CET) to 2026-01-31 13:33:00.000 UTC (14:33:00 CET).',
    'No strip of your wards was found.',
  ]);
  expect(listLines(nothing, { ...span, ward: undefined }, zoneOfWard)[0]).toContain('(12:33:00 UTC)');
});

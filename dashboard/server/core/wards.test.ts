import { describe, expect, it } from 'vitest';
import { readRegistry } from '../../../contracts/ward-registry.ts';
import { foldAssociations } from './beds.ts';
import { period, table } from './fold.testing.ts';
import { emptyState } from './state.ts';
import { findUnregistered, nearNames, placeFault, zonesOf } from './wards.ts';

const content = (...wards: unknown[]) => ({ version: 1, wards });
const icu = { ward: 'ICU', beds: ['U-1', 'U-2', 'U-10'] };
const stepDown = { ward: 'Step-down', beds: ['S-1'] };
const registry = () => {
  const result = readRegistry(content(icu, stepDown));
  if (!result.ok) throw new Error(result.faults.join());
  return result.registry;
};

describe('readRegistry', () => {
  it('readRegistry returns the wards and beds of a valid file', () => {
    expect(registry().wards).toEqual([icu, stepDown]);
    const arranged = {
      ...{ ...icu, sectors: [{ name: 'North', beds: ['U-10', 'U-1'] }] },
      theme: { lightFrom: '07:00', lightUntil: '19:00' },
    };
    expect(readRegistry(content(arranged))).toEqual({ ok: true, registry: { wards: [arranged] } });
  });

  it.each<[string, unknown, RegExp]>([
    ['an array', [], /object/],
    ['no version', { wards: [icu] }, /version/],
    ['an unknown version', { version: 2, wards: [icu] }, /version/],
    ['an unknown member', { version: 1, wards: [icu], beds: [] }, /beds/],
    ['a ward twice', content(icu, { ...icu }), /ward 2.*twice/],
    ['two wards that look alike', content(icu, { ward: 'icu', beds: [] }), /ward 2.*looks like ward 1/],
    ['a bed twice', content({ ward: 'ICU', beds: ['U-1', 'U-1'] }), /ward 1, bed 2.*twice/],
    ['two beds that look alike', content({ ward: 'ICU', beds: ['U-1', 'u-1'] }), /ward 1, bed 2.*looks like bed 1/],
    ['a ward that ends with a space', content({ ward: 'ICU ', beds: [] }), /ward 1.*begins or ends with a space/],
    [
      'a bed whose name is an invisible character',
      content({ ward: 'ICU', beds: ['\u200b'] }),
      /ward 1, bed 1.*cannot be seen/,
    ],
    ['a name that is not composed', content({ ward: 'Ba\u0308der', beds: [] }), /ward 1.*composed/],
    [
      'a sector with an unknown bed',
      content({ ...icu, sectors: [{ name: 'North', beds: ['U-9'] }] }),
      /sector 1 has the bed U-9/,
    ],
    [
      'a bed in two sectors',
      content({
        ...icu,
        sectors: [
          { name: 'A', beds: ['U-1'] },
          { name: 'B', beds: ['U-2', 'U-1'] },
        ],
      }),
      /ward 1, the bed U-1 is in sector 1 and in sector 2/,
    ],
    [
      'a bed twice in a sector',
      content({ ...icu, sectors: [{ name: 'A', beds: ['U-1', 'U-1'] }] }),
      /in sector 1 and in sector 1/,
    ],
    [
      'two sectors that look alike',
      content({
        ...icu,
        sectors: [
          { name: 'A', beds: ['U-1'] },
          { name: 'a', beds: ['U-2'] },
        ],
      }),
      /ward 1, sector 2 looks like sector 1/,
    ],
    ['a sector without beds', content({ ...icu, sectors: [{ name: 'A', beds: [] }] }), /sectors/],
    [
      'a zone that does not exist',
      content({ ...icu, zone: 'Europe/Berlinn' }),
      /ward 1, zone Europe\/Berlinn is not a time zone/,
    ],
    ['an offset instead of a zone', content({ ...icu, zone: '+01:00' }), /zone/],
    ['an unknown theme', content({ ...icu, theme: 'grey' }), /theme/],
    [
      'a time of day that does not exist',
      content({ ...icu, theme: { lightFrom: '24:00', lightUntil: '19:00' } }),
      /theme/,
    ],
    [
      'a day without length',
      content({ ...icu, theme: { lightFrom: '07:00', lightUntil: '07:00' } }),
      /same time of day/,
    ],
    [
      'a night without length',
      content({ ...icu, zone: 'UTC', night: { from: '22:00', until: '22:00' } }),
      /same time of day/,
    ],
    [
      'a night without the zone of the ward',
      content({ ...icu, night: { from: '22:00', until: '06:00' } }),
      /night needs the zone/,
    ],
    ['former sectors, which only the server adds', content({ ...icu, formerSectors: [] }), /formerSectors/],
    ['the name that stands for all wards', content({ ward: '*', beds: [] }), /ward 1.*all wards/],
  ])('readRegistry refuses a registry with %s', (_, wrong, fault) => {
    const result = readRegistry(wrong);
    expect(result.ok ? 'ok' : result.faults.join('; ')).toMatch(fault);
  });

  it('readRegistry reports all faults of a registry together', () => {
    const result = readRegistry(content({ ward: 'ICU ', beds: ['1', '1'] }, { ward: '*', beds: [] }));
    expect(result.ok ? [] : result.faults).toHaveLength(3);
  });
});

it('zonesOf returns the zones of the wards of an account, and of no other ward', () => {
  const result = readRegistry(content({ ...icu, zone: 'Europe/Berlin' }, { ...stepDown, zone: 'America/New_York' }));
  if (!result.ok) throw new Error(result.faults.join());
  expect(zonesOf(result.registry, ['ICU'])).toEqual({ ICU: 'Europe/Berlin' });
  expect(zonesOf(result.registry, ['*'])).toEqual({ ICU: 'Europe/Berlin', 'Step-down': 'America/New_York' });
  expect(zonesOf(registry(), ['*'])).toEqual({});
});

describe('placeFault', () => {
  it.each<[string, string, string, string | undefined, string[]]>([
    ['a registered place', 'ICU', 'U-1', undefined, []],
    ['a ward with a trailing space', 'ICU ', 'U-1', 'There is no such ward. Did you mean ICU?', ['ICU']],
    ['a ward in lower case', 'icu', 'U-1', 'There is no such ward. Did you mean ICU?', ['ICU']],
    ['a ward with a typing error', 'IUC', 'U-1', 'There is no such ward. Did you mean ICU?', ['ICU']],
    ['an unknown ward', 'Cardiology', 'U-1', 'There is no such ward.', []],
    ['a bed in lower case', 'ICU', 'u-1', 'There is no such bed in this ward. Did you mean U-1?', ['U-1']],
    ['a bed of another ward', 'ICU', 'S-1', 'There is no such bed in this ward. Did you mean U-1?', ['U-1']],
    [
      'a bed with the name of a built-in JavaScript member',
      'ICU',
      'constructor',
      'There is no such bed in this ward.',
      [],
    ],
  ])('placeFault returns the expected message for %s', (_, ward, bed, message, suggestions) => {
    const fault = placeFault(registry(), { ward, bed });
    expect(fault?.message).toBe(message);
    expect(fault?.suggestions ?? []).toEqual(suggestions);
  });

  it('placeFault says that no ward is registered if the registry is empty', () => {
    expect(placeFault({ wards: [] }, { ward: 'ICU', bed: '1' })?.message).toBe(
      'No ward is registered. The operator adds wards and beds to the registry.',
    );
  });
});

describe('nearNames', () => {
  it.each([
    ['only the name that differs in case, if there is one', ['ICU', 'ICE'], 'icu', ['ICU']],
    ['a composed name for a decomposed text', ['Bäder'], 'Ba\u0308der', ['Bäder']],
    ['a name for a text in full-width characters', ['ICU'], 'ＩＣＵ', ['ICU']],
    ['a name that differs by one letter', ['North', 'South'], 'Nort', ['North']],
    ['at most three names', ['A1', 'A2', 'A3', 'A4'], 'A5', ['A1', 'A2', 'A3']],
    ['no name for an empty text', ['ICU'], ' ', []],
  ])('nearNames returns %s', (_, names, text, expected) => {
    expect(nearNames(names, text)).toEqual(expected);
  });
});

describe('findUnregistered', () => {
  it('findUnregistered returns the unregistered wards of enabled accounts and the unregistered places of devices', () => {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01', 'ICU', { bed: 'U-1' })));
    foldAssociations(state, table('d2', 1, period('assoc-02', 'ICU ', { bed: 'U-1' })));
    foldAssociations(state, table('d3', 1, period('assoc-03', 'ICU', { bed: 'U-99' })));
    const accounts = [
      { userId: 'nora', wards: ['ICU', 'Old ward'] },
      { userId: 'paul', wards: ['*'] },
      { userId: 'gone', wards: ['Older ward'], disabled: true },
    ];
    expect(findUnregistered(registry(), accounts, state)).toEqual([
      { what: 'account', id: 'nora', ward: 'Old ward' },
      { what: 'device', id: 'd2', ward: 'ICU ', bed: 'U-1' },
      { what: 'device', id: 'd3', ward: 'ICU', bed: 'U-99' },
    ]);
  });
});

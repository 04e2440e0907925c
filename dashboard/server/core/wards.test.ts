import { describe, expect, it } from 'vitest';
import { foldAssociations } from './beds.ts';
import { period, table } from './fold.testing.ts';
import { emptyState } from './state.ts';
import { nearNames, placeFault, readRegistry, unregistered } from './wards.ts';

const content = (...wards: unknown[]) => ({ version: 1, wards });
const icu = { ward: 'ICU', beds: ['U-1', 'U-2', 'U-10'] };
const stepDown = { ward: 'Step-down', beds: ['S-1'] };
const registry = () => {
  const read = readRegistry(content(icu, stepDown));
  if (!read.ok) throw new Error(read.faults.join());
  return read.registry;
};

describe('the registry of wards and beds', () => {
  it('is read', () => {
    expect(registry().wards).toEqual([icu, stepDown]);
  });

  it.each<[string, unknown, RegExp]>([
    ['no object', [], /object/],
    ['no version', { wards: [icu] }, /version/],
    ['a version of the future', { version: 2, wards: [icu] }, /version/],
    ['an unknown member', { version: 1, wards: [icu], beds: [] }, /beds/],
    ['a ward twice', content(icu, { ...icu }), /ward 2.*twice/],
    ['two wards that look alike', content(icu, { ward: 'icu', beds: [] }), /ward 2.*looks like ward 1/],
    ['a bed twice', content({ ward: 'ICU', beds: ['U-1', 'U-1'] }), /ward 1, bed 2.*twice/],
    ['two beds that look alike', content({ ward: 'ICU', beds: ['U-1', 'u-1'] }), /ward 1, bed 2.*looks like bed 1/],
    ['a space at the end', content({ ward: 'ICU ', beds: [] }), /ward 1.*begins or ends with a space/],
    ['a bed that cannot be seen', content({ ward: 'ICU', beds: ['\u200b'] }), /ward 1, bed 1.*cannot be seen/],
    ['a name that is not composed', content({ ward: 'Ba\u0308der', beds: [] }), /ward 1.*composed/],
    ['the name that stands for all wards', content({ ward: '*', beds: [] }), /ward 1.*all wards/],
  ])('is refused for %s', (_, wrong, fault) => {
    const read = readRegistry(wrong);
    expect(read.ok ? 'ok' : read.faults.join('; ')).toMatch(fault);
  });

  it('reports all faults at once', () => {
    const read = readRegistry(content({ ward: 'ICU ', beds: ['1', '1'] }, { ward: '*', beds: [] }));
    expect(read.ok ? [] : read.faults).toHaveLength(3);
  });
});

describe('a place', () => {
  it.each<[string, string, string, string | undefined, string[]]>([
    ['that is registered', 'ICU', 'U-1', undefined, []],
    // What was accepted before: an alarm there reached nobody.
    ['with a space behind its ward', 'ICU ', 'U-1', 'There is no such ward. Did you mean ICU?', ['ICU']],
    ['in other letters', 'icu', 'U-1', 'There is no such ward. Did you mean ICU?', ['ICU']],
    ['with a slip of the finger', 'IUC', 'U-1', 'There is no such ward. Did you mean ICU?', ['ICU']],
    ['in no ward at all', 'Cardiology', 'U-1', 'There is no such ward.', []],
    ['in a bed of another case', 'ICU', 'u-1', 'There is no such bed in this ward. Did you mean U-1?', ['U-1']],
    ['in a bed of another ward', 'ICU', 'S-1', 'There is no such bed in this ward. Did you mean U-1?', ['U-1']],
    ['in a bed like a built-in member', 'ICU', 'constructor', 'There is no such bed in this ward.', []],
  ])('%s', (_, ward, bed, message, suggestions) => {
    const fault = placeFault(registry(), { ward, bed });
    expect(fault?.message).toBe(message);
    expect(fault?.suggestions ?? []).toEqual(suggestions);
  });

  it('says so if the registry is empty', () => {
    expect(placeFault({ wards: [] }, { ward: 'ICU', bed: '1' })?.message).toBe(
      'No ward is registered. The operator adds wards and beds to the registry.',
    );
  });
});

describe('near names', () => {
  it.each([
    ['an equal name in other letters before all others', ['ICU', 'ICE'], 'icu', ['ICU']],
    ['a composed name for a decomposed one', ['Bäder'], 'Ba\u0308der', ['Bäder']],
    ['full width', ['ICU'], 'ＩＣＵ', ['ICU']],
    ['one letter off', ['North', 'South'], 'Nort', ['North']],
    ['at most three', ['A1', 'A2', 'A3', 'A4'], 'A5', ['A1', 'A2', 'A3']],
    ['nothing for nothing', ['ICU'], ' ', []],
  ])('%s', (_, names, text, expected) => {
    expect(nearNames(names, text)).toEqual(expected);
  });
});

describe('a place that is not registered', () => {
  it('is named: wards of accounts, and places of devices that are there now', () => {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01', 'ICU', { bed: 'U-1' })));
    foldAssociations(state, table('d2', 1, period('assoc-02', 'ICU ', { bed: 'U-1' })));
    foldAssociations(state, table('d3', 1, period('assoc-03', 'ICU', { bed: 'U-99' })));
    const accounts = [
      { userId: 'nora', wards: ['ICU', 'Old ward'] },
      { userId: 'paul', wards: ['*'] },
      { userId: 'gone', wards: ['Older ward'], disabled: true },
    ];
    expect(unregistered(registry(), accounts, state)).toEqual([
      { what: 'account', id: 'nora', ward: 'Old ward' },
      { what: 'device', id: 'd2', ward: 'ICU ', bed: 'U-1' },
      { what: 'device', id: 'd3', ward: 'ICU', bed: 'U-99' },
    ]);
  });
});

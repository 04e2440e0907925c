import { describe, expect, it } from 'vitest';
import type { WardPlan } from '../../../contracts/ward-plan.ts';
import type { BedGroup, PlacedBed } from './bed-groups.ts';
import { groupsOfPart, orderedGroups, tileSections } from './bed-order.ts';
import { bed } from './fixtures.ts';
import type { PartChoice } from './ward-parts.ts';

const group = (name: string, ward = 'ICU'): BedGroup => ({
  bed: bed(`${ward}-${name}`, { ward, bed: name }) as PlacedBed,
  companions: [],
});
const namesOf = (groups: readonly BedGroup[]) => groups.map(({ bed }) => bed.bed);
const beds = ['10', '2', '1', '3'].map((name) => group(name));
const plan: WardPlan = { ward: 'ICU', beds: ['3', '1', '2', '10'] };
const sectors = [
  { name: 'North', beds: ['10', '1'] },
  { name: 'South', beds: ['2'] },
];

describe('orderedGroups', () => {
  it.each<[string, readonly WardPlan[], readonly string[]]>([
    ['by name without a plan', [], ['1', '2', '3', '10']],
    ['by name with the plan of another ward', [{ ...plan, ward: 'HDU' }], ['1', '2', '3', '10']],
    ['as the registry lists them', [plan], ['3', '1', '2', '10']],
    ['sector by sector, and then the beds of no sector', [{ ...plan, sectors }], ['10', '1', '2', '3']],
    ['a bed that is not registered last', [{ ...plan, beds: ['3', '2'] }], ['3', '2', '1', '10']],
  ])('puts the beds in the right order: %s', (_name, plans, names) => {
    expect(namesOf(orderedGroups(beds, plans))).toEqual(names);
    expect(namesOf(orderedGroups(beds.toReversed(), plans))).toEqual(names);
  });

  it('keeps the wards apart', () => {
    const mixed = [group('2', 'HDU'), group('1', 'ICU'), group('1', 'HDU')];
    const plans = [plan, { ward: 'HDU', beds: ['2', '1'] }];
    expect(orderedGroups(mixed, plans).map(({ bed }) => `${bed.ward} ${bed.bed}`)).toEqual(['HDU 2', 'HDU 1', 'ICU 1']);
  });
});

describe('groupsOfPart', () => {
  const onScreen = (part: PartChoice, plans: readonly WardPlan[]) =>
    namesOf(groupsOfPart(orderedGroups(beds, plans), part, plans[0]));

  it('puts each bed on one of two screens, even if only one screen has the plan yet', () => {
    expect([onScreen('first', [plan]), onScreen('second', [])]).toEqual([
      ['1', '2'],
      ['3', '10'],
    ]);
    expect([onScreen('first', []), onScreen('second', [plan])]).toEqual([
      ['1', '2'],
      ['3', '10'],
    ]);
  });

  it('puts a bed that moves between sectors on at least one screen, even if only one screen has the new plan', () => {
    const before: WardPlan = { ...plan, sectors };
    const moved = [
      { name: 'North', beds: ['10'] },
      { name: 'South', beds: ['2', '1'] },
    ];
    const after = { ...plan, sectors: moved, formerSectors: sectors };
    for (const [north, south] of [
      [before, after],
      [after, before],
      [after, undefined],
      [undefined, after],
      [after, after],
    ]) {
      const shown = (part: PartChoice, known: WardPlan | undefined) =>
        namesOf(groupsOfPart(orderedGroups(beds, known ? [known] : []), part, known));
      const both = [...shown('sector:North', north), ...shown('sector:South', south)];
      expect([...new Set(both)].sort()).toEqual(['1', '10', '2', '3']);
    }
    const later = { ...plan, sectors: moved };
    expect(onScreen('sector:North', [later])).toEqual(['10', '3']);
  });

  it('a bed that is in no sector any more is on the screens of all sectors', () => {
    const after = { ...plan, sectors: [{ name: 'South', beds: ['2'] }], formerSectors: sectors };
    expect(onScreen('sector:South', [after])).toEqual(['2', '3', '1', '10']);
  });

  it('shows the beds of a part in the order of the plan', () => {
    expect(onScreen('first', [{ ...plan, beds: ['2', '10', '1', '3'] }])).toEqual(['2', '1']);
    expect(onScreen('all', [plan])).toEqual(['3', '1', '2', '10']);
    expect(onScreen('sector:North', [{ ...plan, sectors }])).toEqual(['10', '1', '3']);
  });
});

describe('tileSections', () => {
  const sectionsOf = (plans: WardPlan) =>
    tileSections(orderedGroups(beds, [plans]), plans).map(({ name, beds: shown }) => [name, namesOf(shown)]);

  it('has a section for each sector, and a section for the beds without a sector', () => {
    expect(sectionsOf({ ...plan, sectors })).toEqual([
      ['North', ['10', '1']],
      ['South', ['2']],
      [undefined, ['3']],
    ]);
  });

  it.each<[string, WardPlan]>([
    ['the ward has no sectors', plan],
    ['all beds are in one sector', { ...plan, sectors: [{ name: 'All', beds: plan.beds }] }],
  ])('has one section without a name if %s', (_name, plans) => {
    expect(sectionsOf(plans).map(([name]) => name)).toEqual([undefined]);
  });
});

/** The tools above the tiles of a ward. With them a person chooses the beds, their order, and the look of the tiles. */
import { type Signal, useSignal } from '@preact/signals';
import type { LayoutChoice } from '../core/grid.ts';
import { t } from '../core/texts.ts';
import { dividedBedsMin, type PartChoice, partOfSector, sectorOfPart } from '../core/ward-parts.ts';
import { useApp } from '../shell/app.ts';
import type { KeptChoice } from '../shell/kept-choice.ts';
import { ChoiceGroup } from './choice-group.tsx';
import { SoundChoice } from './sound-choice.tsx';
import { SoundTest, SoundTestButton } from './sound-test.tsx';
import { ThemeChoice } from './theme-choice.tsx';
import { WardSoundAct } from './ward-sound.tsx';

export type Filter = 'all' | 'alarms' | 'occupied';
const filters: readonly { key: Filter; text: string }[] = [
  {
    key: 'all',
    get text() {
      return t('All beds');
    },
  },
  {
    key: 'occupied',
    get text() {
      return t('With patient');
    },
  },
  {
    key: 'alarms',
    get text() {
      return t('With alarm');
    },
  },
];
const layouts: readonly { key: LayoutChoice; text: string }[] = [
  {
    key: 'auto',
    get text() {
      return t('What fits');
    },
  },
  {
    key: 'waves',
    get text() {
      return t('With waves');
    },
  },
  {
    key: 'numbers',
    get text() {
      return t('Numbers only');
    },
  },
];

type WardToolsProps = {
  bedsShown: number;
  bedsTotal: number;
  filter: Signal<Filter>;
  sortsByAlarm: Signal<boolean>;
  layout: KeptChoice<LayoutChoice>;
  part: KeptChoice<PartChoice>;
  /** Names of the beds at the ends of the two halves. */
  partNames: { readonly first: string; readonly second: string };
  /** Names of the sectors of the ward, in order. */
  sectors: readonly string[];
  /** The units of the numbers on compact tiles, which have no room for a unit; undefined for other tiles. */
  units: string | undefined;
};

export function WardTools(props: WardToolsProps) {
  const { bedsShown, bedsTotal, filter, sortsByAlarm, layout, part, partNames, sectors } = props;
  const isViewOpen = useSignal(false);
  const isSoundTestOpen = useSignal(false);
  const app = useApp();
  const choosePart = usePartChoice(part);
  const parts: readonly { key: PartChoice; text: string }[] = [
    { key: 'all', text: t('All') },
    ...(bedsTotal < dividedBedsMin
      ? []
      : [{ key: 'first', text: partNames.first } as const, { key: 'second', text: partNames.second } as const]),
    ...sectors.map((name) => ({ key: partOfSector(name), text: name })),
  ];
  return (
    <>
      <div class="ward__tools">
        <h1 class="ward__title">{app.ward.value === '*' ? t('All my wards') : app.ward.value}</h1>
        <span class="dim" data-testid="bed-count">
          {bedsShown === bedsTotal
            ? `${bedsTotal} ${bedsTotal === 1 ? t('bed') : t('beds')}`
            : t('{bedsShown} of {bedsTotal} beds', { bedsShown, bedsTotal })}
        </span>
        {props.units !== undefined && (
          <span class="ward__units" data-testid="units">
            {t('Units: {units}', { units: props.units })}
          </span>
        )}
        <span class="bar__gap" />
        <ChoiceGroup
          legend={t('Show')}
          choices={filters}
          chosen={filter.value}
          testId="filter"
          onChoose={(key) => {
            filter.value = key;
          }}
        />
        <button
          type="button"
          class="choice__one choice__one--alone"
          aria-pressed={sortsByAlarm.value}
          data-testid="sort-alarms"
          onClick={() => {
            sortsByAlarm.value = !sortsByAlarm.value;
          }}
        >
          {t('Alarms first')}
        </button>
        <button
          type="button"
          class="choice__one choice__one--alone"
          aria-expanded={isViewOpen.value}
          data-testid="view"
          onClick={() => {
            isViewOpen.value = !isViewOpen.value;
          }}
        >
          {t('View')}
        </button>
        <WardSoundAct />
      </div>
      {isViewOpen.value && (
        <div class="ward__tools ward__view" data-testid="view-choices">
          <ChoiceGroup
            legend={t('Tiles')}
            showsLegend
            choices={layouts}
            chosen={layout.value.value}
            testId="layout"
            onChoose={layout.choose}
          />
          {parts.length > 1 && (
            <ChoiceGroup
              legend={t('Beds on this screen')}
              showsLegend
              choices={parts}
              chosen={part.value.value}
              testId="part"
              onChoose={choosePart}
            />
          )}
          <ThemeChoice />
          <SoundChoice />
          <SoundTestButton isOpen={isSoundTestOpen} />
        </div>
      )}
      <SoundTest isOpen={isSoundTestOpen} />
    </>
  );
}

/** Returns the function that chooses a part of the ward. */
function usePartChoice(part: KeptChoice<PartChoice>): (next: PartChoice) => void {
  const app = useApp();
  return (next) => {
    const route = app.route.peek();
    // Removes the sector from the address. If the sector stayed, the next visit of this address would choose the sector
    // again.
    if (route.page === 'ward' && route.sector !== undefined) app.go({ page: 'ward', ward: route.ward });
    part.choose(next);
  };
}

/** Says that the screen does not show all beds of the ward. This line stands above the tiles, even on a phone. */
export function PartShown(props: Pick<WardToolsProps, 'bedsTotal' | 'part' | 'partNames'>) {
  const { bedsTotal, part, partNames } = props;
  const choosePart = usePartChoice(part);
  return (
    <p class="ward__part" role="status" data-testid="part-shown">
      {partText(part.value.value, partNames, bedsTotal)}{' '}
      <button
        class="button button--small"
        type="button"
        data-acts-on="show all beds"
        data-testid="part-show-all"
        onClick={() => choosePart('all')}
      >
        {t('Show all')}
      </button>
    </p>
  );
}

/**
 * Returns the text about the part of the ward that the screen shows. The text also says that other beds are not shown.
 */
function partText(part: PartChoice, names: WardToolsProps['partNames'], bedsTotal: number): string {
  const sector = sectorOfPart(part);
  if (sector !== undefined) return t('Sector {sector}: the other beds are not shown here.', { sector });
  return t('Beds {part} of {bedsTotal}: the other beds are not shown here.', {
    part: part === 'second' ? names.second : names.first,
    bedsTotal,
  });
}

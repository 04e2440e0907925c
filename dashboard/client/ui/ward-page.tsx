/** The overview of a ward: a tile for each bed, and the list of alarms beside the tiles. */
import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol/rest.ts';
import { compareHeadlines, headlineAlarm } from '../core/alarm-order.ts';
import { type BedGroup, groupBeds } from '../core/bed-groups.ts';
import { groupsOfPart, halfByName, orderedGroups, type TileSection, tileSections } from '../core/bed-order.ts';
import { type WardLayout, wardLayout } from '../core/grid.ts';
import { t } from '../core/texts.ts';
import { unitLegend } from '../core/unit-legend.ts';
import { numberSizesStyle } from '../core/ward-number-sizes.ts';
import { type PartChoice, partOfSector } from '../core/ward-parts.ts';
import { useApp } from '../shell/app.ts';
import type { KeptChoice } from '../shell/kept-choice.ts';
import { useWardPlans } from '../shell/ward-plans.ts';
import { openLayoutChoice, openPartChoice } from '../shell/ward-view.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import type { Companion } from './companions.tsx';
import { HiddenAlarms, useTilesInView } from './hidden-alarms.tsx';
import { useMovedFocus } from './moved-focus.ts';
import { Tile } from './tile.tsx';
import { Tray } from './tray.tsx';
import { type Filter, PartShown, WardTools } from './ward-tools.tsx';

const noAlarms: readonly Alarm[] = [];
const noCompanions: readonly Companion[] = [];
const gapPx = 6;

export function WardPage() {
  const app = useApp();
  const filter = useSignal<Filter>('all');
  const sortsByAlarm = useSignal(false);
  const layoutChoice = useMemo(openLayoutChoice, []);
  const part = useMemo(() => openPartChoice(app.ward.value), [app.ward.value]);
  const tiles = useRef<HTMLDivElement>(null);
  const { widthPx, heightPx } = useSize(tiles);
  const screen = app.screen.value;
  const { groups, tray, crowdedBeds } = groupBeds(screen?.beds.values() ?? []);
  const alarmsOf = alarmsOfGroup(screen?.alarmsOf);
  const { plans, areCurrent } = useWardPlans();
  const plan = plans.value.find(({ ward }) => ward === app.ward.value);
  const ordered = orderedGroups(groups, plans.value);
  const onScreen = groupsOfPart(ordered, part.value.value, areCurrent.value ? plan : undefined);
  const beds = shownGroups(onScreen, alarmsOf, filter.value, sortsByAlarm.value);
  const sections = sortsByAlarm.value ? [{ name: undefined, beds }] : tileSections(beds, plan);
  useSectorOfAddress(part);
  const total = groups.length;
  const severalWards = new Set(beds.map(({ bed }) => bed.ward)).size > 1;
  const hasSecondDevices = beds.some(({ companions }) => companions.length > 0);
  const size = { widthPx, heightPx };
  const layout = wardLayout(
    sections.map((section) => section.beds.length),
    size,
    gapPx,
    layoutChoice.value.value,
    hasSecondDevices,
  );
  const isInView = useTilesInView(tiles, `${layout.isCompact} ${beds.map(({ bed }) => bed.associationId).join()}`);
  const partNames = { first: endsOf(halfByName(ordered, 'first')), second: endsOf(halfByName(ordered, 'second')) };
  const codes = layout.isCompact ? codesOf(beds) : '';
  const units = useMemo(() => (codes === '' ? undefined : unitLegend(beds.map(({ bed }) => bed))), [codes]);
  // On a phone the alarms and the numbers come before the tools.
  const isNarrow = widthPx > 0 && layout.isList;
  useMovedFocus();
  const tools = (
    <WardTools
      key="tools"
      bedsShown={beds.length}
      bedsTotal={total}
      filter={filter}
      sortsByAlarm={sortsByAlarm}
      layout={layoutChoice}
      part={part}
      partNames={partNames}
      sectors={plan?.sectors?.map(({ name }) => name) ?? []}
      units={units}
    />
  );
  return (
    <main class="ward ward--tiles" id="main" tabIndex={-1}>
      <div class="ward__scroll">
        <section class="ward__beds" aria-label={t('Beds')}>
          {!isNarrow && tools}
          {onScreen.length < total && <PartShown bedsTotal={total} part={part} partNames={partNames} />}
          {crowdedBeds.map(({ ward, bed }) => (
            <p key={`${ward}/${bed}`} class="notice notice--medium" role="alert" data-testid="bed-doubled">
              {t('Two patients are recorded in bed {bed} of {ward}. Correct that under Devices.', { bed, ward })}
            </p>
          ))}
          <Tiles box={tiles} sections={sections} alarmsOf={screen?.alarmsOf} showWard={severalWards} layout={layout} />
          {screen && beds.length === 0 && (
            <div class="empty" data-testid="ward-empty">
              <p class="empty__title">{total === 0 ? t('No beds in this ward') : t('No bed matches this choice')}</p>
              <p>
                {total === 0
                  ? t('No device is associated with a bed here. A nurse or technician does that under Devices.')
                  : t('Alarms of the other beds are still listed and heard.')}
              </p>
            </div>
          )}
          {screen && <Tray beds={tray} alarmsOf={screen.alarmsOf} />}
          {isNarrow && tools}
        </section>
        <AlarmPanel />
      </div>
      <HiddenAlarms
        groups={ordered}
        isReserved={widthPx > 0 && !layout.isList && (layout.scrolls || part.value.value !== 'all')}
        isInView={isInView}
        showsWard={severalWards}
        alarmsOf={alarmsOf}
      />
    </main>
  );
}

/** Returns the codes of all numbers of the beds. */
function codesOf(groups: readonly BedGroup[]): string {
  return [...new Set(groups.flatMap(({ bed }) => bed.values.map(({ code }) => code)))].sort().join();
}

/** Chooses the sector that the address names, so that a screen can start with its sector. */
function useSectorOfAddress(part: KeptChoice<PartChoice>): void {
  const app = useApp();
  const route = app.route.value;
  const sector = route.page === 'ward' && route.ward === app.ward.value ? route.sector : undefined;
  useLayoutEffect(() => {
    if (sector !== undefined) part.choose(partOfSector(sector));
  }, [sector, part]);
}

/** Returns the names of the first and the last bed, for example `U-1 to U-32`. */
function endsOf(groups: readonly BedGroup[]): string {
  return t('{bed} to {bed2}', { bed: groups[0]?.bed.bed ?? '', bed2: groups.at(-1)?.bed.bed ?? '' });
}

/** Returns a function that finds the alarms of all devices at a bed. */
function alarmsOfGroup(alarmsOf: ReadonlyMap<string, readonly Alarm[]> | undefined) {
  return ({ bed, companions }: BedGroup): readonly Alarm[] =>
    companions.length === 0
      ? (alarmsOf?.get(bed.associationId) ?? noAlarms)
      : [bed, ...companions].flatMap((member) => alarmsOf?.get(member.associationId) ?? noAlarms);
}

/**
 * Returns the beds that match the filter, in their order or with the most serious alarms first.
 * @param ordered the beds in their order
 */
function shownGroups(
  ordered: readonly BedGroup[],
  alarmsOf: (group: BedGroup) => readonly Alarm[],
  filter: Filter,
  worstFirst: boolean,
): readonly BedGroup[] {
  const matchingGroups = ordered.filter(
    (group) =>
      filter === 'all' ||
      (filter === 'alarms' ? alarmsOf(group).length > 0 : group.bed.occupied || alarmsOf(group).some(isUnanswered)),
  );
  if (!worstFirst) return matchingGroups;
  const headlines = new Map(matchingGroups.map((group) => [group, headlineAlarm(alarmsOf(group))]));
  // Beds with equal headlines keep their order.
  return matchingGroups.toSorted((a, b) => compareHeadlines(headlines.get(a), headlines.get(b)));
}

/** Returns the size of an element, px; 0 before the first layout. */
function useSize(box: RefObject<HTMLElement | null>): { readonly widthPx: number; readonly heightPx: number } {
  const size = useSignal({ widthPx: 0, heightPx: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      const measuredSize = size.peek();
      if (Math.abs(measuredSize.widthPx - width) > 1 || Math.abs(measuredSize.heightPx - height) > 1)
        size.value = { widthPx: width, heightPx: height };
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return size.value;
}

function Tiles(props: {
  box: RefObject<HTMLDivElement | null>;
  sections: readonly TileSection<BedGroup>[];
  alarmsOf: ReadonlyMap<string, readonly Alarm[]> | undefined;
  showWard: boolean;
  layout: WardLayout;
}) {
  const { sections, showWard, layout } = props;
  const groups = sections.flatMap(({ beds }) => beds);
  const { isCompact, tileWidthPx, tileHeightPx } = layout;
  const alarmsOfBed = (bed: Bed) => props.alarmsOf?.get(bed.associationId) ?? noAlarms;
  // The sizes depend on the limits of each bed and on the number of its values and waves, but not on the values.
  const contents = groups.map(({ bed }) => `${bed.bed} ${bed.values.length} ${bed.waves.length} ${bed.limits?.rev}`);
  const sizes = useMemo(
    () => numberSizesStyle(groups, showWard, layout),
    [contents.join(), showWard, isCompact, tileWidthPx, tileHeightPx],
  );
  return (
    <div class="tiles" ref={props.box}>
      <div
        class={`tiles__grid${layout.scrolls ? ' tiles__grid--scrolls' : ''}`}
        style={{
          '--columns': layout.columns,
          '--rows': layout.rows,
          '--tile-height': `${tileHeightPx}px`,
          '--sector-px': `${layout.sectorPx / 22}px`,
          '--cell-scale': isCompact ? 1 : layout.cellScale,
          ...sizes,
        }}
        data-layout={isCompact ? 'numbers' : 'waves'}
        data-testid="tiles"
      >
        {sections.flatMap(({ name, beds }) => [
          sections.length > 1 && (
            <h2 key={`sector ${name}`} class="tiles__sector" data-testid="sector">
              {name ?? t('In no sector')}
            </h2>
          ),
          ...beds.map(({ bed, companions }) => (
            <Tile
              key={bed.associationId}
              bed={bed}
              alarms={alarmsOfBed(bed)}
              companions={
                companions.length === 0
                  ? noCompanions
                  : companions.map((companion) => ({ bed: companion, alarms: alarmsOfBed(companion) }))
              }
              widthPx={tileWidthPx}
              heightPx={tileHeightPx}
              showWard={showWard}
              isCompact={isCompact}
              cellScale={layout.cellScale}
            />
          )),
        ])}
      </div>
    </div>
  );
}

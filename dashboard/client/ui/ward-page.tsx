/** The overview of a ward: a tile for each bed, and the list of alarms beside the tiles. */
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol/rest.ts';
import { compareHeadlines, headlineAlarm } from '../core/alarm-order.ts';
import { type BedGroup, groupBeds } from '../core/bed-groups.ts';
import { type Grid, gridFor } from '../core/grid.ts';
import { compareBeds } from '../core/numerics.ts';
import { useApp } from '../shell/app.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import type { Companion } from './companions.tsx';
import { Tile } from './tile.tsx';
import { Tray } from './tray.tsx';
import { WardSoundAct } from './ward-sound.tsx';

type Filter = 'all' | 'alarms' | 'occupied';
const filters: readonly { key: Filter; text: string }[] = [
  { key: 'all', text: 'All beds' },
  { key: 'occupied', text: 'With patient' },
  { key: 'alarms', text: 'With alarm' },
];
const noAlarms: readonly Alarm[] = [];
const noCompanions: readonly Companion[] = [];
const gapPx = 6;
/** Width that stays free beside the tiles for the scrollbar (ward.css). */
const scrollbarPx = 11;
/** Below this width the tiles stand in one column. */
const listWidthPx = 620;
/** Height of a tile if the page scrolls: room for numbers and two waves. */
const scrolledTilePx = 224;

export function WardPage() {
  const app = useApp();
  const filter = useSignal<Filter>('all');
  const sortsByAlarm = useSignal(false);
  const screen = app.screen.value;
  const { groups, tray, crowdedBeds } = groupBeds(screen?.beds.values() ?? []);
  const beds = screen ? shownGroups(groups, screen.alarmsOf, filter.value, sortsByAlarm.value) : [];
  const total = groups.length;
  const severalWards = new Set(beds.map(({ bed }) => bed.ward)).size > 1;
  return (
    <main class="ward" id="main" tabIndex={-1}>
      <section class="ward__beds" aria-label="Beds">
        <div class="ward__tools">
          <h1 class="ward__title">{app.ward.value === '*' ? 'All my wards' : app.ward.value}</h1>
          <span class="dim" data-testid="bed-count">
            {beds.length === total ? `${total} ${total === 1 ? 'bed' : 'beds'}` : `${beds.length} of ${total} beds`}
          </span>
          <span class="bar__gap" />
          <fieldset class="choice">
            <legend class="unseen">Show</legend>
            {filters.map(({ key, text }) => (
              <button
                key={key}
                type="button"
                class="choice__one"
                aria-pressed={filter.value === key}
                data-testid={`filter-${key}`}
                onClick={() => {
                  filter.value = key;
                }}
              >
                {text}
              </button>
            ))}
          </fieldset>
          <button
            type="button"
            class="choice__one choice__one--alone"
            aria-pressed={sortsByAlarm.value}
            data-testid="sort-alarms"
            onClick={() => {
              sortsByAlarm.value = !sortsByAlarm.value;
            }}
          >
            Alarms first
          </button>
          <WardSoundAct />
        </div>
        {crowdedBeds.map(({ ward, bed }) => (
          <p key={`${ward}/${bed}`} class="notice notice--medium" role="alert" data-testid="bed-doubled">
            Two patients are recorded in bed {bed} of {ward}. Correct that under Devices.
          </p>
        ))}
        <Tiles groups={beds} alarmsOf={screen?.alarmsOf} showWard={severalWards} />
        {screen && beds.length === 0 && (
          <div class="empty" data-testid="ward-empty">
            <p class="empty__title">{total === 0 ? 'No beds in this ward' : 'No bed matches this choice'}</p>
            <p>
              {total === 0
                ? 'No device is associated with a bed here. A nurse or technician does that under Devices.'
                : 'Alarms of the other beds are still listed and heard.'}
            </p>
          </div>
        )}
        {screen && <Tray beds={tray} alarmsOf={screen.alarmsOf} />}
      </section>
      <AlarmPanel />
    </main>
  );
}

/** Returns the beds that match the filter, in the order of their names or with the most serious alarms first. */
function shownGroups(
  groups: readonly BedGroup[],
  alarmsOf: ReadonlyMap<string, readonly Alarm[]>,
  filter: Filter,
  worstFirst: boolean,
): BedGroup[] {
  const alarmsOfGroup = ({ bed, companions }: BedGroup) =>
    companions.length === 0
      ? (alarmsOf.get(bed.associationId) ?? noAlarms)
      : [bed, ...companions].flatMap((member) => alarmsOf.get(member.associationId) ?? noAlarms);
  const matchingGroups = groups.filter(
    (group) =>
      filter === 'all' ||
      (filter === 'alarms'
        ? alarmsOfGroup(group).length > 0
        : group.bed.occupied || alarmsOfGroup(group).some(isUnanswered)),
  );
  const byName = (a: BedGroup, b: BedGroup) => compareBeds(a.bed, b.bed);
  if (!worstFirst) return matchingGroups.sort(byName);
  const headlines = new Map(matchingGroups.map((group) => [group, headlineAlarm(alarmsOfGroup(group))]));
  return matchingGroups.sort((a, b) => compareHeadlines(headlines.get(a), headlines.get(b)) || byName(a, b));
}

function Tiles(props: {
  groups: readonly BedGroup[];
  alarmsOf: ReadonlyMap<string, readonly Alarm[]> | undefined;
  showWard: boolean;
}) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      const measuredSize = size.peek();
      if (Math.abs(measuredSize.width - width) > 1 || Math.abs(measuredSize.height - height) > 1)
        size.value = { width, height };
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const alarmsOfBed = (bed: Bed) => props.alarmsOf?.get(bed.associationId) ?? noAlarms;
  const { width, height } = size.value;
  const grid: Grid = gridFor(props.groups.length, width, height, gapPx);
  const isList = width < listWidthPx;
  const columns = isList ? 1 : grid.columns;
  const tileWidth = (width - scrollbarPx - gapPx * (columns - 1)) / columns;
  const tileHeight = isList || grid.scrolls ? scrolledTilePx : (height - gapPx * (grid.rows - 1)) / grid.rows;
  return (
    <div class="tiles" ref={box}>
      <div
        class={`tiles__grid${grid.scrolls || isList ? ' tiles__grid--scrolls' : ''}`}
        style={{ '--columns': columns, '--rows': grid.rows, '--tile-height': `${tileHeight}px` }}
      >
        {props.groups.map(({ bed, companions }) => (
          <Tile
            key={bed.associationId}
            bed={bed}
            alarms={alarmsOfBed(bed)}
            companions={
              companions.length === 0
                ? noCompanions
                : companions.map((companion) => ({ bed: companion, alarms: alarmsOfBed(companion) }))
            }
            widthPx={Math.floor(tileWidth)}
            heightPx={Math.floor(tileHeight)}
            showWard={props.showWard}
          />
        ))}
      </div>
    </div>
  );
}

/** The ward at a glance: a tile for each bed, as many as fit, and the alarms in order beside them. */
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol.ts';
import { compareHeadlines, foremost, isUnanswered } from '../core/alarm-order.ts';
import { type Grid, gridFor } from '../core/grid.ts';
import { compareBeds } from '../core/numerics.ts';
import { useApp } from '../shell/app.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import { Tile } from './tile.tsx';

type Filter = 'all' | 'alarms' | 'occupied';
const filters: readonly { key: Filter; text: string }[] = [
  { key: 'all', text: 'All beds' },
  { key: 'occupied', text: 'With patient' },
  { key: 'alarms', text: 'With alarm' },
];
const none: readonly Alarm[] = [];
const gapPx = 6;
/** Below this width tiles are rows of a list. */
const listWidthPx = 620;

export function WardPage() {
  const app = useApp();
  const filter = useSignal<Filter>('all');
  const worstFirst = useSignal(false);
  const screen = app.screen.value;
  const beds = screen ? shown([...screen.beds.values()], screen.alarmsOf, filter.value, worstFirst.value) : [];
  const total = screen?.beds.size ?? 0;
  const severalWards = new Set(beds.map((bed) => bed.ward).filter((ward) => ward !== null)).size > 1;
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
            aria-pressed={worstFirst.value}
            data-testid="sort-alarms"
            onClick={() => {
              worstFirst.value = !worstFirst.value;
            }}
          >
            Alarms first
          </button>
        </div>
        <Tiles beds={beds} alarmsOf={screen?.alarmsOf} showWard={severalWards} />
        {screen && beds.length === 0 && (
          <div class="empty" data-testid="ward-empty">
            <p class="empty__title">{total === 0 ? 'No beds in this ward' : 'No bed fits this choice'}</p>
            <p>
              {total === 0
                ? 'No device is associated with a bed here. A nurse or technician does that under Devices.'
                : 'Alarms of the other beds are still listed and heard.'}
            </p>
          </div>
        )}
      </section>
      <AlarmPanel />
    </main>
  );
}

function shown(
  beds: Bed[],
  alarmsOf: ReadonlyMap<string, readonly Alarm[]>,
  filter: Filter,
  worstFirst: boolean,
): Bed[] {
  const of = (bed: Bed) => alarmsOf.get(bed.associationId) ?? none;
  const kept = beds.filter(
    (bed) =>
      filter === 'all' || (filter === 'alarms' ? of(bed).length > 0 : bed.occupied || of(bed).some(isUnanswered)),
  );
  if (!worstFirst) return kept.sort(compareBeds);
  const headlines = new Map(kept.map((bed) => [bed, foremost(of(bed))]));
  return kept.sort((a, b) => compareHeadlines(headlines.get(a), headlines.get(b)) || compareBeds(a, b));
}

function Tiles(props: {
  beds: readonly Bed[];
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
      const held = size.peek();
      if (Math.abs(held.width - width) > 1 || Math.abs(held.height - height) > 1) size.value = { width, height };
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { width, height } = size.value;
  const grid: Grid = gridFor(props.beds.length, width, height, gapPx);
  const asList = width < listWidthPx;
  const columns = asList ? 1 : grid.columns;
  const tileWidth = (width - gapPx * (columns - 1)) / columns;
  const tileHeight = asList || grid.scrolls ? 190 : (height - gapPx * (grid.rows - 1)) / grid.rows;
  return (
    <div class="tiles" ref={box}>
      <div
        class={`tiles__grid${grid.scrolls || asList ? ' tiles__grid--scrolls' : ''}`}
        style={{ '--columns': columns, '--rows': grid.rows, '--tile-height': `${tileHeight}px` }}
      >
        {props.beds.map((bed) => (
          <Tile
            key={bed.associationId}
            bed={bed}
            alarms={props.alarmsOf?.get(bed.associationId) ?? none}
            widthPx={Math.round(tileWidth)}
            heightPx={Math.round(tileHeight)}
            showWard={props.showWard}
          />
        ))}
      </div>
    </div>
  );
}

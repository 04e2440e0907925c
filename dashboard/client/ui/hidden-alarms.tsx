/**
 * The strip of alarms that no visible tile shows. Their beds are scrolled away, filtered out, or in a part of the ward
 * that this screen does not show. A press brings the tile into view. If this screen has no tile for the bed, the press
 * opens the patient. The strip covers no tile. A button shows the number of beds that do not fit, and opens the whole
 * list as a layer over the page. The layer may cover tiles, so it lists every bed with an unanswered alarm. It closes
 * at a press outside of it, at Escape, when the page shows another patient or page, and when all alarms are in view.
 */
import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { lookOf, priorityMarks } from '../core/alarm-order.ts';
import { alarmText } from '../core/alarm-words.ts';
import type { BedGroup } from '../core/bed-groups.ts';
import { longestPart } from '../core/bed-name.ts';
import { t } from '../core/texts.ts';
import { hiddenAlarms, isTileInView, stepsInView } from '../core/ward-parts.ts';
import { useApp } from '../shell/app.ts';
import { namesAlarm } from '../shell/shown-alarms.ts';
import { BedName } from './bed-name.tsx';

/** Maximum number of beds that the closed strip names. Further beds are only counted. */
const bedsMax = 6;

/**
 * Returns a function that returns whether the tile of an association is in view. Until the browser has measured the
 * tiles, all tiles count as in view, so that the strip does not appear for a moment at each change.
 * @param tiles the element around the tiles
 * @param key changes when different tiles are drawn
 */
export function useTilesInView(tiles: RefObject<HTMLElement | null>, key: string): (associationId: string) => boolean {
  const [measured, setMeasured] = useState<{ readonly key: string; readonly inView: ReadonlySet<string> }>();
  useEffect(() => {
    let inView: ReadonlySet<string> | undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        const next = new Set(inView);
        for (const { target, ...entry } of entries.map(measuresOf)) {
          const id = (target as HTMLElement).dataset.association!;
          if (isTileInView(entry)) next.add(id);
          else next.delete(id);
        }
        // The browser measures a tile many times while it scrolls. The page is drawn again only if a tile comes into
        // view or leaves the view.
        if (inView && next.size === inView.size && [...next].every((id) => inView!.has(id))) return;
        inView = next;
        setMeasured({ key, inView });
      },
      { threshold: stepsInView },
    );
    const elements = tiles.current?.querySelectorAll('.tile') ?? [];
    // Without a tile the browser never calls the observer.
    if (elements.length === 0) setMeasured({ key, inView: new Set() });
    for (const tile of elements) observer.observe(tile);
    return () => observer.disconnect();
  }, [key]);
  return (associationId) => measured?.key !== key || measured.inView.has(associationId);
}

const measuresOf = ({
  target,
  intersectionRatio,
  intersectionRect,
  boundingClientRect,
}: IntersectionObserverEntry) => ({
  target,
  heightPx: boundingClientRect.height,
  visibleShare: intersectionRatio,
  cutAbovePx: intersectionRect.top - boundingClientRect.top,
  cutBelowPx: boundingClientRect.bottom - intersectionRect.bottom,
  headPx: (target.querySelector('.tile__head')?.getBoundingClientRect().bottom ?? 0) - boundingClientRect.top,
});

/**
 * Measures how many beds fit whole into the closed strip.
 * @param list the element around the beds
 * @param text changes when the beds or their alarms change
 */
function useFitting(list: RefObject<HTMLElement | null>, text: string, isOpen: boolean) {
  const fitting = useSignal({ count: 1, isFirstCut: false });
  useLayoutEffect(() => {
    const element = list.current;
    if (!element || isOpen) return;
    const look = () => {
      const bottomPx = element.getBoundingClientRect().top + element.clientHeight + 1;
      const bottoms = [...element.children].map((bed) => bed.getBoundingClientRect().bottom);
      const firstCut = bottoms.findIndex((bottom) => bottom > bottomPx);
      const next = { count: firstCut === -1 ? bottoms.length : Math.max(1, firstCut), isFirstCut: firstCut === 0 };
      const before = fitting.peek();
      if (before.count !== next.count || before.isFirstCut !== next.isFirstCut) fitting.value = next;
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    look();
    return () => sizes.disconnect();
  }, [text, isOpen]);
  return fitting.value;
}

/** Closes the layer at a press outside of it and at Escape. Then the focus goes to the button that opened the layer. */
function useClosing(section: RefObject<HTMLElement | null>, isOpen: Signal<boolean>): void {
  useEffect(() => {
    if (!isOpen.value) return;
    const onClick = ({ target }: MouseEvent) => {
      if (!section.current?.contains(target as Node)) isOpen.value = false;
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || (event.target as Element).closest('dialog, [role=dialog], [role=alertdialog]'))
        return;
      event.preventDefault();
      section.current?.querySelector<HTMLElement>('.hidden-alarms__more')?.focus();
      isOpen.value = false;
    };
    document.addEventListener('click', onClick);
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('click', onClick);
      document.removeEventListener('keydown', onKey);
    };
  }, [isOpen.value]);
}

type HiddenAlarmsProps = {
  /** All beds of the ward. */
  groups: readonly BedGroup[];
  /** Whether the strip keeps its place while it has no alarm, so that no tile moves when an alarm comes. */
  isReserved: boolean;
  isInView: (associationId: string) => boolean;
  /** Whether the beds are of several wards. Beds of two wards may have the same name. */
  showsWard: boolean;
  alarmsOf: (group: BedGroup) => readonly Alarm[];
};

export function HiddenAlarms({ groups, isReserved, isInView, showsWard, alarmsOf }: HiddenAlarmsProps) {
  const app = useApp();
  const list = useRef<HTMLDivElement>(null);
  const isOpen = useSignal(false);
  const section = useRef<HTMLElement>(null);
  const hidden = hiddenAlarms(groups, ({ bed }) => isInView(bed.associationId), alarmsOf);
  const named = isOpen.value ? hiddenAlarms(groups, () => false, alarmsOf) : hidden.slice(0, bedsMax);
  const nameOf = ({ bed }: BedGroup) => (showsWard ? `${bed.ward} ${bed.bed}` : bed.bed);
  const texts = named.map(({ bed, alarm }) => `${nameOf(bed)} ${alarmText(alarm)}`).join();
  const fitting = useFitting(list, texts, isOpen.value);
  const shown = isOpen.value ? named.length : Math.min(named.length, fitting.count);
  const rest = hidden.slice(shown);
  const isCut = rest.length > 0 || (hidden.length > 0 && fitting.isFirstCut);
  const route = app.route.value;
  useLayoutEffect(() => {
    isOpen.value = false;
  }, [hidden.length === 0, route]);
  useClosing(section, isOpen);
  if (hidden.length === 0 && !isReserved) return null;
  const open = ({ bed: { associationId } }: BedGroup) => {
    isOpen.value = false;
    const tile = document.querySelector(`.tile[data-association="${associationId}"]`);
    // Scrolls to the upper edge of the tile: the alarm is there, and a tile may be higher than the room for the tiles.
    if (tile) tile.scrollIntoView({ block: 'start' });
    else app.go({ page: 'patient', associationId });
  };
  return (
    <section
      ref={section}
      class={`hidden-alarms${isOpen.value ? ' is-open' : ''}`}
      aria-label={t('Alarms out of view')}
      data-testid="hidden-alarms"
    >
      <div class="hidden-alarms__box">
        <div class="hidden-alarms__list" ref={list}>
          {hidden.length === 0 && <span class="dim">{t('No alarm out of view')}</span>}
          {named.map(({ bed: group, alarm }, at) => (
            <button
              key={group.bed.associationId}
              type="button"
              class={`hidden-alarms__bed${at < shown ? '' : ' is-cut'}`}
              data-testid={`hidden-${group.bed.bed}`}
              data-priority={alarm.priority}
              data-acts-on={group.bed.associationId}
              {...(at < shown && namesAlarm(alarm))}
              title={`${group.bed.ward} ${group.bed.bed}: ${alarmText(alarm)}`}
              onClick={() => open(group)}
            >
              <span
                class={`look look--${alarm.priority} is-${lookOf(alarm)}`}
                data-mark={priorityMarks[alarm.priority]}
              >
                {priorityMarks[alarm.priority]}
              </span>
              <strong style={{ '--word': longestPart(nameOf(group)) }}>
                <BedName name={nameOf(group)} />
              </strong>
              <span class="hidden-alarms__text">{alarmText(alarm)}</span>
            </button>
          ))}
        </div>
        {(isCut || isOpen.value) && (
          <button
            type="button"
            class="button hidden-alarms__more"
            aria-expanded={isOpen.value}
            data-testid="hidden-more"
            onClick={() => {
              isOpen.value = !isOpen.value;
            }}
          >
            {isOpen.value
              ? t('Close')
              : rest[0] === undefined
                ? t('More')
                : `${t('+{n} bed|+{n} beds', { n: rest.length })} ${priorityMarks[rest[0].alarm.priority]}`}
          </button>
        )}
      </div>
    </section>
  );
}

/**
 * The strip of alarms that no visible tile shows. Their beds are scrolled away, filtered out, or in a part of the ward
 * that this screen does not show. A press brings the tile into view. If this screen has no tile for the bed, the press
 * opens the patient.
 */
import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { lookOf, priorityMarks } from '../core/alarm-order.ts';
import { alarmText } from '../core/alarm-words.ts';
import type { BedGroup } from '../core/bed-groups.ts';
import { t } from '../core/texts.ts';
import { hiddenAlarms } from '../core/ward-parts.ts';
import { useApp } from '../shell/app.ts';
import { namesAlarm } from '../shell/shown-alarms.ts';

/** Maximum number of beds that the strip names. Further beds are only counted. */
const bedsMax = 6;
/** The part of a tile that must be visible. This part has the bed and the alarm. */
const visibleShare = 0.5;

/**
 * Returns a function that returns whether the tile of an association is in view. Until the browser has measured the
 * tiles, all tiles count as in view, so that the strip does not flash at each change.
 * @param tiles the element around the tiles
 * @param key changes when different tiles are drawn
 */
export function useTilesInView(tiles: RefObject<HTMLElement | null>, key: string): (associationId: string) => boolean {
  const [measured, setMeasured] = useState<{ readonly key: string; readonly inView: ReadonlySet<string> }>();
  useEffect(() => {
    const inView = new Set<string>();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, intersectionRatio } of entries) {
          const id = (target as HTMLElement).dataset.association!;
          if (intersectionRatio >= visibleShare) inView.add(id);
          else inView.delete(id);
        }
        setMeasured({ key, inView: new Set(inView) });
      },
      { threshold: visibleShare },
    );
    const elements = tiles.current?.querySelectorAll('.tile') ?? [];
    // Without a tile the browser never calls the observer.
    if (elements.length === 0) setMeasured({ key, inView });
    for (const tile of elements) observer.observe(tile);
    return () => observer.disconnect();
  }, [key]);
  return (associationId) => measured?.key !== key || measured.inView.has(associationId);
}

type HiddenAlarmsProps = {
  /** All beds of the ward. */
  groups: readonly BedGroup[];
  /** Whether the strip keeps its place while it has no alarm, so that no tile moves when an alarm comes. */
  isReserved: boolean;
  isInView: (associationId: string) => boolean;
  /** Whether the beds are of several wards, in which two beds may have one name. */
  showsWard: boolean;
  alarmsOf: (group: BedGroup) => readonly Alarm[];
};

export function HiddenAlarms({ groups, isReserved, isInView, showsWard, alarmsOf }: HiddenAlarmsProps) {
  const app = useApp();
  const hidden = hiddenAlarms(groups, ({ bed }) => isInView(bed.associationId), alarmsOf);
  const rest = hidden.length - bedsMax;
  if (hidden.length === 0 && !isReserved) return null;
  const open = ({ bed: { associationId } }: BedGroup) => {
    const tile = document.querySelector(`.tile[data-association="${associationId}"]`);
    if (tile) tile.scrollIntoView({ block: 'center' });
    else app.go({ page: 'patient', associationId });
  };
  return (
    <section class="hidden-alarms" aria-label={t('Alarms out of view')} data-testid="hidden-alarms">
      {hidden.length === 0 && <span class="dim">{t('No alarm out of view')}</span>}
      {hidden.slice(0, bedsMax).map(({ bed: group, alarm }) => (
        <button
          key={group.bed.associationId}
          type="button"
          class="hidden-alarms__bed"
          data-testid={`hidden-${group.bed.bed}`}
          data-priority={alarm.priority}
          data-acts-on={group.bed.associationId}
          {...namesAlarm(alarm)}
          title={`${group.bed.ward} ${group.bed.bed}: ${alarmText(alarm)}`}
          onClick={() => open(group)}
        >
          <span class={`look look--${alarm.priority} is-${lookOf(alarm)}`} data-mark={priorityMarks[alarm.priority]}>
            {priorityMarks[alarm.priority]}
          </span>
          <strong>{showsWard ? `${group.bed.ward} ${group.bed.bed}` : group.bed.bed}</strong>
          <span class="hidden-alarms__text">{alarmText(alarm)}</span>
        </button>
      ))}
      {rest > 0 && <span class="hidden-alarms__rest">{t('+{n} bed|+{n} beds', { n: rest })}</span>}
    </section>
  );
}

/** Divides the beds of a ward between two screens, and finds alarms that no tile of this screen shows. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { compareAlarms } from './alarm-order.ts';

/** What a person can choose: all beds, the first half or the second half of the beds in their order, or a sector. */
const halves = ['all', 'first', 'second'] as const;
const sectorStart = 'sector:';
export type PartChoice = (typeof halves)[number] | `${typeof sectorStart}${string}`;

/** Returns whether a text is a choice. Does not check whether the ward still has the sector. */
export function isPartChoice(text: string): text is PartChoice {
  return halves.some((half) => half === text) || text.startsWith(sectorStart);
}

export function partOfSector(name: string): PartChoice {
  return `${sectorStart}${name}`;
}

/** Returns the name of the chosen sector; undefined if the choice is not a sector. */
export function sectorOfPart(part: PartChoice): string | undefined {
  return part.startsWith(sectorStart) ? part.slice(sectorStart.length) : undefined;
}

/** A ward with fewer beds than this is never divided. */
export const dividedBedsMin = 4;

/**
 * Returns the beds of a part. Each bed is in exactly one half, so two screens together show all beds. A bed without a
 * sector belongs to every sector, so that some screen shows the bed. If no bed is in the chosen sector, for example
 * after the sector was renamed, returns all beds.
 * @param ordered the beds in their order
 * @param sectorsOf returns the sectors whose screens show a bed; no sectors if the bed is in no sector
 */
export function bedsOfPart<Bed>(
  ordered: readonly Bed[],
  part: PartChoice,
  sectorsOf: (bed: Bed) => readonly string[] = () => [],
): readonly Bed[] {
  const sector = sectorOfPart(part);
  if (sector !== undefined) {
    if (!ordered.some((bed) => sectorsOf(bed).includes(sector))) return ordered;
    return ordered.filter((bed) => sectorsOf(bed).length === 0 || sectorsOf(bed).includes(sector));
  }
  if (part === 'all' || ordered.length < dividedBedsMin) return ordered;
  const middle = Math.ceil(ordered.length / 2);
  return part === 'first' ? ordered.slice(0, middle) : ordered.slice(middle);
}

/** An unanswered alarm of a bed whose tile is not in view. */
export type HiddenAlarm<Bed> = { readonly bed: Bed; readonly alarm: Alarm };

/**
 * Returns the most serious unanswered alarm of each bed that is not in view. The result begins with the most serious
 * alarm.
 * @param alarmsOf returns all alarms of a bed, from all its devices
 */
export function hiddenAlarms<Bed>(
  beds: readonly Bed[],
  isInView: (bed: Bed) => boolean,
  alarmsOf: (bed: Bed) => readonly Alarm[],
): HiddenAlarm<Bed>[] {
  return beds
    .filter((bed) => !isInView(bed))
    .flatMap((bed) => {
      const [alarm] = alarmsOf(bed)
        .filter((each) => each.signal !== 'off' && isUnanswered(each))
        .sort(compareAlarms);
      return alarm ? [{ bed, alarm }] : [];
    })
    .sort((a, b) => compareAlarms(a.alarm, b.alarm));
}

/** The part of a tile that must be visible. */
const visibleShareMin = 0.5;
/** The alarm line is below the head of a tile. It is at most this part of the tile's height. */
const alarmLineShareMax = 0.25;
/** The browser rounds places. So a tile counts as whole if at most this much of it is cut off. */
const slackPx = 2;

/**
 * Visible parts of a tile, from 0 to 1. The browser measures a tile again each time its visible part passes one of
 * these values.
 */
export const stepsInView = Array.from({ length: 21 }, (_, step) => step / 20);

/** What the browser measures of a tile. Lengths are in CSS pixels. */
export type TileMeasures = {
  readonly heightPx: number;
  /** How much of the upper part is not visible. */
  readonly cutAbovePx: number;
  /** How much of the lower part is not visible. */
  readonly cutBelowPx: number;
  /** The visible part of the tile's area, from 0 to 1. */
  readonly visibleShare: number;
  /** Height of the head, which has the bed. A long name of a bed has several lines. */
  readonly headPx: number;
};

/**
 * Returns whether a person sees the bed and the alarm of a tile. Both are in the upper part of the tile. So a tile does
 * not count if its upper edge is not visible, or if the room for the alarm below the head is cut.
 */
export function isTileInView({ heightPx, cutAbovePx, cutBelowPx, visibleShare, headPx }: TileMeasures): boolean {
  if (visibleShare < visibleShareMin || cutAbovePx > slackPx) return false;
  return cutBelowPx <= slackPx || heightPx - cutBelowPx - headPx >= alarmLineShareMax * heightPx;
}

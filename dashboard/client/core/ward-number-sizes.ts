/**
 * Computes the sizes of numbers that all tiles of a ward use. The sizes depend on the beds and the size of the tiles.
 */
import type { BedGroup } from './bed-groups.ts';
import type { WardLayout } from './grid.ts';
import { type NumberSizes, sharedSizes, sizesOfCompact, sizesOfPlan } from './number-sizes.ts';
import { totalText } from './score-words.ts';
import { tileCells } from './tile-cells.ts';
import { planTile } from './tile-plan.ts';
import { alarmRoomPx, headHeightPx, textScale, tileEdgePx } from './tile-texts.ts';

const noAlarms: readonly never[] = [];

/** Returns the sizes, px. A tile with other devices has less room, so its own numbers may be smaller. */
export function wardNumberSizes(groups: readonly BedGroup[], showWard: boolean, layout: WardLayout): NumberSizes {
  const { isCompact, tileWidthPx, tileHeightPx, cellScale } = layout;
  const widthPx = tileWidthPx - 2 * tileEdgePx;
  const scale = textScale(tileWidthPx, tileHeightPx, isCompact);
  const sizes = groups.flatMap(({ bed, companions }) => {
    if (companions.length > 0) return [];
    const { cells, beside } = tileCells(bed, noAlarms, widthPx / (isCompact ? 1 : cellScale));
    if (cells.length === 0) return [];
    const head = {
      bed: bed.bed,
      hasNotice: bed.notices.length > 0,
      hasSoundOffMark: bed.device.sound !== undefined,
      ward: showWard ? bed.ward : null,
      score: totalText(bed.scores, 0),
      state: undefined,
    };
    const headPx = headHeightPx(head, widthPx / scale, isCompact) * scale;
    const heightPx = tileHeightPx - headPx - 2 * tileEdgePx;
    // A tile with an alarm has less room for waves and rows than a tile without an alarm. The size must fit in both
    // cases.
    return [heightPx, heightPx - alarmRoomPx(widthPx / scale, isCompact) * scale].map((px) => {
      const box = { widthPx, heightPx: px };
      if (isCompact) return sizesOfCompact(cells, box, scale);
      return sizesOfPlan(planTile(box, cells, beside, cellScale), box, beside, cellScale);
    });
  });
  return sharedSizes(sizes);
}

/** Returns the sizes as properties for the style sheet, such as `--size-HR`. */
export function numberSizesStyle(groups: readonly BedGroup[], showWard: boolean, layout: WardLayout) {
  return Object.fromEntries(
    [...wardNumberSizes(groups, showWard, layout)].map(([group, px]) => [`--size-${group}`, `${Math.floor(px)}px`]),
  );
}

/**
 * How this browser shows a ward: with or without waves, and which half or sector of the beds. The browser stores both
 * choices.
 */
import { layoutChoices } from '../core/grid.ts';
import { isPartChoice } from '../core/ward-parts.ts';
import { openKeptChoice } from './kept-choice.ts';

const store = () => localStorage;

export const openLayoutChoice = () => openKeptChoice(store, 'vigil.layout', layoutChoices, 'auto');

const partKey = 'vigil.part.';

/** Opens the choice for one ward. Each ward has its own choice of a half or a sector. */
export const openPartChoice = (ward: string) => openKeptChoice(store, `${partKey}${ward}`, isPartChoice, 'all');

/** Shows all beds of each ward again. Called when a session ends, because the next person has not chosen a part. */
export function forgetPartChoices(): void {
  try {
    for (const key of Object.keys(store())) if (key.startsWith(partKey)) store().removeItem(key);
  } catch {
    // A browser that refuses its storage has stored nothing.
  }
}

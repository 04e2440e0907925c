/**
 * The name of a place that has nobody after a change of the assignment board. This function has its own file, so that
 * the page loads no schemas.
 */
import type { LeftPlace } from './left-places.ts';

/** Returns the text that names a place in a confirmation: `nurse A-1`, or `physician` for the whole ward. */
export function leftKey({ duty, bed }: Pick<LeftPlace, 'duty' | 'bed'>): string {
  return bed === undefined ? duty : `${duty} ${bed}`;
}

/**
 * Colours of parameters: there is no agreed standard (APSF 2013), so this is a map to be changed by ward. A numeric has the
 * colour of its wave. None of them is a colour of an alarm by itself: an alarm also has its mark, its frame and its words.
 */
import type { ParameterGroup } from '../../../contracts/parameters.ts';

export const parameterColours: Readonly<Record<ParameterGroup, string>> = {
  HR: '#46e08a',
  SpO2: '#3fdcee',
  PR: '#3fdcee',
  ABP: '#ff7a7a',
  NIBP: '#d9b3ff',
  RR: '#ffe15c',
  EtCO2: '#ffffff',
  Temp: '#ffb38a',
};

/** Of scores on a trend: of no parameter and no alarm. */
export const scoreColour = '#a9bcff';

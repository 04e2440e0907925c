/**
 * Colours of parameters. There is no agreed standard (APSF 2013), so a ward may change this map. A numeric has the
 * colour of its wave. No colour alone means an alarm: an alarm also has a mark, a frame and a text.
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

/** Colour of scores on a trend. No parameter and no alarm has this colour. */
export const scoreColour = '#a9bcff';

/**
 * Colours of parameters: there is no agreed standard (APSF 2013), so a ward may change this map. A numeric has the
 * colour of its wave. None of them alone means an alarm: an alarm also has its mark, its frame and its words.
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

/** For scores on a trend: no parameter and no alarm has it. */
export const scoreColour = '#a9bcff';

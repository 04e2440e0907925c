/**
 * Colours of parameters and charts in the two themes. No standard gives these colours (APSF 2013), so a ward may change
 * this map. A numeric has the colour of its wave. No parameter has the colour of an alarm (`alarmDistanceMin`). A
 * colour alone never means an alarm, because an alarm also has a mark, a frame and a text.
 */
import type { ParameterGroup } from '../../../contracts/parameters.ts';
import type { Theme } from './theme.ts';

/**
 * The field's usual colours are green for ECG, cyan for SpO2, red for an arterial pressure, yellow for breaths and
 * white for CO2. Here red, yellow and cyan are colours of alarms. So SpO2 is blue, arterial pressure is pink, and
 * breaths have the colour straw (olive on a light background).
 */
export const parameterColours: Readonly<Record<Theme, Readonly<Record<ParameterGroup, string>>>> = {
  dark: {
    HR: '#6ff283',
    SpO2: '#6fa8ff',
    PR: '#6fa8ff',
    ABP: '#f7a3b8',
    NIBP: '#cb86ff',
    RR: '#f3eebb',
    EtCO2: '#ffffff',
    Temp: '#d98a3d',
  },
  light: {
    HR: '#0a4d18',
    SpO2: '#0a55e0',
    PR: '#0a55e0',
    ABP: '#b81f8f',
    NIBP: '#6a10c0',
    RR: '#3a4a08',
    EtCO2: '#1c2630',
    Temp: '#6b1a00',
  },
};

/** Colour of scores on a trend. No parameter and no alarm has this colour. */
export const scoreColours: Readonly<Record<Theme, string>> = { dark: '#b9c0dd', light: '#474a7e' };

/**
 * Minimum distance of a parameter's colour from each colour of an alarm, in OKLab (1 is the distance from black to
 * white). A difference of 0.02 is just visible.
 */
export const alarmDistanceMin = 0.1;

export type ChartColours = {
  readonly axis: string;
  readonly grid: string;
  readonly limit: string;
  /** Ground behind a text on the chart. */
  readonly ground: string;
};

/** Colours of the parts of a chart that belong to no parameter. A canvas cannot read the tokens of the style sheet. */
export const chartColours: Readonly<Record<Theme, ChartColours>> = {
  dark: { axis: '#9fb0c0', grid: '#1e2833', limit: '#c4d0db', ground: '#10161dcc' },
  light: { axis: '#465564', grid: '#dde4ea', limit: '#3a4753', ground: '#ffffffcc' },
};

/**
 * The built-in limits for adults (CLINICAL, "Default adult limits"; we chose the values, similar to vendors' adult
 * defaults). The alarm processor judges by this table. `numericsByCode` (numerics.ts) also uses the table, in the alarm
 * processor, the dashboard and the trend writer. Screens show the limits that the alarm processor publishes.
 */
import type { Limits } from './messages/alarms.ts';
import type { LimitGroup } from './parameters.ts';

export const adultLimits: Readonly<Record<LimitGroup, Limits>> = {
  HR: { low: 50, high: 120, extremeLow: 40, extremeHigh: 140 },
  PR: { low: 50, high: 120, extremeLow: 40, extremeHigh: 140 },
  SpO2: { low: 90, extremeLow: 85 },
  RR: { low: 8, high: 30, extremeLow: 5, extremeHigh: 40 },
  BPsys: { low: 90, high: 160, extremeLow: 70, extremeHigh: 200 },
  BPmean: { low: 60, high: 110, extremeLow: 50, extremeHigh: 130 },
  Temp: { low: 36, high: 38.5, extremeLow: 34, extremeHigh: 40 },
  EtCO2: { low: 25, high: 50, extremeLow: 15, extremeHigh: 65 },
};

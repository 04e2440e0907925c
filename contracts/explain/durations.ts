/** Writes durations, instants and reasons for people. */
import { formatInstant } from '../time.ts';
import { wallTime, zoneLabel } from '../zones.ts';

/** Returns a duration, for example `4.2 s`, `3 min 5 s` or `2 h 10 min`. */
export function durationText(ms: number): string {
  const sign = ms < 0 ? '−' : '';
  const absoluteMs = Math.abs(ms);
  if (absoluteMs < 120_000) return `${sign}${(absoluteMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(absoluteMs / 1000);
  if (seconds < 7200) return `${sign}${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${sign}${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * Returns a function that writes an instant in UTC and in a time zone: `2026-11-29 13:05:02.250 UTC (14:05:02 CET)`.
 */
export function createInstantText(zone: string): (ms: number) => string {
  return (ms) => {
    const { hour, minute, second } = wallTime(zone, ms);
    const local = [hour, minute, second].map((n) => String(n).padStart(2, '0')).join(':');
    return `${formatInstant(ms).replace('T', ' ').replace('Z', ' UTC')} (${local} ${zoneLabel(zone, ms)})`;
  };
}

/** Returns a reason without its full stop, to end a sentence with it. */
export const reasonText = (reason: string): string => reason.replace(/\.$/, '');

/** What a screen says about a patient who is away. */
import type { Standby } from '../../../contracts/messages/alarms.ts';
import { whenText } from './times.ts';

/** As people say it: hours and minutes, with the day if it is not today. */
export const standbyUntil = ({ until }: Standby, nowMs: number): string =>
  whenText(Date.parse(until), nowMs).slice(0, -3);

/** `Standby: Imaging until 14:30 (N. Urse)` */
export const standbyText = (standby: Standby, nowMs: number): string =>
  `Standby: ${standby.reason} until ${standbyUntil(standby, nowMs)} (${standby.by.name})`;

export const standbyReasons = ['Imaging', 'Theatre', 'Dialysis', 'Walking'] as const;

/** How long, in minutes; the server takes 4 h at most. */
export const standbyTimes = [
  { value: '30', text: '30 min' },
  { value: '60', text: '1 h' },
  { value: '120', text: '2 h' },
  { value: '240', text: '4 h' },
] as const;

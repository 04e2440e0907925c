/** Whether a change of limits starts from the limits in force: two clinicians may change the same limits at once. */
import type { Fault } from '../../../contracts/errors.ts';
import type { LimitChange } from '../../protocol/rest.ts';

/** Changes that were sent and may not have been read back yet; the oldest go. */
const sentMax = 1_000;

/** A change that this server has sent, and the newest change that it had read by then. */
export type SentChange = {
  readonly change: LimitChange;
  readonly over: LimitChange | undefined;
  readonly commandId: string;
};

/** The newest change of a group: one that was read, or one that this server has sent since. */
export function newestChange(read: LimitChange | undefined, sent: SentChange | undefined): LimitChange | undefined {
  if (sent === undefined) return read;
  // Nothing was read since. Stamps prove nothing here, because the clock may have been set back in between.
  if (read === undefined || read.at === sent.over?.at) return sent.change;
  return sent.change.at > read.at ? sent.change : read;
}

/** Returns a `conflict` that names who changed the limits and to what, when the form showed an older state. */
export function seenFault(newest: LimitChange | undefined, seenAt: string | null): Fault | undefined {
  if (newest === undefined || newest.at === seenAt) return undefined;
  const { group, by, limits } = newest;
  const { off, ...bounds } = limits ?? {};
  const boundTexts = Object.entries(bounds).map(([name, value]) => `${names[name] ?? name} ${value}`);
  if (off) boundTexts.push(`off until ${off.until}`);
  const what = boundTexts.length > 0 ? `to ${boundTexts.join(', ')}` : "back to the ward's";
  return { code: 'conflict', message: `Not saved: ${by.name} set the ${group} limits ${what} meanwhile.` };
}

const names: Readonly<Record<string, string>> = {
  extremeLow: 'extreme low',
  low: 'low',
  high: 'high',
  extremeHigh: 'extreme high',
  delayMs: 'delay in ms',
};

/** Notes a change that this server sends. */
export function noteSent(sent: Map<string, SentChange>, key: string, change: SentChange): void {
  sent.delete(key);
  sent.set(key, change);
  if (sent.size > sentMax) sent.delete(sent.keys().next().value!);
}

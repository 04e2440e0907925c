/** Refuses a change of limits if somebody else has changed these limits since the form was opened. */
import type { Fault } from '../../../contracts/errors.ts';
import type { LimitChange } from '../../protocol/rest.ts';

/** Sent changes that are remembered until the server reads them back; if there are more, the oldest are forgotten. */
const sentMax = 1_000;

/** A change that this server has sent. */
export type SentChange = {
  readonly change: LimitChange;
  /** The newest change that this server had read before it sent this change. */
  readonly newestReadBefore: LimitChange | undefined;
  readonly commandId: string;
};

/**
 * Returns the newest change of a group of limits: the last change that this server read, or a newer change from this
 * server.
 */
export function newestChange(read: LimitChange | undefined, sent: SentChange | undefined): LimitChange | undefined {
  if (sent === undefined) return read;
  // Since the change was sent, no change was read. The times are not compared, because the clock may have been set
  // back.
  if (read === undefined || read.at === sent.newestReadBefore?.at) return sent.change;
  return sent.change.at > read.at ? sent.change : read;
}

/**
 * Returns a `conflict` that names the newest change and its author, if the form did not show this change.
 * @param shownChangeAt the time of the change that the form showed; null if the form showed no change
 */
export function conflictFault(newest: LimitChange | undefined, shownChangeAt: string | null): Fault | undefined {
  if (newest === undefined || newest.at === shownChangeAt) return undefined;
  const { group, by, limits } = newest;
  const { off, ...bounds } = limits ?? {};
  const boundTexts = Object.entries(bounds).map(([name, value]) => `${boundNames[name] ?? name} ${value}`);
  if (off) boundTexts.push(`off until ${off.until}`);
  const newLimitsText = boundTexts.length > 0 ? `to ${boundTexts.join(', ')}` : 'back to the limits of the ward';
  return { code: 'conflict', message: `Not saved: meanwhile ${by.name} set the ${group} limits ${newLimitsText}.` };
}

const boundNames: Readonly<Record<string, string>> = {
  extremeLow: 'extreme low',
  low: 'low',
  high: 'high',
  extremeHigh: 'extreme high',
  delayMs: 'delay in ms',
};

/** Remembers a change that this server sends. */
export function rememberSent(sent: Map<string, SentChange>, key: string, change: SentChange): void {
  sent.delete(key);
  sent.set(key, change);
  if (sent.size > sentMax) sent.delete(sent.keys().next().value!);
}

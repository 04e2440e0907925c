/** What a screen says if a certificate of its server ends. */
import type { Health } from '../../protocol/live.ts';
import { dateTimeText } from './times.ts';

/**
 * Every screen says it this long before the end: a ward has no other sign of it. An operator's screen says it as soon
 * as the server does.
 */
const allBeforeMs = 2 * 24 * 3_600_000;

/**
 * Undefined if there is nothing to say to this person.
 * @param isOperator an account of all wards
 */
export function certificateText({ certificate }: Health, isOperator: boolean, nowMs: number): string | undefined {
  if (certificate === undefined) return undefined;
  const { name, at, ended } = certificate;
  const endMs = Date.parse(at);
  if (ended)
    return `A certificate of Vigil’s server (${name}) ended at ${dateTimeText(endMs)}: this screen may not come back once its connection is lost. Tell the operator now.`;
  if (!isOperator && endMs - nowMs > allBeforeMs) return undefined;
  return `A certificate of Vigil’s server (${name}) ends at ${dateTimeText(endMs)} and was not renewed: after that, screens cannot connect. Tell the operator.`;
}

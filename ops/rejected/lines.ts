/** Formats rejected messages as lines for a terminal. */
import { isUtf8 } from 'node:buffer';
import { visibleLines, visibleText } from '../../contracts/text.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Entry, Filter } from './entries.ts';

/**
 * Returns one line of the list. Writes control characters as text, because a device could use them to change what the
 * terminal shows.
 */
export function listLine({ id, receivedAtMs, deviceId, code, state, detail }: Entry): string {
  const parts = [
    id.padEnd(8),
    formatInstant(receivedAtMs),
    deviceId.padEnd(12),
    code.padEnd(20),
    state.padEnd(8),
    detail,
  ];
  return parts.map(visibleText).join('  ');
}

/**
 * Returns a payload as text with control and invisible characters written out (`visibleText`); as base64 if it is not
 * UTF-8.
 */
export function printableText(payload: Buffer): string {
  if (!isUtf8(payload)) return `not UTF-8, in base64: ${payload.toString('base64')}`;
  return visibleLines(payload.toString('utf8'));
}

/** Returns the text for an empty list. The text repeats the filter, so that a person notices a misspelt device. */
export function noMatchText({ device, code, sinceMs }: Filter): string {
  const options = [
    ...(device === undefined ? [] : [`--device ${visibleText(device)}`]),
    ...(code === undefined ? [] : [`--code ${code}`]),
    ...(sinceMs === undefined ? [] : [`since ${formatInstant(sinceMs)}`]),
  ];
  return options.length === 0
    ? 'There are no rejected messages.'
    : `There are no rejected messages with ${options.join(', ')}; without these options, \`npm run vigil -- rejected list\` shows all messages.`;
}

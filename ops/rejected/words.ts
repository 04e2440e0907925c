/** Texts that the command line writes and reads: ids, times and lines. */
import { isUtf8 } from 'node:buffer';
import { errorCodes, VigilError } from '../../contracts/errors.ts';
import { visibleLines, visibleText } from '../../contracts/text.ts';
import { formatInstant, parseInstant } from '../../contracts/time.ts';
import type { Entry, Filter } from './entries.ts';

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Returns `30m`, `12h`, `7d` ago, or an instant, in ms since 1970. Throws VigilError `settings-invalid`. */
export function readSince(text: string, nowMs: number, option = '--since'): number {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const atMs = count === undefined ? parseInstant(text) : nowMs - Number(count) * unitsMs[unit]!;
  if (atMs !== undefined) return atMs;
  throw new VigilError(
    'settings-invalid',
    `${option} takes 30m, 12h, 7d or a time as 2026-03-01T12:00:00.000Z, not "${text}".`,
  );
}

/** Throws VigilError `settings-invalid` if a text is not an id. */
export function checkIds(ids: readonly string[]): void {
  const bad = ids.find((id) => !/^\d{1,4}:\d{1,18}$/.test(id));
  if (bad === undefined) return;
  throw new VigilError('settings-invalid', `"${bad}" is no id: rejected list shows them, as 0:12.`);
}

/** Code of the record that counts messages that were refused and not kept (gateway/rejections.ts). */
const notKept = 'not-kept';

/** Throws VigilError `settings-invalid` if no record of `rejected` has this code. */
export function checkCode(code: string): void {
  if (code === notKept || errorCodes.includes(code)) return;
  throw new VigilError('settings-invalid', `--code "${code}" is no code: rejected list shows those that there are.`);
}

/** Returns one line of the listing. No part can move the cursor or hide text, because the log is not trusted. */
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
 * Returns a payload for a person: text, with characters that control a terminal or are invisible written out (`visibleText`); base64 if it
 * is not UTF-8.
 */
export function printable(payload: Buffer): string {
  if (!isUtf8(payload)) return `not UTF-8, in base64: ${payload.toString('base64')}`;
  return visibleLines(payload.toString('utf8'));
}

/** Names the filter, so that a misspelt device does not look like a device without rejected messages. */
export function nothingText({ device, code, sinceMs }: Filter): string {
  const asked = [
    ...(device === undefined ? [] : [`--device ${visibleText(device)}`]),
    ...(code === undefined ? [] : [`--code ${code}`]),
    ...(sinceMs === undefined ? [] : [`since ${formatInstant(sinceMs)}`]),
  ];
  return asked.length === 0
    ? 'Nothing rejected.'
    : `Nothing rejected with ${asked.join(', ')}; without these options, rejected list shows all.`;
}

/** The texts about who covers for a person who is away. */
import type { Board, WaitingCover } from '../../protocol/assignments.ts';
import { t } from './texts.ts';
import { shortTime } from './times.ts';

type Away = Board['away'][number];

/**
 * Returns the heading above the buttons with which a cover confirms or rejects, for example `You cover for
 * Anna Alt until 15:00`.
 */
export function coverAskedText(
  { name, until, fault, isRejected }: Away,
  beds: readonly string[],
  nowMs: number,
): string {
  const place = placesText(beds);
  if (isRejected) return t('You do not cover {place} for {name}: you have said that you cannot', { place, name });
  if (fault !== undefined)
    return t('You do not cover {place} for {name}: Vigil says that the named cover {fault}', { place, name, fault });
  return t('You cover {place} for {name} until {time}', { place, name, time: shortTime(until, nowMs) });
}

/**
 * Returns the sentence that asks the reader to confirm the persons that she or he covers; undefined if `covers` is
 * empty.
 */
export function waitingCoversText(covers: readonly WaitingCover[], nowMs: number): string | undefined {
  if (covers.length === 0) return undefined;
  const texts = covers.map(({ beds, name, until }) =>
    t('{places} for {name} until {time}', { places: placesText(beds), name, time: shortTime(until, nowMs) }),
  );
  return t('You cover {texts}. Confirm it, or say that you cannot.', { texts: texts.join(t(', and ')) });
}

/**
 * Returns the text in a cell of the board about the cover of a person who is away, for example `Ben covers, and from
 * 14:30 nobody does (not yet seen by Ben)`.
 */
export function coversText(
  coveredBy: string | undefined,
  { cover, fault, isUnseen, nobodyFrom }: Away,
  nowMs: number,
): string {
  if (coveredBy === undefined)
    return t('nobody covers{part}', { part: fault === undefined ? '' : `: ${cover?.name} ${fault}` });
  const unseen = isUnseen ? t(' (not yet seen by {coveredBy})', { coveredBy }) : '';
  if (nobodyFrom === undefined) return t('{coveredBy} covers{unseen}', { coveredBy, unseen });
  const isOver = Date.parse(nobodyFrom) <= nowMs;
  const end = isOver
    ? t(', but this person’s own duty is over')
    : t(', and from {time} nobody does', { time: shortTime(nobodyFrom, nowMs) });
  return t('{coveredBy} covers{end}{unseen}', { coveredBy, end, unseen });
}

function placesText(beds: readonly string[]): string {
  return beds.length === 0 ? t('the ward') : beds.join(', ');
}

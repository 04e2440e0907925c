/** Sentences on the page of the audit trail. Pure. */
import type { AuditEntry, AuditPerson } from '../../protocol/audit.ts';
import { t } from './texts.ts';
import { dateTimeText } from './times.ts';

/** Returns what one person did, for example `looked 12 times and acted once`. */
export function deedsText({ looks, acts, refused }: Pick<AuditPerson, 'looks' | 'acts' | 'refused'>): string {
  const parts = [
    looks > 0 && t('looked {times}', { times: timesText(looks) }),
    acts > 0 && t('acted {times}', { times: timesText(acts) }),
    refused > 0 && t('was refused or failed to log in {times}', { times: timesText(refused) }),
  ].filter((part) => part !== false);
  if (parts.length === 0) return t('only closed views');
  return parts.length === 1
    ? parts[0]!
    : t('{parts} and {parts2}', { parts: parts.slice(0, -1).join(', '), parts2: parts.at(-1) });
}

function timesText(count: number): string {
  return count === 1 ? t('once') : count === 2 ? t('twice') : t('{count} times', { count });
}

/**
 * Returns the times of the first and the last record of a person. If the two times are equal, returns one time, such as
 * `at 2026-01-31 14:03:07`.
 */
export function spanText({ first, last }: Pick<AuditPerson, 'first' | 'last'>): string {
  const [firstText, lastText] = [dateTimeText(Date.parse(first)), dateTimeText(Date.parse(last))];
  return firstText === lastText
    ? t('at {first}', { first: firstText })
    : t('first at {first}, last at {last}', { first: firstText, last: lastText });
}

/**
 * Returns a sentence about the looks that a search for a bed leaves out; an empty text if the search leaves out no
 * look.
 */
export function wardLooksText(count: number): string {
  if (count === 0) return '';
  return count === 1
    ? t(
        'This search leaves out 1 look at a whole ward. Its record names no bed, but the screen may have shown this bed.',
      )
    : t(
        'This search leaves out {count} looks at whole wards. Their records name no bed, but the screens may have shown this bed.',
        { count },
      );
}

/**
 * Returns a sentence about the number of a person's records with `verified` false; an empty text without such records.
 */
export function unverifiedText(count: number): string {
  if (count === 0) return '';
  return count === 1
    ? t('1 record does not verify: somebody else may have written it.')
    : t('{count} records do not verify: somebody else may have written them.', { count });
}

/**
 * Returns what an act changes; undefined if the trail records no change for such an act. The record is written before
 * the alarm processor decides about the change, so the text does not say that the change was made.
 */
export function changeText({ action, changedFrom, changedTo }: AuditEntry): string | undefined {
  if (changedFrom === undefined && changedTo === undefined)
    return action === 'limits-changed' ? t('before: not recorded; asked for: not recorded') : undefined;
  return t('before: {changedFrom}; asked for: {changedTo}', {
    changedFrom: changedFrom ?? t('not recorded'),
    changedTo: changedTo ?? t('not recorded'),
  });
}

/** The texts of the notices at a bed. */

import { dutyNoticeCodes } from '../../../contracts/duty-notice-codes.ts';
import type { BedNotice } from '../../protocol/rest.ts';
import { serverText } from './server-texts.ts';
import { t } from './texts.ts';
import { shortTime } from './times.ts';

/**
 * Returns the text of a notice. A notice about the responsible person also has a time before the reason, for example
 * `No nurse is responsible since 07:00: Anna is away`. The time is in the future if the bed will soon have no nurse.
 */
export function noticeText({ code, text, since }: BedNotice, nowMs: number): string {
  if (!Object.values(dutyNoticeCodes).some((dutyCode) => dutyCode === code)) return serverText(text);
  const [what = '', ...reason] = serverText(text).split(': ');
  const preposition = code === dutyNoticeCodes.noNurseSoon ? t('from') : t('since');
  return [`${what} ${preposition} ${shortTime(since, nowMs)}`, ...reason].join(': ');
}

/** Returns the texts of all notices of a bed in one line. */
export function noticesText(notices: readonly BedNotice[], nowMs: number): string {
  return notices.map((notice) => noticeText(notice, nowMs)).join('. ');
}

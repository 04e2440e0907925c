/** The notice on a screen before and after a certificate of its server expires. */
import type { Health } from '../../protocol/live.ts';
import { t } from './texts.ts';
import { dateTimeText } from './times.ts';

/**
 * This long before the end of the certificate, every screen begins to show the notice. A ward has no other way to
 * notice the end. An operator's screen shows the notice as soon as the server reports the certificate.
 */
const shownToAllBeforeMs = 2 * 24 * 3_600_000;

/**
 * Returns the notice; undefined if this person needs no notice.
 * @param isOperator whether the account may see all wards
 */
export function certificateText({ certificate }: Health, isOperator: boolean, nowMs: number): string | undefined {
  if (certificate === undefined) return undefined;
  const { name, at, ended } = certificate;
  const endMs = Date.parse(at);
  if (ended)
    return t(
      'A certificate of Vigil’s server ({name}) ended at {time}: this screen may not come back once its connection is lost. Tell the operator now.',
      { name, time: dateTimeText(endMs) },
    );
  if (!isOperator && endMs - nowMs > shownToAllBeforeMs) return undefined;
  return t(
    'A certificate of Vigil’s server ({name}) ends at {time} and was not renewed: after that, screens cannot connect. Tell the operator.',
    { name, time: dateTimeText(endMs) },
  );
}

/** Returns the notice for a narrow window. */
export function shortCertificateText({ ended }: NonNullable<Health['certificate']>): string {
  return ended
    ? t('Tell the operator now: a server certificate ended.')
    : t('Tell the operator: a server certificate ends soon.');
}

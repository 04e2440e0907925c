/** The text that says where the limits of a patient come from. */
import type { LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { t } from './texts.ts';
import { whenText } from './times.ts';

/**
 * Returns a text about the origin of the limits by which Vigil judges a patient.
 * @param shownCount number of parameters on the screen that have limits
 */
export function originText(inForce: LimitsInForce | null, shownCount: number, nowMs: number): string {
  if (inForce === null) return t('The alarm processor has not said yet which limits judge this patient.');
  const { profile, at } = inForce;
  if (profile === null) return t('No limits judge this patient: there is no profile for the category.');
  if (shownCount === 0) return t('No parameter with limits yet.');
  const profileName = {
    'built-in': t('the built-in adult profile'),
    hospital: t('the hospital’s profile'),
    ward: t('the ward’s profile'),
  };
  const ownText = inForce.groups.some((entry) => entry.own !== undefined) ? t(', and the patient’s own') : '';
  const since = whenText(Date.parse(at), nowMs);
  return t('In force since {since}: {profileName}, version {version}{own}.', {
    since,
    profileName: profileName[profile.origin],
    version: profile.version,
    own: ownText,
  });
}

/** The marks and texts about a bed's device: its connection, its notices, and its own sound. */
import { dutyNoticeCodes } from '../../../contracts/duty-notice-codes.ts';
import { technicalConditions } from '../../../contracts/parameters.ts';
import type { Bed } from '../../protocol/rest.ts';
import { ageText } from '../core/ages.ts';
import { noticesText } from '../core/notice-words.ts';
import { standbyText } from '../core/standby-words.ts';
import { t, texts } from '../core/texts.ts';
import { minuteText } from '../core/times.ts';
import { inZoneOf } from '../core/zones.ts';
import { useApp } from '../shell/app.ts';

export function BedState({ bed }: { bed: Bed }) {
  const app = useApp();
  const state = stateText(bed, app.now.value);
  return (
    <>
      <NoticeMark bed={bed} />
      <SoundMark bed={bed} />
      {state && (
        <span class="tile__offline" data-testid="offline">
          {state}
        </span>
      )}
    </>
  );
}

/** Returns a text about a patient in standby or a device that is not connected; undefined in all other cases. */
export const stateText = (bed: Bed, nowMs: number): string | undefined => inZoneOf(bed.ward, () => stateOf(bed, nowMs));

function stateOf(bed: Bed, nowMs: number): string | undefined {
  // The text never has a date, because a narrow tile has no room for one. A standby ends within `standbyMsMax`.
  if (bed.standby !== null) return t('standby until {time}', { time: minuteText(Date.parse(bed.standby.until)) });
  const { online, onlineChangedAt } = bed.device;
  if (online) return undefined;
  const age = onlineChangedAt === null ? '' : ` ${ageText(nowMs - Date.parse(onlineChangedAt))}`;
  return online === false ? t('offline{age}', { age }) : t('no news yet');
}

/**
 * The mark for notices in the head of the tile. If no nurse is responsible for the bed, the mark is "No nurse", because
 * the alarm line does not show this notice during an alarm. The title of the mark has the texts of all notices.
 */
function NoticeMark({ bed }: { bed: Bed }) {
  const app = useApp();
  if (bed.notices.length === 0) return null;
  const text = inZoneOf(bed.ward, () => noticesText(bed.notices, app.now.value));
  return (
    <span class="tile__notice" role="img" title={text} aria-label={text} data-testid="bed-notice">
      {bed.notices.some(({ code }) => code === dutyNoticeCodes.noNurse) ? t('No nurse') : '!'}
    </span>
  );
}

export const soundTexts = texts({ off: 'Monitor: sound off', paused: 'Monitor: sound paused' });

/** The mark for a device whose own sound is off or paused. Perhaps nobody hears this device at the bed. */
function SoundMark({ bed }: { bed: Bed }) {
  const { sound } = bed.device;
  if (sound === undefined) return null;
  return (
    <svg class="tile__sound" viewBox="0 0 24 24" role="img" aria-label={soundTexts[sound]} data-testid="device-sound">
      <title>{soundTexts[sound]}</title>
      <path class="is-solid" d="M3 9h4l5-5v16l-5-5H3z" />
      <path d={sound === 'off' ? 'M15 8l7 8M22 8l-7 8' : 'M16 7v10M21 7v10'} />
    </svg>
  );
}

/** Returns the text for the alarm line of a bed without an alarm; undefined if the line stays empty. */
export const alarmLineText = (bed: Bed, nowMs: number): string | undefined =>
  inZoneOf(bed.ward, () => lineOf(bed, nowMs));

function lineOf(bed: Bed, nowMs: number): string | undefined {
  if (bed.standby !== null) return standbyText(bed.standby, nowMs);
  if (bed.notices.length > 0) return noticesText(bed.notices, nowMs);
  const presentConditions = bed.device.conditions.filter((condition) => condition.present);
  if (presentConditions.length > 0)
    return presentConditions.map((condition) => t(technicalConditions[condition.condition].text)).join(', ');
  if (bed.ward === null) return t('No bed is associated with this device');
  return undefined;
}

/** The notices about the sound of this screen, of the wards, and of wall displays. */
import { t } from '../core/texts.ts';
import { displayText, lostText, shortDisplayText, shortSoundText, unheardText } from '../core/ward-sound-words.ts';
import { useApp } from '../shell/app.ts';
import { Notice } from './notice.tsx';

/**
 * The notices about the sound of wards. A notice says that the owner of a ward's sound does not sound the ward, or that
 * no screen sounds alone any more.
 */
export function WardSoundNotices() {
  const app = useApp();
  const { wards, lost, displays, softDisplays } = app.wardSounds;
  const isDisplay = app.session.value?.actor.role === 'display';
  return (
    <>
      {wards.value.map((sound) => {
        const text = unheardText(sound);
        return (
          text !== undefined && (
            <Notice
              key={sound.ward}
              level="medium"
              id="notice-sound"
              shortText={shortSoundText(sound.ward, sound.state === 'elsewhere')}
            >
              {text}
            </Notice>
          )
        );
      })}
      {/* A display that cannot sound has its own notice about this. */}
      {!isDisplay &&
        displays.value.map((display) => {
          const text = displayText(display);
          return (
            text !== undefined && (
              <Notice
                key={`${display.ward} ${display.display}`}
                level="medium"
                id="notice-display"
                shortText={shortDisplayText()}
              >
                {text}
              </Notice>
            )
          );
        })}
      {!isDisplay &&
        softDisplays.value.map(({ ward, display, why }) => (
          <p key={`${ward} ${display}`} class="notice notice--plain" role="status" data-testid="notice-soft-display">
            {why === 'volume'
              ? t('The wall display {display} of {ward} is at its lowest volume.', { ward, display })
              : t('The wall display {display} of {ward} is in night mode: medium and low alarms are soft.', {
                  ward,
                  display,
                })}
          </p>
        ))}
      {[...lost.value.keys()].map((ward) => (
        <Notice key={ward} level="medium" id="notice-sound-lost" shortText={shortSoundText(ward, false)}>
          {lostText(ward)}
        </Notice>
      ))}
    </>
  );
}

/** The notice that this screen cannot sound. */
export function SoundOffNotice() {
  const app = useApp();
  const failed = app.speakerState.value === 'failed';
  const isDisplay = app.session.value?.actor.role === 'display';
  const blockedText = isDisplay
    ? t(
        'This browser blocks the sound: alarms are not heard here. Press “Turn sound on”. The operator can allow sound for the wall display (option --autoplay-policy=no-user-gesture-required).',
      )
    : t('Sound is off: alarms are not heard here.');
  return (
    <Notice
      level="medium"
      id="banner-sound-off"
      act={!failed && <SoundButton />}
      shortText={isDisplay ? t('No sound here.') : t('No alarm is heard here.')}
      isComplete={!isDisplay || failed}
    >
      {failed ? t('This browser cannot play sound. Alarms are only seen here, not heard.') : blockedText}
    </Notice>
  );
}

function SoundButton() {
  return (
    <button class="button button--notice" type="button" data-testid="enable-sound" onClick={useApp().enableSound}>
      {t('Turn sound on')}
    </button>
  );
}

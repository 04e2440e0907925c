/** The notices about failures of Vigil itself, the most serious first. */
import { isFailing } from '../core/canary-words.ts';
import { deliveryDownText, deliveryNotices } from '../core/delivery-words.ts';
import { waitingText, wardThatWaits } from '../core/duty-words.ts';
import { loadText, shortLoadText, waveRateFraction } from '../core/load.ts';
import { formatRoute } from '../core/routes.ts';
import { clockText } from '../core/times.ts';
import { shortUnconfirmedText, unconfirmedText } from '../core/unconfirmed-words.ts';
import { lostText, shortSoundText, unheardText } from '../core/ward-sound-words.ts';
import { useApp } from '../shell/app.ts';
import { HealthNotices } from './health-notices.tsx';
import { PauseFailureSound } from './lost-banner.tsx';
import { Notice } from './notice.tsx';
import { NoticeStrip } from './notice-strip.tsx';
import { PlacesNotice } from './places-notice.tsx';

/** How long before its end the notice about the session appears: enough time to finish a task. */
const warnBeforeMs = 15 * 60_000;

export function Notices() {
  const app = useApp();
  const health = app.screen.value?.health;
  const failing = health !== undefined && isFailing(health);
  return (
    <NoticeStrip act={failing && <PauseFailureSound />}>
      <HealthNotices />
      <DeliveryNotices />
      {app.watches.value && app.speakerState.value !== 'on' && <SoundOff />}
      <SessionEnds />
      <PlacesNotice />
      {health?.unseenAlarms !== undefined && (
        <Notice
          level="medium"
          id="notice-unseen"
          shortText={`On no open screen: ${health.unseenAlarms === 1 ? 'an alarm' : `${health.unseenAlarms} alarms`} without a bed.`}
        >
          {health.unseenAlarms === 1 ? 'An alarm' : `${health.unseenAlarms} alarms`} of a device without a bed{' '}
          {health.unseenAlarms === 1 ? 'is' : 'are'} on no open screen. Biomedical engineering must look.
        </Notice>
      )}
      <UnconfirmedScreens />
      <WaitingDutiesNotice />
      <WardSounds />
      <SlowScreen />
      <NewVersion />
      {app.watches.value && app.link.value === 'connecting' && app.screen.value === undefined && (
        <p class="notice notice--plain" role="status">
          Connecting to the ward …
        </p>
      )}
    </NoticeStrip>
  );
}

/** The notice that assignments wait for the person. It is not shown on the page with the board, which shows them. */
function WaitingDutiesNotice() {
  const app = useApp();
  const { value: wards } = app.waitingDuties.wards;
  const text = waitingText(wards);
  if (text === undefined || app.route.value.page === 'assignments') return null;
  return (
    <p class="notice notice--plain" role="status" data-testid="notice-duties">
      <a href={formatRoute({ page: 'assignments', ward: wardThatWaits(wards) })}>{text}</a>
    </p>
  );
}

/** The notices about screens that have not confirmed alarms that this screen also shows. */
function UnconfirmedScreens() {
  const app = useApp();
  const screen = app.screen.value;
  return (
    <>
      {screen?.unconfirmed.map((unconfirmed, at) => (
        <Notice
          key={`${unconfirmed.person} ${unconfirmed.since} ${at}`}
          level="medium"
          id="notice-unconfirmed"
          shortText={shortUnconfirmedText(unconfirmed)}
        >
          {unconfirmedText(unconfirmed, screen.beds, app.ward.value === '*', app.now.value)}
        </Notice>
      ))}
    </>
  );
}

/** The notices about alarms for which nobody comes, and about wards in which nobody is called. */
function DeliveryNotices() {
  const app = useApp();
  const screen = app.screen.value;
  if (!screen) return null;
  const down = screen.deliveryDown && deliveryDownText(screen.deliveryDown, app.now.value);
  const notices = deliveryNotices(app.delivery.views.value.values(), screen.alarms, app.ward.value === '*');
  return (
    <>
      {down && (
        <Notice level="high" id="notice-delivery" shortText={down.shortText}>
          {down.text}
        </Notice>
      )}
      {notices.map(({ id, isHigh, text, shortText }) => (
        <Notice key={id} level={isHigh ? 'high' : 'medium'} id={id} shortText={shortText}>
          {text}
        </Notice>
      ))}
    </>
  );
}

/** The notices about wards whose owning screen does not sound, or about which no screen has the sound any more. */
function WardSounds() {
  const { wards, lost } = useApp().wardSounds;
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
      {[...lost.value.keys()].map((ward) => (
        <Notice key={ward} level="medium" id="notice-sound-lost" shortText={shortSoundText(ward, false)}>
          {lostText(ward)}
        </Notice>
      ))}
    </>
  );
}

function SessionEnds() {
  const app = useApp();
  const endsAtMs = Date.parse(app.session.value?.endsAt ?? '');
  if (!app.watches.value || !(endsAtMs - app.now.value < warnBeforeMs)) return null;
  return (
    <Notice
      level="medium"
      id="notice-session"
      shortText={`Log in again now: your session ends at ${clockText(endsAtMs)}.`}
    >
      Your session ends at {clockText(endsAtMs)}: then this screen shows no alarms. Log out and log in now.
    </Notice>
  );
}

/** The notice that the server has a newer page. */
function NewVersion() {
  const { state, loadNow } = useApp().newVersion;
  if (state.value === 'same') return null;
  return (
    <div class="notice notice--plain" role="status" data-testid="notice-version">
      <p>
        {state.value === 'newer'
          ? 'A new version of Vigil is ready.'
          : 'The new version of Vigil did not load. Tell the operator.'}
      </p>
      <button class="button button--notice" type="button" data-testid="load-version" onClick={loadNow}>
        Load it
      </button>
    </div>
  );
}

/** The notice about what a slow screen does not draw. */
function SlowScreen() {
  const app = useApp();
  const text = loadText(app.load.value);
  if (app.wavesFailed.value && waveRateFraction(app.load.value) > 0)
    return (
      <Notice level="medium" id="notice-waves-failed" shortText="This screen cannot draw waves. Reload the page.">
        This screen cannot draw waves any more. Numbers and alarms work. Reload the page, or use another browser.
      </Notice>
    );
  if (text === undefined || app.load.value === 'full') return null;
  return (
    <Notice level="medium" id="notice-slow" shortText={shortLoadText(app.load.value)}>
      {text}
    </Notice>
  );
}

function SoundOff() {
  const app = useApp();
  const failed = app.speakerState.value === 'failed';
  return (
    <Notice
      level="medium"
      id="banner-sound-off"
      act={!failed && <SoundButton />}
      shortText="No alarm is heard here."
      isComplete
    >
      {failed
        ? 'This browser cannot play sound. Alarms are only seen here, not heard.'
        : 'Sound is off: alarms are not heard here.'}
    </Notice>
  );
}

function SoundButton() {
  return (
    <button class="button button--notice" type="button" data-testid="enable-sound" onClick={useApp().enableSound}>
      Turn sound on
    </button>
  );
}

/** The notices about failures of Vigil itself, the most serious first. */
import type { ComponentChildren } from 'preact';
import { ageText } from '../core/ages.ts';
import { canaryText, isFailing, silentProcessorText } from '../core/canary-words.ts';
import { certificateText } from '../core/certificate-words.ts';
import { deliveryDownText, deliveryNotices } from '../core/delivery-words.ts';
import { waitingText, wardThatWaits } from '../core/duty-words.ts';
import { loadText, waveRateFraction } from '../core/load.ts';
import { formatRoute } from '../core/routes.ts';
import { clockText, whenText } from '../core/times.ts';
import { unconfirmedText } from '../core/unconfirmed-words.ts';
import { lostText, unheardText } from '../core/ward-sound-words.ts';
import { useApp } from '../shell/app.ts';
import { PauseFailureSound } from './lost-banner.tsx';
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
        <Notice level="medium" id="notice-unseen">
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

/** The notices about the server's health. The most serious come first: no new values, or nothing judges them. */
function HealthNotices() {
  const app = useApp();
  const health = app.screen.value?.health;
  const now = app.now.value;
  const canary = health && canaryText(health, now);
  const isOperator = app.session.value?.wards.includes('*') ?? false;
  const certificate = health && certificateText(health, isOperator, now);
  const since = (at: string | null) => (at === null ? '' : ` since ${whenText(Date.parse(at), now)}`);
  return (
    <>
      {health?.kafka === 'away' && (
        <Notice level="high" id="notice-kafka">
          The message log is down{since(health.kafkaAt)}: no new values, alarms or acknowledgements. Watch the bedside
          monitors.
        </Notice>
      )}
      {health?.alarms === 'stale' && (
        <Notice level="high" id="notice-alarms">
          {silentProcessorText(health, now)}
        </Notice>
      )}
      {health?.canary && canary !== undefined && (
        <Notice level={health.canary.grave ? 'high' : 'medium'} id="notice-canary">
          {canary}
        </Notice>
      )}
      {health?.damaged && (
        <Notice level="medium" id="notice-damaged">
          {health.damaged.batches === 1 ? 'A part' : `${health.damaged.batches} parts`} of the message log cannot be
          read, found at {whenText(Date.parse(health.damaged.at), now)}: some values or alarms may be missing here.
          Compare with the bedside monitors, and tell the operator.
        </Notice>
      )}
      {health?.clock && (
        <Notice level="medium" id="notice-clock">
          The server’s clock was set {health.clock.aheadMs < 0 ? 'back' : 'forward'} by{' '}
          {ageText(Math.abs(health.clock.aheadMs))} at {whenText(Date.parse(health.clock.at), now)}. Vigil uses its own
          time: ages and alarms stay right. Tell the operator.
        </Notice>
      )}
      {certificate !== undefined && (
        <Notice level="medium" id="notice-certificate">
          {certificate}
        </Notice>
      )}
    </>
  );
}

/** The notices about screens that have not confirmed alarms that this screen also shows. */
function UnconfirmedScreens() {
  const app = useApp();
  const screen = app.screen.value;
  return (
    <>
      {screen?.unconfirmed.map((unconfirmed, at) => (
        <Notice key={`${unconfirmed.person} ${unconfirmed.since} ${at}`} level="medium" id="notice-unconfirmed">
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
            <Notice key={sound.ward} level="medium" id="notice-sound">
              {text}
            </Notice>
          )
        );
      })}
      {[...lost.value.keys()].map((ward) => (
        <Notice key={ward} level="medium" id="notice-sound-lost">
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
    <Notice level="medium" id="notice-session">
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
      <Notice level="medium" id="notice-waves-failed">
        This screen cannot draw waves any more. Numbers and alarms work. Reload the page, or use another browser.
      </Notice>
    );
  if (text === undefined) return null;
  return (
    <Notice level="medium" id="notice-slow">
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

type NoticeProps = {
  level: 'high' | 'medium';
  id: string;
  /** A button beside the text with which a person can solve the problem. */
  act?: ComponentChildren;
  /** What the closed strip of a narrow window shows instead. The opened strip shows the whole text. */
  shortText?: string;
  /** Whether the short text says the same, so that nobody must open the strip. */
  isComplete?: boolean;
  children: ComponentChildren;
};

function Notice({ level, id, act, shortText, isComplete, children }: NoticeProps) {
  return (
    <div class={`notice notice--${level}`} role="alert" data-testid={id}>
      <span class="notice__mark" aria-hidden="true">
        {level === 'high' ? '***' : '**'}
      </span>
      <p>
        <span class={shortText === undefined ? undefined : 'notice__full'}>{children}</span>
        {shortText !== undefined && (
          <span class={`notice__short${isComplete ? '' : ' notice__short--less'}`}>{shortText}</span>
        )}
      </p>
      {act}
    </div>
  );
}

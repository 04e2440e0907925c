/** The page of a patient: large numbers, waves, and the bed's alarms, limits and trends. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { waves } from '../../../contracts/parameters.ts';
import type { Bed, PatientView } from '../../protocol/rest.ts';
import { listedAlarms } from '../core/alarm-order.ts';
import { noticeText } from '../core/notice-words.ts';
import { patientName, readoutsOf } from '../core/numerics.ts';
import { t } from '../core/texts.ts';
import { dateTimeText, patientAgeText, zonedText } from '../core/times.ts';
import { parseTrendView, type TrendView } from '../core/trend-view.ts';
import { orderedWaves } from '../core/wave-choice.ts';
import type { Answer } from '../shell/answer.ts';
import { useApp } from '../shell/app.ts';
import { AlarmList } from './alarm-list.tsx';
import { alarmLineText, BedState, soundTexts } from './bed-state.tsx';
import { HandOverNotePanel } from './hand-over-note.tsx';
import { LimitsPanel } from './limits-panel.tsx';
import { PatientLinks } from './patient-links.tsx';
import { NotLive, PastAlarms } from './patient-not-live.tsx';
import { PatientTasksPanel } from './patient-tasks.tsx';
import { PauseAudio } from './pause-audio.tsx';
import { ReadoutView } from './readout.tsx';
import { ScoresPanel } from './scores-panel.tsx';
import { StandbyPanel } from './standby-panel.tsx';
import { patientHref } from './top-bar.tsx';
import { Trends } from './trends.tsx';
import { WaveCanvas } from './waves.tsx';

const noAlarms: readonly Alarm[] = [];
const wavesMax = 6;
const othersMax = 4;

/** The last known state of a bed on this page, and its time by the server's clock, ms since 1970. */
type Seen = { readonly bed: Bed; readonly alarms: readonly Alarm[]; readonly atMs: number };

/** @param search the part of the page's address that chooses the trends */
export function PatientPage({ associationId, search }: { associationId: string; search: string }) {
  const app = useApp();
  const view = useSignal<Answer<PatientView> | undefined>(undefined);
  // Requests the patient only once for each opening of the page, because the server records each look at the patient.
  useEffect(() => {
    void app.api.patient(associationId).then((answer) => {
      // Does not change the watched ward, even if the bed is in another ward. After a change, the alarms of this
      // screen's beds would be silent.
      view.value = answer;
    });
  }, [associationId]);
  const close = () => app.go({ page: 'ward', ward: undefined });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !(event.target as HTMLElement).closest('input,select,textarea,dialog')) close();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const answer = view.value;
  const live = app.screen.value?.beds.get(associationId);
  // The answer has the state at the time when the page was opened. If the bed has been live here since, the live state
  // is newer.
  const lastSeen = useRef<Seen | undefined>(undefined);
  if (live)
    lastSeen.current = {
      bed: live,
      alarms: app.screen.value?.alarmsOf.get(associationId) ?? noAlarms,
      atMs: app.now.value,
    };
  const seen = lastSeen.current ?? (answer?.ok ? openedState(answer.data) : undefined);
  return (
    <main class="patient" id="main" tabIndex={-1} data-testid="patient-view">
      {seen ? (
        <PatientContent seen={seen} trendView={parseTrendView(search)} isLive={live !== undefined} onClose={close} />
      ) : (
        <div class="empty" role={answer ? 'alert' : 'status'}>
          <p class="empty__title">{answer && !answer.ok ? t('This bed cannot be shown') : t('Loading …')}</p>
          {answer && !answer.ok && <p data-testid="patient-error">{answer.message}</p>}
          <button class="button" type="button" onClick={close}>
            {t('Back to the ward')}
          </button>
        </div>
      )}
    </main>
  );
}

/** Returns the state in the server's answer: the state at the time when the page was opened. */
function openedState({ bed, alarms, at }: PatientView): Seen {
  return { bed, alarms: listedAlarms(alarms), atMs: Date.parse(at) };
}

type PatientContentProps = {
  seen: Seen;
  trendView: TrendView;
  /** Whether the stay is live on this screen. Only then does the page offer acts. */
  isLive: boolean;
  onClose: () => void;
};

function PatientContent({ seen, trendView, isLive, onClose }: PatientContentProps) {
  const app = useApp();
  const { bed, alarms } = seen;
  const readouts = readoutsOf(bed.values);
  const shownWaves = orderedWaves(bed.waves.filter((code) => waves.has(code))).slice(0, wavesMax);
  const notice = alarmLineText(bed, app.now.value);
  return (
    <>
      <PatientHead bed={bed} isLive={isLive} onClose={onClose} />
      {!isLive && app.screen.value && <NotLive bed={bed} atMs={seen.atMs} />}
      {bed.notices.map((notice) => (
        <p key={notice.code} class="notice notice--plain" role="status" data-testid={`notice-${notice.code}`}>
          {noticeText(notice, app.now.value)}
        </p>
      ))}
      {bed.device.sound !== undefined && (
        <p class="notice notice--plain" role="status" data-testid="notice-device-sound">
          {soundTexts[bed.device.sound]}
        </p>
      )}
      {notice && bed.standby === null && bed.notices.length === 0 && alarms.length === 0 && (
        <p class="notice notice--plain">{notice}</p>
      )}
      <section class="patient__now" aria-label={t('Now')}>
        {shownWaves.length > 0 && isLive && (
          <div class="patient__waves" style={{ '--wave-rows': shownWaves.length }}>
            <WaveCanvas associationId={bed.associationId} waves={shownWaves} />
          </div>
        )}
        <div
          class={`patient__numbers${shownWaves.length === 0 || !isLive ? ' patient__numbers--wide' : ''}`}
          data-testid="numbers"
        >
          {readouts.map((readout) => (
            <ReadoutView key={readout.key} readout={readout} bed={bed} alarms={alarms} alwaysShowsAge isLive={isLive} />
          ))}
          {readouts.length === 0 && <p class="dim">{t('No values yet.')}</p>}
        </div>
      </section>
      <div class="patient__below">
        <AlarmsOfBed seen={seen} isLive={isLive} />
        <section class="panel patient__trends" aria-label={t('Trends')}>
          <Trends bed={bed} view={trendView} />
        </section>
        <SidePanels bed={bed} isLive={isLive} />
      </div>
    </>
  );
}

/** The alarms of the bed. On a phone they stand above the numbers (patient.css). */
function AlarmsOfBed({ seen: { bed, alarms, atMs }, isLive }: { seen: Seen; isLive: boolean }) {
  const app = useApp();
  return (
    <section class="panel patient__alarms" aria-label={t('Alarms of this bed')}>
      <div class="alarms__head">
        <h2>{t('Alarms')}</h2>
        <span class="bar__gap" />
        {isLive && app.may('pause-audio') && <PauseAudio associationIds={[bed.associationId]} />}
      </div>
      {isLive ? (
        <AlarmList alarms={alarms} rowsMax={alarms.length} emptyText={t('No alarms.')} bedOf={() => bed} />
      ) : (
        <PastAlarms alarms={alarms} atMs={atMs} />
      )}
    </section>
  );
}

/** The other panels beside the trends. */
function SidePanels({ bed, isLive }: { bed: Bed; isLive: boolean }) {
  return (
    <div class="patient__side">
      {isLive && <StandbyPanel bed={bed} />}
      <OtherBeds associationId={bed.associationId} />
      {bed.patient && (
        <section class="panel" aria-label={t('Hand-over note')} data-testid="note">
          <HandOverNotePanel bed={bed} isLive={isLive} />
        </section>
      )}
      {bed.patient && (
        <section class="panel" aria-label={t('Tasks')} data-testid="tasks">
          <PatientTasksPanel bed={bed} isLive={isLive} />
        </section>
      )}
      {bed.patient && (
        <section class="panel" aria-label={t('Scores')} data-testid="scores">
          <ScoresPanel bed={bed} isLive={isLive} />
        </section>
      )}
      <section class="panel" aria-label={t('Alarm limits')}>
        <LimitsPanel bed={bed} isLive={isLive} />
      </section>
    </div>
  );
}

/** The alarms of other beds, because a person who looks at one patient is still responsible for other patients. */
function OtherBeds({ associationId }: { associationId: string }) {
  const app = useApp();
  const screen = app.screen.value;
  const unanswered = listedAlarms(screen?.alarms.values() ?? []).filter(
    (alarm) => alarm.associationId !== associationId && isUnanswered(alarm),
  );
  if (unanswered.length === 0) return null;
  return (
    <section class="panel patient__others" aria-label={t('Alarms of other beds')} data-testid="other-beds">
      <div class="alarms__head">
        <h2>{t('Other beds')}</h2>
      </div>
      <AlarmList
        alarms={unanswered}
        rowsMax={othersMax}
        emptyText=""
        bedOf={(alarm) => screen?.beds.get(alarm.associationId)}
      />
    </section>
  );
}

function PatientHead({ bed, isLive, onClose }: { bed: Bed; isLive: boolean; onClose: () => void }) {
  const app = useApp();
  const { patient } = bed;
  const ageText = patientAgeText(patient?.birthDate, app.now.value);
  const facts = [
    patient?.sex && patient.sex !== 'unknown' ? t(patient.sex) : undefined,
    ageText,
    patient?.birthDate ? t('born {birthDate}', { birthDate: patient.birthDate }) : undefined,
    patient ? t(patient.category) : undefined,
    patient ? t('id {patientId}', { patientId: patient.patientId }) : undefined,
  ].filter((fact) => fact !== undefined);
  // After the end of the stay, devices at this bed do not belong to this patient any more.
  const otherDevices = [...(app.screen.value?.beds.values() ?? [])].filter(
    (other) =>
      isLive &&
      other.associationId !== bed.associationId &&
      other.ward !== null &&
      other.ward === bed.ward &&
      other.bed === bed.bed,
  );
  return (
    <header class="patient__head">
      <div class="patient__title">
        <button class="button" type="button" data-testid="patient-close" onClick={onClose} title={t('Escape')}>
          {t('← Ward')}
        </button>
        <span class="patient__bed">{bed.bed ?? bed.device.deviceId}</span>
        <div class="patient__who">
          <h1>
            {patient
              ? patientName(patient)
              : bed.ward === null
                ? t('Unassigned device')
                : bed.occupied
                  ? t('Patient')
                  : t('No patient')}
          </h1>
          <p class="dim">{facts.join(' · ')}</p>
          {bed.nurse !== undefined && <p data-testid="patient-nurse">{t('Nurse: {nurse}', { nurse: bed.nurse })}</p>}
          <p class="print-only" data-testid="printed-at">
            {t('Printed {zoned}', { zoned: zonedText(app.now.value) })}
          </p>
        </div>
        <span class="bar__gap" />
        <BedState bed={bed} />
      </div>
      <p class="dim patient__device">
        {t('{ward} · device {deviceId}{part}{part2}', {
          ward: bed.ward ?? (bed.tray === undefined ? t('no ward') : t('no bed, last in {tray}', { tray: bed.tray })),
          deviceId: bed.device.deviceId,
          part: bed.device.model ? ` (${bed.device.model})` : '',
          part2: bed.since ? t(' · since {time}', { time: dateTimeText(Date.parse(bed.since)) }) : '',
        })}
        {otherDevices.map((other) => (
          <>
            {' '}
            ·{' '}
            <a href={patientHref(other.associationId)}>
              {t('also at this bed: {deviceId}', { deviceId: other.device.deviceId })}
            </a>
          </>
        ))}{' '}
        <PatientLinks bed={bed} />
      </p>
    </header>
  );
}

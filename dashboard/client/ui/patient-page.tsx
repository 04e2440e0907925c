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
import { clockText, dateTimeText, patientAgeText, zonedText } from '../core/times.ts';
import { orderedWaves } from '../core/wave-choice.ts';
import type { Answer } from '../shell/api.ts';
import { useApp } from '../shell/app.ts';
import { AlarmList } from './alarm-list.tsx';
import { alarmLineText, BedState, soundTexts } from './bed-state.tsx';
import { HandOverNotePanel } from './hand-over-note.tsx';
import { LimitsPanel } from './limits-panel.tsx';
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

/** The last live state of a bed on this page, and its time by the server's clock, ms since 1970. */
type Seen = { readonly bed: Bed; readonly atMs: number };

export function PatientPage({ associationId }: { associationId: string }) {
  const app = useApp();
  const view = useSignal<Answer<PatientView> | undefined>(undefined);
  // One request each time the page opens, because the server records who looks at the patient.
  useEffect(() => {
    void app.api.patient(associationId).then((answer) => {
      // The watched ward stays, also if the bed is in another ward: otherwise the alarms of this screen's beds would become silent.
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
  // The answer is from when the page was opened. If the bed was live here since then, the live state is newer.
  const lastSeen = useRef<Seen | undefined>(undefined);
  if (live) lastSeen.current = { bed: live, atMs: app.now.value };
  const bed = lastSeen.current?.bed ?? (answer?.ok ? answer.data.bed : undefined);
  return (
    <main class="patient" id="main" tabIndex={-1} data-testid="patient-view">
      {bed ? (
        <PatientContent bed={bed} isLive={live !== undefined} seenAtMs={lastSeen.current?.atMs} onClose={close} />
      ) : (
        <div class="empty" role={answer ? 'alert' : 'status'}>
          <p class="empty__title">{answer && !answer.ok ? 'This bed cannot be shown' : 'Loading …'}</p>
          {answer && !answer.ok && <p data-testid="patient-error">{answer.message}</p>}
          <button class="button" type="button" onClick={close}>
            Back to the ward
          </button>
        </div>
      )}
    </main>
  );
}

type PatientContentProps = {
  bed: Bed;
  /** Whether the stay is live on this screen; otherwise the page offers no acts. */
  isLive: boolean;
  seenAtMs: number | undefined;
  onClose: () => void;
};

function PatientContent({ bed, isLive, seenAtMs, onClose }: PatientContentProps) {
  const app = useApp();
  const alarms = app.screen.value?.alarmsOf.get(bed.associationId) ?? noAlarms;
  const readouts = readoutsOf(bed.values);
  const shownWaves = orderedWaves(bed.waves.filter((code) => waves.has(code))).slice(0, wavesMax);
  const notice = alarmLineText(bed, app.now.value);
  return (
    <>
      <PatientHead bed={bed} isLive={isLive} onClose={onClose} />
      {!isLive && app.screen.value && <NotLive bed={bed} seenAtMs={seenAtMs} />}
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
      <section class="patient__now" aria-label="Now">
        {shownWaves.length > 0 && (
          <div class="patient__waves" style={{ '--wave-rows': shownWaves.length }}>
            <WaveCanvas associationId={bed.associationId} waves={shownWaves} />
          </div>
        )}
        <div
          class={`patient__numbers${shownWaves.length === 0 ? ' patient__numbers--wide' : ''}`}
          data-testid="numbers"
        >
          {readouts.map((readout) => (
            <ReadoutView key={readout.key} readout={readout} bed={bed} alarms={alarms} alwaysShowsAge />
          ))}
          {readouts.length === 0 && <p class="dim">No values yet.</p>}
        </div>
      </section>
      <div class="patient__below">
        <section class="panel" aria-label="Trends">
          <Trends bed={bed} />
        </section>
        <SidePanels bed={bed} alarms={alarms} isLive={isLive} />
      </div>
    </>
  );
}

function NotLive({ bed, seenAtMs }: { bed: Bed; seenAtMs: number | undefined }) {
  const app = useApp();
  const watched = app.ward.value;
  const shown =
    seenAtMs === undefined
      ? 'the state when it was opened.'
      : `the last state that this screen received, at ${clockText(seenAtMs)}.`;
  if (bed.ward !== null && watched !== '*' && watched !== bed.ward)
    return (
      <div class="notice notice--plain patient__elsewhere" role="status" data-testid="not-watched">
        <p>
          This screen watches {watched}, and this bed is in {bed.ward}. This page shows {shown}
        </p>
        <button class="button" type="button" data-testid="watch-all" onClick={() => app.setWard('*')}>
          Watch all my wards
        </button>
      </div>
    );
  return (
    <p class="notice notice--plain" role="status" data-testid="not-live">
      This stay has ended, or the patient is in another ward now. This page shows {shown}
    </p>
  );
}

/** The panels beside the trends. */
function SidePanels({ bed, alarms, isLive }: { bed: Bed; alarms: readonly Alarm[]; isLive: boolean }) {
  const app = useApp();
  return (
    <div class="patient__side">
      <section class="panel" aria-label="Alarms of this bed">
        <div class="alarms__head">
          <h2>Alarms</h2>
          <span class="bar__gap" />
          {isLive && app.may('pause-audio') && <PauseAudio associationIds={[bed.associationId]} />}
        </div>
        {isLive && <StandbyPanel bed={bed} />}
        <AlarmList
          alarms={alarms}
          rowsMax={alarms.length}
          emptyText={isLive ? 'No alarms.' : 'Not live: no alarms are listed here.'}
          bedOf={() => bed}
        />
      </section>
      <OtherBeds associationId={bed.associationId} />
      {bed.patient && (
        <section class="panel" aria-label="Hand-over note" data-testid="note">
          <HandOverNotePanel bed={bed} isLive={isLive} />
        </section>
      )}
      {bed.patient && (
        <section class="panel" aria-label="Scores" data-testid="scores">
          <ScoresPanel bed={bed} isLive={isLive} />
        </section>
      )}
      <section class="panel" aria-label="Alarm limits">
        <LimitsPanel bed={bed} isLive={isLive} />
      </section>
    </div>
  );
}

/** The alarms of other beds, because a person who looks at one patient is still responsible for the others. */
function OtherBeds({ associationId }: { associationId: string }) {
  const app = useApp();
  const screen = app.screen.value;
  const unanswered = listedAlarms(screen?.alarms.values() ?? []).filter(
    (alarm) => alarm.associationId !== associationId && isUnanswered(alarm),
  );
  if (unanswered.length === 0) return null;
  return (
    <section class="panel patient__others" aria-label="Alarms of other beds" data-testid="other-beds">
      <div class="alarms__head">
        <h2>Other beds</h2>
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
    patient?.sex && patient.sex !== 'unknown' ? patient.sex : undefined,
    ageText,
    patient?.birthDate ? `born ${patient.birthDate}` : undefined,
    patient?.category,
    patient ? `id ${patient.patientId}` : undefined,
  ].filter((fact) => fact !== undefined);
  // After the end of the stay other devices at this bed do not belong to this patient.
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
      <button class="button" type="button" data-testid="patient-close" onClick={onClose} title="Escape">
        ← Ward
      </button>
      <span class="patient__bed">{bed.bed ?? bed.device.deviceId}</span>
      <div class="patient__who">
        <h1>
          {patient
            ? patientName(patient)
            : bed.ward === null
              ? 'Unassigned device'
              : bed.occupied
                ? 'Patient'
                : 'No patient'}
        </h1>
        <p class="dim">{facts.join(' · ')}</p>
        {bed.nurse !== undefined && <p data-testid="patient-nurse">Nurse: {bed.nurse}</p>}
        <p class="print-only" data-testid="printed-at">
          Printed {zonedText(app.now.value)}
        </p>
      </div>
      <span class="bar__gap" />
      <BedState bed={bed} />
      <p class="dim patient__device">
        {bed.ward ?? (bed.tray === undefined ? 'no ward' : `no bed, last in ${bed.tray}`)} · device{' '}
        {bed.device.deviceId}
        {bed.device.model ? ` (${bed.device.model})` : ''}
        {bed.since ? ` · since ${dateTimeText(Date.parse(bed.since))}` : ''}
        {otherDevices.map((other) => (
          <>
            {' '}
            · <a href={patientHref(other.associationId)}>also at this bed: {other.device.deviceId}</a>
          </>
        ))}
      </p>
    </header>
  );
}

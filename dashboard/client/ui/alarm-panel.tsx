/** The panel with all alarms of the watched wards, the most urgent first. */

import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import { listedAlarms } from '../core/alarm-order.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { AlarmList } from './alarm-list.tsx';
import { PauseAudio } from './pause-audio.tsx';

/** Maximum number of rows. Further alarms are only counted. */
const rowsMax = 200;

export function AlarmPanel() {
  const app = useApp();
  const screen = app.screen.value;
  const alarms = screen ? listedAlarms(screen.alarms.values()) : [];
  const unanswered = alarms.filter(isUnanswered);
  const beds = [...new Set(unanswered.map((alarm) => alarm.associationId))];
  return (
    <aside class="alarms" aria-label={t('Alarms')} data-testid="alarm-list">
      <div class="alarms__head">
        <h2>{t('Alarms')}</h2>
        <span class="bar__gap" />
        {app.may('pause-audio') && beds.length > 0 && <PauseAudio associationIds={beds} />}
      </div>
      <AlarmList
        alarms={alarms}
        rowsMax={rowsMax}
        emptyText={screen ? t('No alarms.') : t('Waiting for the server.')}
        bedOf={(alarm) => screen?.beds.get(alarm.associationId)}
      />
    </aside>
  );
}

/**
 * The tray: a strip below the tiles with the devices without a bed. The closed tray shows the number of these devices
 * and their most serious alarm.
 */

import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol/rest.ts';
import { listedAlarms, lookOf, mostSeriousAlarm, priorityMarks } from '../core/alarm-order.ts';
import { alarmText } from '../core/alarm-words.ts';
import { t } from '../core/texts.ts';
import { dateTimeText } from '../core/times.ts';
import { inZoneOf } from '../core/zones.ts';
import { BedState } from './bed-state.tsx';
import { PatientLink } from './patient-link.tsx';

type Props = { beds: readonly Bed[]; alarmsOf: ReadonlyMap<string, readonly Alarm[]> };

export function Tray({ beds, alarmsOf }: Props) {
  if (beds.length === 0) return null;
  const headline = mostSeriousAlarm(beds.flatMap((bed) => alarmsOf.get(bed.associationId) ?? []));
  return (
    <details class="tray" data-testid="tray">
      <summary class="tray__head">
        <span data-testid="tray-count">
          {t('1 device without a bed|{n} devices without a bed', { n: beds.length })}
        </span>
        {headline && <AlarmWords alarm={headline} />}
      </summary>
      <ul class="tray__list">
        {beds.map((bed) => (
          <li key={bed.associationId} class="tray__row" data-testid={`tray-${bed.device.deviceId}`}>
            <PatientLink associationId={bed.associationId}>{bed.device.deviceId}</PatientLink>
            <span class="dim">
              {bed.tray === undefined ? t('was in no ward') : t('last in {tray}', { tray: bed.tray })}
              {bed.since === null
                ? ''
                : t(', no bed since {time}', {
                    time: inZoneOf(bed.tray, () => dateTimeText(Date.parse(bed.since ?? ''))),
                  })}
            </span>
            <BedState bed={bed} />
            {listedAlarms(alarmsOf.get(bed.associationId) ?? []).map((alarm) => (
              <AlarmWords key={alarm.alarmId} alarm={alarm} />
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}

function AlarmWords({ alarm }: { alarm: Alarm }) {
  const text = `${priorityMarks[alarm.priority]} ${alarm.deviceId}: ${alarmText(alarm)}`;
  return (
    <span
      class={`tray__alarm look look--${alarm.priority} is-${lookOf(alarm)}`}
      data-mark={text}
      data-priority={alarm.priority}
      data-testid="tray-alarm"
    >
      {text}
    </span>
  );
}

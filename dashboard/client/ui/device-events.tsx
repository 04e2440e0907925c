/**
 * The events of the devices: the filters by device, kind and time, the list, and the file with the content of the list.
 */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type DeviceEventGroup, deviceEventGroupNames } from '../../../contracts/device-event-groups.ts';
import { hourMs } from '../../../contracts/durations.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { DeviceEvents } from '../../protocol/device-events.ts';
import { eventDetails, eventGroupNames, eventName, eventsCsv } from '../core/device-event-words.ts';
import { t } from '../core/texts.ts';
import { dateTimeText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { saveFile } from '../shell/file-download.ts';
import { SearchField } from './search-field.tsx';

const refreshMs = 15_000;
/** Time from the last typed character to the request for the list, ms. */
const typingMs = 300;
/** Number of rows at first, and number of further rows after each press of “Show more”. */
const rowsAtOnce = 100;
const hourChoices = [1, 24, 72] as const;

export type EventChoice = { readonly device: string; readonly group: DeviceEventGroup | ''; readonly hours: number };

/** Requests the matching events when the choice changes, and at an interval. Ignores an answer to a former choice. */
function useEvents({ device, group, hours }: EventChoice) {
  const app = useApp();
  const data = useSignal<DeviceEvents | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const asked = useRef(0);
  const choiceOfData = useRef('');
  const choiceNow = JSON.stringify([device, group, hours]);
  async function load() {
    asked.current += 1;
    const mine = asked.current;
    const from = formatInstant(app.now.peek() - hours * hourMs);
    const answer = await app.api.deviceEvents({
      from,
      ...(device.trim() && { device: device.trim() }),
      ...(group && { group }),
    });
    if (mine !== asked.current) return;
    problem.value = answer.ok ? undefined : answer.message;
    // Events of a former choice must not stand below the present choice.
    if (!answer.ok && choiceOfData.current !== choiceNow) data.value = undefined;
    if (!answer.ok) return;
    data.value = answer.data;
    choiceOfData.current = choiceNow;
  }
  useEffect(() => {
    const first = setTimeout(() => void load(), data.peek() === undefined ? 0 : typingMs);
    const timer = setInterval(() => void load(), refreshMs);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
      asked.current += 1;
    };
  }, [device, group, hours]);
  return { data, problem };
}

export function DeviceEventList(props: { choice: EventChoice; onChoice: (changed: Partial<EventChoice>) => void }) {
  const app = useApp();
  const { choice } = props;
  const { data, problem } = useEvents(choice);
  const shownMax = useSignal(rowsAtOnce);
  const events = data.value?.events ?? [];
  return (
    <>
      <Filters {...props} />
      {problem.value && (
        <p class="form__problem" role="alert" data-testid="events-error">
          {problem.value}
        </p>
      )}
      {data.value?.isWhole === false && (
        <p class="dim" role="status">
          {t('This server still reads older events.')}
        </p>
      )}
      {data.value && (
        <p class="devices-events__sum">
          <span class="dim" data-testid="events-count" role="status">
            {t('1 event|{n} events', { n: events.length + data.value.more })}
            {data.value.more > 0 &&
              t(', of which the newest {n} are listed. Choose a shorter time or a device.', { n: events.length })}
          </span>{' '}
          <button
            class="button button--small"
            type="button"
            disabled={events.length === 0}
            data-testid="events-csv"
            onClick={() => {
              const day = formatInstant(app.now.peek()).slice(0, 10);
              saveFile(new Blob([eventsCsv(events)], { type: 'text/csv' }), `vigil-device-events-${day}.csv`);
            }}
          >
            {t('Save as CSV')}
          </button>
        </p>
      )}
      {events.length > 0 && <EventTable events={events.slice(0, shownMax.value)} />}
      {events.length > shownMax.value && (
        <button
          class="button"
          type="button"
          data-testid="events-more"
          onClick={() => {
            shownMax.value += rowsAtOnce;
          }}
        >
          {t('Show more')}
        </button>
      )}
      {data.value && events.length === 0 && (
        <p class="dim sheet__none" data-testid="events-none">
          {t('No event matches.')}
        </p>
      )}
      {!data.value && !problem.value && <p class="dim sheet__none">{t('Loading …')}</p>}
    </>
  );
}

function Filters({ choice, onChoice }: Parameters<typeof DeviceEventList>[0]) {
  return (
    <div class="form__row devices-search">
      <SearchField
        label={t('Device')}
        text={choice.device}
        lengthMax={64}
        testId="events-device"
        onText={(device) => onChoice({ device })}
      />
      <label class="field">
        <span>{t('Show')}</span>
        <select
          value={choice.group}
          data-testid="events-group"
          onChange={(event) => onChoice({ group: event.currentTarget.value as EventChoice['group'] })}
        >
          <option value="">{t('all')}</option>
          {deviceEventGroupNames.map((group) => (
            <option key={group} value={group}>
              {eventGroupNames[group]}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t('Time')}</span>
        <select
          value={choice.hours}
          data-testid="events-hours"
          onChange={(event) => onChoice({ hours: Number(event.currentTarget.value) })}
        >
          {hourChoices.map((hours) => (
            <option key={hours} value={hours}>
              {t('last hour|last {n} hours', { n: hours })}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function EventTable({ events }: { events: DeviceEvents['events'] }) {
  return (
    <table class="table" data-testid="events-table">
      <thead>
        <tr>
          <th scope="col">{t('Time')}</th>
          <th scope="col">{t('Device')}</th>
          <th scope="col">{t('Event')}</th>
          <th scope="col">{t('Details')}</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <tr key={`${event.at} ${event.deviceId} ${event.kind}`} data-testid="event-row">
            <td data-label={t('Time')}>{dateTimeText(Date.parse(event.at))}</td>
            <th scope="row">{event.deviceId}</th>
            <td class="table__words" data-label={t('Event')}>
              {eventName(event)}
            </td>
            <td class="table__words" data-label={t('Details')}>
              {eventDetails(event) || <span class="dim">–</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/**
 * The table of devices: the search, the devices without a bed, one row for each device, and the facts about a device.
 */
import { useSignal } from '@preact/signals';
import { Fragment } from 'preact';
import { useMemo } from 'preact/hooks';
import { refusedText } from '../core/device-event-words.ts';
import {
  certificateText,
  clockText,
  type DeviceChoice,
  type DeviceRow,
  deviceEventNames,
  firmwareText,
  gapsText,
  lastSeenText,
  reportsOf,
  wardsOf,
} from '../core/device-rows.ts';
import { t } from '../core/texts.ts';
import { dateTimeText, whenText } from '../core/times.ts';
import { inZoneOf } from '../core/zones.ts';
import { useApp } from '../shell/app.ts';
import { useKeptOrder } from './kept-order.ts';
import { SearchField } from './search-field.tsx';

/** Maximum number of devices without a bed that the line above the table names. */
const namedMax = 8;

export function Counts({ devices }: { devices: readonly DeviceRow[] }) {
  const inTrouble = devices.filter(({ facts }) => facts.inTrouble).length;
  return (
    <span class="dim" data-testid="devices-count">
      {t('{n} known, {inTrouble} in trouble', { n: devices.length, inTrouble })}
    </span>
  );
}

export function DeviceSearch(props: {
  devices: readonly DeviceRow[];
  choice: DeviceChoice;
  onChoice: (changed: Partial<DeviceChoice>) => void;
}) {
  const { devices, choice, onChoice } = props;
  const withoutBed = devices.filter(({ current }) => current === null);
  const namedText = withoutBed
    .slice(0, namedMax)
    .map(({ device }) => device.deviceId)
    .join(', ');
  const unnamed = withoutBed.length - namedMax;
  const wards = useMemo(() => wardsOf(devices, choice.ward), [devices, choice.ward]);
  return (
    <>
      {withoutBed.length > 0 && (
        <p class="devices-tray" data-testid="devices-tray">
          {t('1 device has no bed|{n} devices have no bed', { n: withoutBed.length })}: {namedText}
          {unnamed > 0 && t(' and {unnamed} more', { unnamed })}.{' '}
          <button class="button button--small" type="button" onClick={() => onChoice({ which: 'no-bed' })}>
            {t('Show only these')}
          </button>
        </p>
      )}
      <div class="form__row devices-search">
        <SearchField
          label={t('Search (id, model, serial number, bed)')}
          text={choice.text}
          lengthMax={80}
          testId="devices-search"
          onText={(text) => onChoice({ text })}
        />
        <label class="field">
          <span>{t('Ward')}</span>
          <select
            value={choice.ward}
            data-testid="devices-ward"
            onChange={(event) => onChoice({ ward: event.currentTarget.value })}
          >
            <option value="">{t('all')}</option>
            {wards.map((ward) => (
              <option key={ward} value={ward}>
                {ward}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{t('Show')}</span>
          <select
            value={choice.which}
            data-testid="devices-which"
            onChange={(event) => onChoice({ which: event.currentTarget.value as DeviceChoice['which'] })}
          >
            <option value="all">{t('all devices')}</option>
            <option value="trouble">{t('devices in trouble')}</option>
            <option value="refused">{t('devices with refused messages')}</option>
            <option value="no-bed">{t('devices without a bed')}</option>
          </select>
        </label>
      </div>
    </>
  );
}

/**
 * Number of rows at first, and number of further rows after each press of “Show more”. The devices in trouble are the
 * first rows.
 */
const rowsAtOnce = 100;

type TableProps = {
  devices: readonly DeviceRow[];
  openId: string | undefined;
  /** Called with the device that a person opens; undefined if a person closes the open device. */
  onOpen: (deviceId: string | undefined) => void;
  onEdit: (row: DeviceRow) => void;
  onEvents: (deviceId: string) => void;
};

export function DeviceTable(props: TableProps) {
  const { openId } = props;
  const shownMax = useSignal(rowsAtOnce);
  const { rows, on } = useKeptOrder(props.devices, ({ device }) => device.deviceId);
  if (props.devices.length === 0) return null;
  return (
    <>
      <table class="table devices" {...on}>
        <thead>
          <tr>
            <th scope="col">{t('Device')}</th>
            <th scope="col">{t('Connection')}</th>
            <th scope="col">{t('Last heard')}</th>
            <th scope="col">{t('Clock')}</th>
            <th scope="col">{t('Ward')}</th>
            <th scope="col">{t('Bed')}</th>
            <th scope="col">{t('Patient')}</th>
            <th scope="col">{t('Reports')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shownMax.value).map((row) => {
            const { deviceId } = row.device;
            const isOpen = openId === deviceId;
            return (
              <Fragment key={deviceId}>
                <Row
                  row={row}
                  isOpen={isOpen}
                  onEdit={() => props.onEdit(row)}
                  onOpen={() => props.onOpen(isOpen ? undefined : deviceId)}
                />
                {isOpen && <Facts row={row} onEvents={() => props.onEvents(deviceId)} />}
              </Fragment>
            );
          })}
        </tbody>
      </table>
      {rows.length > shownMax.value && (
        <p>
          <span class="dim">
            {t('{shown} of {all} devices are shown.', { shown: shownMax.value, all: rows.length })}
          </span>{' '}
          <button
            class="button"
            type="button"
            data-testid="devices-more"
            onClick={() => {
              shownMax.value += rowsAtOnce;
            }}
          >
            {t('Show more')}
          </button>
        </p>
      )}
    </>
  );
}

function Row(props: { row: DeviceRow; isOpen: boolean; onEdit: () => void; onOpen: () => void }) {
  const app = useApp();
  const { row } = props;
  const { device, current, facts } = row;
  // Only a person who may see the patient may move the patient or end the stay. The server checks this too.
  const mayMove = app.may('associate-device') && (app.may('admit-patient') || !current?.occupied);
  const inZone = <Text,>(write: () => Text) => inZoneOf(current?.ward ?? row.lastWard, write);
  const since = device.onlineChangedAt
    ? t(' since {when}', { when: inZone(() => whenText(Date.parse(device.onlineChangedAt ?? ''), app.now.value)) })
    : '';
  return (
    <tr data-testid={`device-${device.deviceId}`}>
      <th scope="row">
        {device.deviceId}
        <span class="table__note">{device.model ?? t('model not declared')}</span>
        <span class="table__note">
          {facts.serial === undefined
            ? t('serial number not declared')
            : t('serial number {serial}', { serial: facts.serial })}
        </span>
      </th>
      <td class="table__words" data-label={t('Connection')}>
        {device.online === null ? (
          <span class="dim">{t('? no news yet')}</span>
        ) : device.online ? (
          <span class="is-good">{t('● online{since}', { since })}</span>
        ) : (
          <span class="is-refused">{t('○ offline{since}', { since })}</span>
        )}
      </td>
      <td class="table__words" data-label={t('Last heard')}>
        {inZone(() => lastSeenText(row, app.now.value))}
      </td>
      <td class="table__words" data-label={t('Clock')}>
        {clockText(row)}
      </td>
      <td data-label={t('Ward')}>
        {current?.ward ?? (
          <span class="dim">
            {row.lastWard === undefined ? t('no ward') : t('last in {lastWard}', { lastWard: row.lastWard })}
          </span>
        )}
      </td>
      <td data-label={t('Bed')}>{current?.bed ?? <span class="dim">{t('no bed')}</span>}</td>
      <td class="table__words" data-label={t('Patient')}>
        {current?.occupied ? t('admitted') : <span class="dim">{t('no patient')}</span>}
      </td>
      <td class="table__words" data-label={t('Reports')}>
        {reportsOf(row) ?? <span class="dim">{t('no problem')}</span>}
      </td>
      <td>
        <div class="devices__acts">
          <button
            class="button button--small"
            type="button"
            aria-expanded={props.isOpen}
            aria-label={t('{part} about {deviceId}', {
              part: props.isOpen ? t('Less') : t('More'),
              deviceId: device.deviceId,
            })}
            data-testid={`more-${device.deviceId}`}
            onClick={props.onOpen}
          >
            {props.isOpen ? t('Less') : t('More')}
          </button>
          {mayMove ? (
            <button
              class="button button--small"
              type="button"
              data-testid={`associate-${device.deviceId}`}
              aria-label={t('Change the bed or the patient of {deviceId}', { deviceId: device.deviceId })}
              onClick={props.onEdit}
            >
              {t('Change')}
            </button>
          ) : (
            app.may('associate-device') && <span class="dim">{t('nurses only')}</span>
          )}
        </div>
      </td>
    </tr>
  );
}

/** The facts about a device. A fact that the page does not have is "not known", and never 0. */
function Facts({ row, onEvents }: { row: DeviceRow; onEvents: () => void }) {
  const { device, facts } = row;
  const app = useApp();
  const inZone = <Text,>(write: () => Text) => inZoneOf(row.current?.ward ?? row.lastWard, write);
  return (
    <tr data-testid={`facts-${device.deviceId}`}>
      <td colSpan={9}>
        <p data-testid="firmware">{firmwareText(facts)}</p>
        <p data-testid="gaps">{inZone(() => gapsText(facts, app.now.value))}</p>
        <p data-testid="refused">{inZone(() => refusedText(facts))}</p>
        <p data-testid="certificate-end">{inZone(() => certificateText(facts, app.now.value))}</p>
        <p>{t('Last events that this server has read:')}</p>
        {facts.events === undefined ? (
          <p class="dim">{t('Loading …')}</p>
        ) : facts.events.length === 0 ? (
          <p class="dim">{t('no events')}</p>
        ) : (
          <ul>
            {facts.events.map(({ at, kind }, index) => (
              // The key is the index, because two events can be equal.
              <li key={index}>
                {inZone(() => dateTimeText(Date.parse(at)))} {deviceEventNames[kind]}
              </li>
            ))}
          </ul>
        )}
        <button
          class="button button--small"
          type="button"
          data-testid={`events-of-${device.deviceId}`}
          onClick={onEvents}
        >
          {t('All events of this device')}
        </button>
      </td>
    </tr>
  );
}

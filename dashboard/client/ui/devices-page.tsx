/** The page of the devices: a table of all devices with their beds, and the form that changes a device. */
import { type Signal, useSignal } from '@preact/signals';
import { deviceIdPattern } from '../../../contracts/topics.ts';
import { askEveryMs, type DeviceChoice, type DeviceRow, shownDevices } from '../core/device-rows.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import { AssociateForm } from './associate-form.tsx';
import { ChoiceGroup } from './choice-group.tsx';
import { DeviceEventList, type EventChoice } from './device-events.tsx';
import { Counts, DeviceSearch, DeviceTable } from './device-table.tsx';
import { TextField } from './fields.tsx';
import type { FormRow } from './form-parts.tsx';
import { useRefreshed } from './refreshed.ts';
import { ScrollBox } from './scroll-box.tsx';
import { FormProblem } from './still-text.tsx';

/** Returns the newest list, and the device whose facts are open. Only the events of this device come with the list. */
function useDevices() {
  const { api } = useApp();
  const openId = useSignal<string | undefined>(undefined);
  const refreshed = useRefreshed(
    () => api.devices(openId.peek() ?? ''),
    (list) => askEveryMs(list?.devices.length ?? 0),
  );
  function open(deviceId: string | undefined) {
    openId.value = deviceId;
    if (deviceId !== undefined) void refreshed.load();
  }
  return { ...refreshed, openId, open };
}

/** @param props `ward`: the ward whose devices the page shows at first; absent for all wards */
export function DevicesPage({ ward = '' }: { ward?: string | undefined }) {
  const app = useApp();
  const { data, problem, load, openId, open } = useDevices();
  const devices = data.value?.devices;
  const choice = useSignal<DeviceChoice>({ text: '', ward, which: 'all' });
  const shown = devices && shownDevices(devices, choice.value);
  const view = useSignal<'devices' | 'events'>('devices');
  const eventChoice = useSignal<EventChoice>({ device: '', group: '', hours: 24 });
  const editedRow = useSignal<FormRow | undefined>(undefined);
  const doneText = useSignal<string | undefined>(undefined);

  function edit(row: DeviceRow) {
    // If the form of this device is already open, the form keeps the version of the device with which it was opened.
    if (row.device.deviceId === editedRow.value?.device.deviceId) return;
    app.unsaved.leave(() => {
      doneText.value = undefined;
      editedRow.value = row;
    });
  }

  return (
    <div class="ward">
      <main class="sheet" id="main" tabIndex={-1} data-testid="devices-page">
        <div class="sheet__head">
          <h1>{t('Devices')}</h1>
          {devices && <Counts devices={devices} />}
          <ViewChoice view={view} />
          {doneText.value && (
            <span class="tag tag--good" role="status">
              {doneText.value}
            </span>
          )}
        </div>
        {problem.value && (
          <p class="form__problem" role="alert" data-testid="devices-error">
            {problem.value}
          </p>
        )}
        {editedRow.value && (
          <AssociateForm
            key={editedRow.value.device.deviceId}
            row={withNewestOthers(editedRow.value, devices)}
            onDone={(text) => {
              doneText.value = text;
              editedRow.value = undefined;
              void load();
            }}
            onCancel={() => {
              editedRow.value = undefined;
            }}
          />
        )}
        {app.may('associate-device') && view.value === 'devices' && !editedRow.value && (
          <UnlistedDevice
            onDevice={(deviceId) => {
              doneText.value = undefined;
              const listed = devices?.find((row) => row.device.deviceId === deviceId);
              editedRow.value = listed ?? { device: { deviceId }, current: null, version: null };
            }}
          />
        )}
        {view.value === 'events' && (
          <ScrollBox label={t('Events')}>
            <DeviceEventList
              choice={eventChoice.value}
              onChoice={(changed) => {
                eventChoice.value = { ...eventChoice.peek(), ...changed };
              }}
            />
          </ScrollBox>
        )}
        {view.value === 'devices' && (
          <ScrollBox label={t('Devices')}>
            {devices && devices.length > 0 && (
              <DeviceSearch
                devices={devices}
                choice={choice.value}
                onChoice={(changed) => {
                  choice.value = { ...choice.peek(), ...changed };
                }}
              />
            )}
            <DeviceTable
              devices={shown ?? []}
              openId={openId.value}
              onOpen={open}
              onEdit={edit}
              onEvents={(device) => {
                eventChoice.value = { device, group: '', hours: 72 };
                view.value = 'events';
              }}
            />
            {devices?.length === 0 && <p class="dim sheet__none">{t('No device is known yet.')}</p>}
            {devices && devices.length > 0 && shown?.length === 0 && (
              <p class="dim sheet__none" data-testid="devices-none">
                {t('No device matches.')}
              </p>
            )}
            {!devices && !problem.value && <p class="dim sheet__none">{t('Loading …')}</p>}
          </ScrollBox>
        )}
      </main>
      <AlarmPanel />
    </div>
  );
}

/** The buttons that choose between the list of devices and the list of events. */
function ViewChoice({ view }: { view: Signal<'devices' | 'events'> }) {
  return (
    <ChoiceGroup
      legend={t('Devices')}
      choices={[
        { key: 'devices', text: t('List') },
        { key: 'events', text: t('Events') },
      ]}
      chosen={view.value}
      testId="view"
      onChoose={(next) => {
        view.value = next;
      }}
    />
  );
}

/**
 * Returns the row of an open form with the newest list of the patient's other devices and the newest number of open
 * tasks. All other facts, even the version, stay as they were when the form was opened.
 */
function withNewestOthers(row: FormRow, devices: readonly DeviceRow[] | undefined): FormRow {
  const { current } = row;
  const newest = devices?.find((device) => device.current?.associationId === current?.associationId)?.current;
  return current && newest
    ? { ...row, current: { ...current, others: newest.others, openTasks: newest.openTasks } }
    : row;
}

/**
 * A form to assign a device that is not in the table. The server refuses the device if its last ward is not a ward of
 * the person.
 */
function UnlistedDevice({ onDevice }: { onDevice: (deviceId: string) => void }) {
  const typed = useSignal('');
  const problem = useSignal<string | undefined>(undefined);
  return (
    <form
      class="form form--line"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const deviceId = typed.value.trim();
        problem.value = deviceIdPattern.test(deviceId) ? undefined : t('Enter the id that is on the device.');
        if (problem.value === undefined) onDevice(deviceId);
      }}
    >
      <TextField
        label={t('Id of a device that is not listed')}
        name="unlisted"
        maxLength={64}
        value={typed.value}
        onValue={(value) => {
          typed.value = value;
        }}
      />
      <button class="button" type="submit" data-testid="associate-unlisted">
        {t('Assign')}
      </button>
      <FormProblem text={problem.value} />
    </form>
  );
}

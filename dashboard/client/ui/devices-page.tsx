/** The page of the devices: a table of all devices with their beds, and the form that changes a device. */
import { useSignal } from '@preact/signals';
import { technicalConditions } from '../../../contracts/parameters.ts';
import { deviceIdPattern } from '../../../contracts/topics.ts';
import type { Devices } from '../../protocol/devices.ts';
import { whenText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import { AssociateForm } from './associate-form.tsx';
import { TextField } from './fields.tsx';
import type { FormRow } from './form-parts.tsx';
import { useRefreshed } from './refreshed.ts';
import { FormProblem } from './still-text.tsx';

const refreshMs = 5000;
export type DeviceRow = Devices['devices'][number];

const byId = (a: DeviceRow, b: DeviceRow) =>
  a.device.deviceId.localeCompare(b.device.deviceId, 'en', { numeric: true });

export function DevicesPage() {
  const app = useApp();
  const { data, problem, load } = useRefreshed(app.api.devices, refreshMs);
  const devices = data.value?.devices.toSorted(byId);
  const editedRow = useSignal<FormRow | undefined>(undefined);
  const doneText = useSignal<string | undefined>(undefined);

  function edit(row: DeviceRow) {
    // If the form of this device is already open, it keeps the version that it was opened with.
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
          <h1>Devices</h1>
          {devices && <span class="dim">{devices.length} known</span>}
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
        {app.may('associate-device') && !editedRow.value && (
          <UnlistedDevice
            onDevice={(deviceId) => {
              doneText.value = undefined;
              const listed = devices?.find((row) => row.device.deviceId === deviceId);
              editedRow.value = listed ?? { device: { deviceId }, current: null, version: null };
            }}
          />
        )}
        <div class="sheet__scroll">
          <DeviceTable devices={devices ?? []} onEdit={edit} />
          {devices?.length === 0 && <p class="dim sheet__none">No device is known yet.</p>}
          {!devices && !problem.value && <p class="dim sheet__none">Loading …</p>}
        </div>
      </main>
      <AlarmPanel />
    </div>
  );
}

/**
 * Returns the row of an open form with the newest list of the patient's other devices. Everything else, even the version,
 * stays as it was when the form was opened.
 */
function withNewestOthers(row: FormRow, devices: readonly DeviceRow[] | undefined): FormRow {
  const { current } = row;
  const newest = devices?.find((device) => device.current?.associationId === current?.associationId)?.current;
  return current && newest ? { ...row, current: { ...current, others: newest.others } } : row;
}

function DeviceTable(props: { devices: readonly DeviceRow[]; onEdit: (row: DeviceRow) => void }) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Device</th>
          <th scope="col">Connection</th>
          <th scope="col">Ward</th>
          <th scope="col">Bed</th>
          <th scope="col">Patient</th>
          <th scope="col">Reports</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {props.devices.map((row) => (
          <Row key={row.device.deviceId} row={row} onEdit={() => props.onEdit(row)} />
        ))}
      </tbody>
    </table>
  );
}

/** A form to assign a device that is not in the table. The server refuses a device that was last in another ward. */
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
        problem.value = deviceIdPattern.test(deviceId) ? undefined : 'Enter the id that is on the device.';
        if (problem.value === undefined) onDevice(deviceId);
      }}
    >
      <TextField
        label="Id of a device that is not listed"
        name="unlisted"
        maxLength={64}
        value={typed.value}
        onValue={(value) => {
          typed.value = value;
        }}
      />
      <button class="button" type="submit" data-testid="associate-unlisted">
        Assign
      </button>
      <FormProblem text={problem.value} />
    </form>
  );
}

function Row({ row, onEdit }: { row: DeviceRow; onEdit: () => void }) {
  const app = useApp();
  const { device, current } = row;
  const conditionTexts = device.conditions
    .filter((condition) => condition.present)
    .map((condition) => technicalConditions[condition.condition].text);
  // Only a person who may see the patient may end the patient's stay. The server checks this too.
  const mayMove = app.may('associate-device') && (app.may('admit-patient') || !current?.occupied);
  const since = device.onlineChangedAt ? ` since ${whenText(Date.parse(device.onlineChangedAt), app.now.value)}` : '';
  return (
    <tr data-testid={`device-${device.deviceId}`}>
      <th scope="row">
        {device.deviceId}
        {device.model && <span class="table__note">{device.model}</span>}
      </th>
      <td class="nowrap" data-label="Connection">
        {device.online === null ? (
          <span class="dim">? no news yet</span>
        ) : device.online ? (
          <span class="is-good">● online{since}</span>
        ) : (
          <span class="is-refused">○ offline{since}</span>
        )}
      </td>
      <td data-label="Ward">
        {current?.ward ?? <span class="dim">{row.lastWard === undefined ? 'none' : `last in ${row.lastWard}`}</span>}
      </td>
      <td data-label="Bed">{current?.bed ?? <span class="dim">none</span>}</td>
      <td class="table__words" data-label="Patient">
        {current ? current.occupied ? 'admitted' : <span class="dim">none</span> : <span class="dim">none</span>}
      </td>
      <td class="table__words" data-label="Reports">
        {conditionTexts.length > 0 ? conditionTexts.join(', ') : <span class="dim">no problem</span>}
      </td>
      <td class="num">
        {mayMove ? (
          <button
            class="button button--small"
            type="button"
            data-testid={`associate-${device.deviceId}`}
            aria-label={`Change the bed or the patient of ${device.deviceId}`}
            onClick={onEdit}
          >
            Change
          </button>
        ) : (
          app.may('associate-device') && <span class="dim">nurses only</span>
        )}
      </td>
    </tr>
  );
}

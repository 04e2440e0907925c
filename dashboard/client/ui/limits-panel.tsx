/** The limits that judge this patient, and the form that changes them, for who may. */
import { useSignal } from '@preact/signals';
import type { Limits } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups, parameters } from '../../../contracts/parameters.ts';
import type { Bed } from '../../protocol.ts';
import { readLimits } from '../core/limit-input.ts';
import { mergedLimits, wardLimits } from '../core/numerics.ts';
import { whenText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';

const names: Partial<Record<LimitGroup, string>> = { BPsys: 'BP systolic', BPmean: 'BP mean' };

export function LimitsPanel({ bed }: { bed: Bed }) {
  const app = useApp();
  const editing = useSignal<LimitGroup | undefined>(undefined);
  const ward = wardLimits(bed.patient?.category);
  const shownGroups = limitGroups.filter(
    (group) =>
      bed.values.some((value) => parameters.get(value.code)?.limits === group) ||
      bed.limits.some((one) => one.group === group),
  );
  const now = app.now.value;
  if (editing.value)
    return (
      <LimitForm
        bed={bed}
        group={editing.value}
        start={mergedLimits(
          ward[editing.value],
          bed.limits.find((one) => one.group === editing.value)?.limits ?? undefined,
        )}
        onDone={() => {
          editing.value = undefined;
        }}
      />
    );
  return (
    <>
      <h2>Alarm limits</h2>
      <table class="table table--tight">
        <thead>
          <tr>
            <th scope="col">Parameter</th>
            <th scope="col" class="num">
              Extreme low
            </th>
            <th scope="col" class="num">
              Low
            </th>
            <th scope="col" class="num">
              High
            </th>
            <th scope="col" class="num">
              Extreme high
            </th>
            <td />
          </tr>
        </thead>
        <tbody>
          {shownGroups.map((group) => {
            const change = bed.limits.find((one) => one.group === group);
            const limits = mergedLimits(ward[group], change?.limits ?? undefined);
            return (
              <tr key={group} data-testid={`limits-${group}`}>
                <th scope="row">
                  {names[group] ?? group}
                  {change?.limits && (
                    <span class="table__note">
                      own, {change.by.name} {whenText(Date.parse(change.at), now)}
                    </span>
                  )}
                </th>
                <td class="num">{limits.extremeLow ?? '–'}</td>
                <td class="num">{limits.low ?? '–'}</td>
                <td class="num">{limits.high ?? '–'}</td>
                <td class="num">{limits.extremeHigh ?? '–'}</td>
                <td class="num">
                  {app.may('set-limits') && (
                    <button
                      class="button button--small"
                      type="button"
                      data-testid={`edit-limits-${group}`}
                      aria-label={`Change the limits of ${names[group] ?? group}`}
                      onClick={() => {
                        editing.value = group;
                      }}
                    >
                      Change
                    </button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {shownGroups.length === 0 && <p class="dim">No parameter with limits yet.</p>}
      {Object.keys(ward).length === 0 && (
        <p class="dim">There is no ward profile for this patient’s category: only limits set here are shown.</p>
      )}
    </>
  );
}

const fields = [
  ['extremeLow', 'Extreme low'],
  ['low', 'Low'],
  ['high', 'High'],
  ['extremeHigh', 'Extreme high'],
] as const;

function LimitForm(props: { bed: Bed; group: LimitGroup; start: Limits; onDone: () => void }) {
  const { bed, group, start, onDone } = props;
  const app = useApp();
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);

  async function send(limits: Limits | null) {
    busy.value = true;
    const answer = await app.api.setLimits(bed.associationId, group, limits);
    busy.value = false;
    if (answer.ok) onDone();
    else problem.value = answer.message;
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const read = readLimits(group, (name) => String(data.get(name) ?? ''));
    if (read.ok) void send(read.limits);
    else problem.value = read.message;
  }

  return (
    <form class="form" onSubmit={submit} noValidate aria-labelledby="limit-title" data-testid="limit-form">
      <h2 id="limit-title">Limits of {names[group] ?? group} for this patient</h2>
      <div class="form__row form__row--numbers">
        {fields.map(([name, text]) => (
          <label key={name} class="field">
            <span>{text}</span>
            <input name={name} inputMode="decimal" defaultValue={start[name] ?? ''} aria-describedby="limit-problem" />
          </label>
        ))}
      </div>
      <p class="dim">Empty: the ward’s limit. The change is put on record with your name.</p>
      <p class="form__problem" role="alert" id="limit-problem">
        {problem.value}
      </p>
      <div class="form__buttons">
        <button class="button button--primary" type="submit" disabled={busy.value} data-testid="limit-save">
          Save
        </button>
        <button class="button" type="button" disabled={busy.value} onClick={() => void send(null)}>
          Back to the ward’s
        </button>
        <button class="button" type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}

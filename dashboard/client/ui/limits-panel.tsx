/** The limits that judge this patient, and the form that changes them, for who may. */
import { useSignal } from '@preact/signals';
import type { Limits } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups, parameters } from '../../../contracts/parameters.ts';
import type { Bed, LimitChange, LimitsRefused } from '../../protocol.ts';
import { draftOfLimits, readChangedLimits, understoodText } from '../core/limit-input.ts';
import { mergedLimits, wardLimits } from '../core/numerics.ts';
import { whenText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { UnsavedQuestion, useUnsaved } from './unsaved.tsx';

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
        ward={ward[editing.value] ?? {}}
        own={bed.limits.find((one) => one.group === editing.value)}
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

type LimitFormProps = {
  bed: Bed;
  group: LimitGroup;
  /** The ward's limits, which hold where the patient has none of their own. */
  ward: Limits;
  own: LimitChange | undefined;
  onDone: () => void;
};

/** Shows the patient's own limits and sends those alone: the ward's stand in the empty fields and are not made the patient's. */
function LimitForm({ bed, group, ward, own, onDone }: LimitFormProps) {
  const app = useApp();
  /** The change that the person has seen. */
  const seen = useSignal(own);
  const draft = useSignal(draftOfLimits(own?.limits));
  const problem = useSignal<string | undefined>(undefined);
  const refused = useSignal<LimitChange | undefined>(undefined);
  const busy = useSignal(false);
  const first = useSignal(draft.peek());
  useUnsaved(fields.some(([name]) => draft.value[name].trim() !== first.value[name]));

  async function send(limits: Limits | null) {
    busy.value = true;
    const answer = await app.api.setLimits(bed.associationId, { group, limits, seenAt: seen.value?.at ?? null });
    busy.value = false;
    if (answer.ok) return onDone();
    problem.value = answer.message;
    if (answer.status === 409) refused.value = (answer.body as LimitsRefused).current;
  }

  function save() {
    const read = readChangedLimits(group, draft.value, own?.limits ?? undefined);
    if (read.ok) void send(read.limits);
    else problem.value = read.message;
  }

  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      noValidate
      aria-labelledby="limit-title"
      data-testid="limit-form"
    >
      <h2 id="limit-title">Limits of {names[group] ?? group} for this patient</h2>
      <div class="form__row form__row--numbers">
        {fields.map(([name, text]) => (
          <label key={name} class="field">
            <span>{text}</span>
            <input
              name={name}
              inputMode="decimal"
              value={draft.value[name]}
              placeholder={ward[name] === undefined ? '' : String(ward[name])}
              aria-describedby="limit-problem"
              onInput={(event) => {
                draft.value = { ...draft.value, [name]: event.currentTarget.value };
              }}
            />
          </label>
        ))}
      </div>
      <p role="status" data-testid="limit-understood">
        {understoodText(draft.value)}
      </p>
      <p class="dim">Empty: the ward’s limit. The change is put on record with your name.</p>
      <UnsavedQuestion />
      <p class="form__problem" role="alert" id="limit-problem" data-testid="limit-problem">
        {problem.value}
      </p>
      <div class="form__buttons">
        {refused.value ? (
          <button
            class="button"
            type="button"
            disabled={busy.value}
            data-testid="limit-insist"
            onClick={() => {
              seen.value = refused.value;
              refused.value = undefined;
              save();
            }}
          >
            I have seen this. Save mine all the same
          </button>
        ) : (
          <button class="button button--primary" type="submit" disabled={busy.value} data-testid="limit-save">
            Save
          </button>
        )}
        {own?.limits && (
          <button class="button" type="button" disabled={busy.value} onClick={() => void send(null)}>
            Back to the ward’s
          </button>
        )}
        <button class="button" type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}

/** The limits that judge this patient, and for who may change them the way to the form. */
import { useSignal } from '@preact/signals';
import { effectiveLimits } from '../../../contracts/effective-limits.ts';
import type { Limits } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups, parameters } from '../../../contracts/parameters.ts';
import type { Bed, LimitChange } from '../../protocol.ts';
import { groupName } from '../core/limit-input.ts';
import { wardLimits } from '../core/numerics.ts';
import { whenText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { LimitForm } from './limit-form.tsx';

export function LimitsPanel({ bed }: { bed: Bed }) {
  const editing = useSignal<LimitGroup | undefined>(undefined);
  const ward = wardLimits(bed.patient?.category);
  const shownGroups = limitGroups.filter(
    (group) =>
      bed.values.some((value) => parameters.get(value.code)?.limits === group) ||
      bed.limits.some((one) => one.group === group),
  );
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
          {shownGroups.map((group) => (
            <LimitRow
              key={group}
              group={group}
              ward={ward[group]}
              change={bed.limits.find((one) => one.group === group)}
              onEdit={() => {
                editing.value = group;
              }}
            />
          ))}
        </tbody>
      </table>
      {shownGroups.length === 0 && <p class="dim">No parameter with limits yet.</p>}
      {Object.keys(ward).length === 0 && (
        <p class="dim">There is no ward profile for this patient’s category: only limits set here are shown.</p>
      )}
    </>
  );
}

type LimitRowProps = {
  group: LimitGroup;
  ward: Limits | undefined;
  /** The patient's own. */
  change: LimitChange | undefined;
  onEdit: () => void;
};

function LimitRow({ group, ward, change, onEdit }: LimitRowProps) {
  const app = useApp();
  const limits = effectiveLimits(ward, change?.limits ?? undefined) ?? {};
  return (
    <tr data-testid={`limits-${group}`}>
      <th scope="row">
        {groupName(group)}
        {change?.limits && (
          <span class="table__note">
            own, {change.by.name} {whenText(Date.parse(change.at), app.now.value)}
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
            aria-label={`Change the limits of ${groupName(group)}`}
            onClick={onEdit}
          >
            Change
          </button>
        )}
      </td>
    </tr>
  );
}

/** The table of a patient's limits, and the form for a person who may change the limits. */
import { useSignal } from '@preact/signals';
import type { GroupInForce } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, parameters } from '../../../contracts/parameters.ts';
import type { Bed } from '../../protocol/rest.ts';
import { groupName } from '../core/limit-input.ts';
import { originText } from '../core/limits-origin.ts';
import { groupInForce, offText } from '../core/numerics.ts';
import { t } from '../core/texts.ts';
import { whenText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { CrossedBell } from './crossed-bell.tsx';
import { LimitForm } from './limit-form.tsx';

/** @param isLive whether the stay is live on this screen. Only then can a person change the limits */
export function LimitsPanel({ bed, isLive }: { bed: Bed; isLive: boolean }) {
  const editedGroup = useSignal<LimitGroup | undefined>(undefined);
  const app = useApp();
  const shownGroups = (bed.limits?.groups ?? []).filter(
    ({ group, own, off }) =>
      bed.values.some((value) => parameters.get(value.code)?.limits === group) || own !== undefined || off?.until,
  );
  const edited = isLive ? groupInForce(editedGroup.value, bed.limits) : undefined;
  if (edited)
    return (
      <LimitForm
        bed={bed}
        inForce={edited}
        onDone={() => {
          editedGroup.value = undefined;
        }}
      />
    );
  return (
    <>
      <h2>{t('Alarm limits')}</h2>
      <table class="table table--tight">
        <thead>
          <tr>
            <th scope="col">{t('Parameter')}</th>
            <th scope="col" class="num">
              {t('Extreme low')}
            </th>
            <th scope="col" class="num">
              {t('Low')}
            </th>
            <th scope="col" class="num">
              {t('High')}
            </th>
            <th scope="col" class="num">
              {t('Extreme high')}
            </th>
            <td />
          </tr>
        </thead>
        <tbody>
          {shownGroups.map((entry) => (
            <LimitRow
              key={entry.group}
              inForce={entry}
              mayEdit={isLive && app.may('set-limits')}
              onEdit={() => {
                editedGroup.value = entry.group;
              }}
            />
          ))}
        </tbody>
      </table>
      <p class="dim" data-testid="limits-origin">
        {originText(bed.limits, shownGroups.length, app.now.value)}
      </p>
    </>
  );
}

type LimitRowProps = { inForce: GroupInForce; mayEdit: boolean; onEdit: () => void };

function LimitRow({ inForce, mayEdit, onEdit }: LimitRowProps) {
  const app = useApp();
  const { group, limits, own, changed, off } = inForce;
  const when = (at: string) => whenText(Date.parse(at), app.now.value);
  return (
    <tr data-testid={`limits-${group}`}>
      <th scope="row">
        {groupName(group)}
        {off && <CrossedBell title={offText(off, app.now.value)} />}
        {off && <span class="table__note">{offText(off, app.now.value)}</span>}
        {own && changed && (
          <span class="table__note">{t('own, {name} {when}', { name: changed.by.name, when: when(changed.at) })}</span>
        )}
      </th>
      <td class="num">{limits.extremeLow ?? '–'}</td>
      <td class="num">{limits.low ?? '–'}</td>
      <td class="num">{limits.high ?? '–'}</td>
      <td class="num">{limits.extremeHigh ?? '–'}</td>
      <td class="num">
        {mayEdit && (
          <button
            class="button button--small"
            type="button"
            data-testid={`edit-limits-${group}`}
            aria-label={t('Change the limits of {group}', { group: groupName(group) })}
            onClick={onEdit}
          >
            {t('Change')}
          </button>
        )}
      </td>
    </tr>
  );
}

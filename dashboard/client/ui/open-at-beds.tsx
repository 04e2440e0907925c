/** The list of open points at the beds of a hand-over, from the live data of this screen. */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import {
  type ListChange,
  listChange,
  type OpenLine,
  openAtBed,
  type SeenList,
  seenListAfter,
} from '../core/hand-over.ts';
import { patientName } from '../core/numerics.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';

type ListedBed = {
  readonly name: string;
  readonly patient: string;
  readonly lines: readonly OpenLine[];
  readonly seen: readonly string[];
  readonly change: ListChange;
};

/** `beds` is undefined if this screen cannot show the open points. Then `problem` says why. */
export type OpenBeds = { readonly beds?: readonly ListedBed[]; readonly problem?: string };

/** Returns the open points at the beds now, and the changes since the component first had data. */
export function useOpenBeds(ward: string, names: readonly string[], isWanted: boolean): OpenBeds {
  const app = useApp();
  const seenLists = useRef(new Map<string, SeenList>());
  const screen = app.screen.value;
  const views = app.delivery.views.value;
  if (!isWanted) return {};
  if (!screen) return { problem: t('This screen has no live data. Look at the beds.') };
  if (app.ward.value !== '*' && app.ward.value !== ward)
    return { problem: t('This screen does not watch {ward}. Look at the beds.', { ward }) };
  const inWard = [...screen.beds.values()].filter((bed) => bed.ward === ward);
  return {
    beds: names.map((name) => {
      const devices = inWard
        .filter((bed) => bed.bed === name)
        .map((bed) => ({ bed, alarms: screen.alarmsOf.get(bed.associationId) ?? [] }));
      const { lines, seen } = openAtBed(devices, views, app.now.value);
      const seenList = seenListAfter(seenLists.current.get(name), lines);
      seenLists.current.set(name, seenList);
      const patient = devices[0]?.bed.patient;
      return {
        name,
        patient: patient ? patientName(patient) : t('no patient'),
        lines,
        seen,
        change: listChange(seenList, lines),
      };
    }),
  };
}

export function OpenAtBeds(props: {
  open: OpenBeds;
  /** Whether the list also has beds without an open point. */
  listsEmptyBeds: boolean;
  buttonOf: (bed: string) => ComponentChildren;
}) {
  const { beds, problem } = props.open;
  if (problem !== undefined) return <p class="form__problem">{problem}</p>;
  const listed = beds?.filter(
    ({ lines, change }) => props.listsEmptyBeds || lines.length > 0 || change.gone.length > 0,
  );
  const leftOut = (beds?.length ?? 0) - (listed?.length ?? 0);
  return (
    <>
      <ul class="board__open">
        {listed?.map(({ name, patient, lines, change }) => (
          <li key={name} data-testid={`open-${name}`}>
            <strong>{name}</strong> {patient} {props.buttonOf(name)}
            <ul>
              {lines.length === 0 && <li class="dim">{t('nothing open')}</li>}
              {lines.map(({ point, text }) => (
                <li key={point?.key ?? text}>
                  {point && change.added.has(point.key) && <strong class="board__new">{t('new')} </strong>}
                  {text}
                </li>
              ))}
              {change.gone.map((text) => (
                <li key={text} class="dim">
                  {t('not open any more: {text}', { text })}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {leftOut > 0 && (
        <p class="dim">
          {t('Nothing is open at the other bed.|Nothing is open at the {n} other beds.', { n: leftOut })}
        </p>
      )}
    </>
  );
}

/** A number on the screen with its label, unit, limits, colour and age, and the colour of the alarm about it. */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { limitNumberText } from '../../../contracts/number-text.ts';
import type { Bed } from '../../protocol/rest.ts';
import { type AgeClass, ageText, connectionOf, valueClass } from '../core/ages.ts';
import { parameterColours } from '../core/colours.ts';
import {
  limitsFor,
  offText,
  type Readout,
  readoutPriority,
  type ShownLimits,
  type ShownValue,
  valueText,
} from '../core/numerics.ts';
import { doubtText } from '../core/readout-cell.ts';
import { widthEm } from '../core/tile-plan.ts';
import { useApp } from '../shell/app.ts';
import { useAges } from './ages.ts';
import { CrossedBell } from './crossed-bell.tsx';

/** Maximum age that a tile does not show, because such a value is still true for a reader. */
const recentMs = 5_000;

type ReadoutProps = {
  readout: Readout;
  bed: Bed;
  alarms: readonly Alarm[];
  /** Whether the age of a current value is shown too, as on the patient's page. */
  alwaysShowsAge?: boolean;
};

export function ReadoutView({ readout, bed, alarms, alwaysShowsAge }: ReadoutProps) {
  const app = useApp();
  const isServerLost = app.link.value === 'lost';
  const ages = useAges(readout.values.map((value) => value.numeric));
  // A pressure has one age: the age of its oldest value.
  const oldest = Math.max(...ages.map((age) => age.ms));
  const connection = connectionOf(bed.device, alarms);
  const shownConnection = isServerLost ? { ...connection, isGone: true } : connection;
  const classes = readout.values.map((value, i) => valueClass(value.numeric, ages[i]!, shownConnection));
  const worstClass = worstOf(classes);
  const priority = readoutPriority(readout.values, alarms, bed.device.deviceId);
  const showsAge = alwaysShowsAge || isServerLost || worstClass !== 'current' || oldest > recentMs;
  const note = readout.values.map((value) => valueText(value).note).find((text) => text !== undefined);
  const doubt = doubtText(readout, bed);
  const age = showsAge && (
    <span class="slot__age" data-testid={`age-${readout.key}`}>
      {ageText(oldest)}
      {alwaysShowsAge && worstClass !== 'current' && oldest >= 0 ? ' ago' : ''}
    </span>
  );
  const limits = limitsFor(readout.values[0]!.parameter, bed.limits);
  const valueWidthEm = widthEm({ isPressure: readout.isPressure, digits: readout.values[0]!.parameter.digits });
  const names = ['slot', `is-${worstClass}`];
  if (limits) names.push('slot--limits');
  if (readout.isPressure) names.push('slot--pressure');
  if (note) names.push('slot--note');
  if (priority) names.push(`slot--alarm-${priority}`);
  return (
    <div
      class={names.join(' ')}
      style={{ '--colour': parameterColours[readout.group], '--em': valueWidthEm }}
      data-age-class={worstClass}
    >
      <div class="slot__box">
        <div class="slot__head">
          <span class="slot__label" title={readout.unitLabel}>
            {readout.label}
            {doubt && (
              <span
                class="slot__doubt"
                role="img"
                title={doubt}
                aria-label={doubt}
                data-testid={`doubt-${readout.key}`}
              >
                !
              </span>
            )}
          </span>
          <span class="slot__unit">{readout.unitLabel}</span>
          {age}
        </div>
        <div class="slot__main">
          <div class="slot__value">
            <span class="slot__value-text">
              {readout.isPressure ? (
                <PressureValue values={readout.values} classes={classes} />
              ) : (
                <OneValue shown={readout.values[0]!} age={classes[0]!} />
              )}
            </span>
          </div>
          {limits && <ReadoutLimits digits={readout.values[0]!.parameter.digits} shown={limits} />}
        </div>
        {note && <span class="slot__note">{note}</span>}
      </div>
    </div>
  );
}

/** Returns the class of the oldest value. */
function worstOf(classes: readonly AgeClass[]): AgeClass {
  return classes.includes('expired') ? 'expired' : classes.includes('old') ? 'old' : 'current';
}

function OneValue({ shown, age }: { shown: ShownValue; age: AgeClass }) {
  return <span data-testid={`value-${shown.numeric.code}`}>{age === 'expired' ? '–' : valueText(shown).text}</span>;
}

/** Shows a pressure as `120/80 (93)`: systolic, diastolic, and the mean in brackets. */
function PressureValue({ values, classes }: { values: readonly ShownValue[]; classes: readonly AgeClass[] }) {
  const part = (name: string) => {
    const i = values.findIndex((value) => value.numeric.code.endsWith(name));
    return i < 0 ? <span>–</span> : <OneValue shown={values[i]!} age={classes[i]!} />;
  };
  const hasMean = values.some((value) => value.numeric.code.endsWith('_MEAN'));
  return (
    <>
      {part('_SYS')}
      <span class="slot__slash">/</span>
      {part('_DIA')}
      {hasMean && <span class="slot__mean">({part('_MEAN')})</span>}
    </>
  );
}

function ReadoutLimits({ digits, shown }: { digits: number; shown: ShownLimits }) {
  const app = useApp();
  const { hasOwn, off } = shown;
  const { low, high } = shown.limits;
  if (off)
    return (
      <span class="slot__limits" data-testid="limits-off">
        <CrossedBell title={offText(off, app.now.peek())} />
      </span>
    );
  const text = (limit: number | undefined) => (limit === undefined ? '' : limitNumberText(limit, digits));
  return (
    <span
      class={`slot__limits${hasOwn ? ' is-own' : ''}`}
      title={`Alarm limits: ${low === undefined ? 'no low' : `low ${text(low)}`}, ${
        high === undefined ? 'no high' : `high ${text(high)}`
      }${hasOwn ? ' (this patient’s own)' : ''}`}
    >
      <span>{text(high)}</span>
      <span>{text(low)}</span>
    </span>
  );
}

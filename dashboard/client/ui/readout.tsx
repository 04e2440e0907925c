/**
 * A number on the screen with its label, unit, limits, colour and age. During an alarm about the number, the number has
 * the colour of the alarm.
 */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { limitNumberText } from '../../../contracts/number-text.ts';
import type { Bed } from '../../protocol/rest.ts';
import { type AgeClass, ageText, connectionOf, valueClass } from '../core/ages.ts';
import { parameterColours } from '../core/colours.ts';
import { labelPx } from '../core/compact-plan.ts';
import {
  limitBeyond,
  limitsFor,
  offText,
  type Readout,
  readoutPriority,
  type ShownLimits,
  type ShownValue,
  valueText,
} from '../core/numerics.ts';
import { doubtText } from '../core/readout-cell.ts';
import { t } from '../core/texts.ts';
import { widthEm } from '../core/tile-plan.ts';
import { useApp } from '../shell/app.ts';
import { useTheme } from '../shell/theme.ts';
import { useAges } from './ages.ts';
import { CrossedBell } from './crossed-bell.tsx';

/** A tile does not show the age of a value that is at most this old, because such a value still counts as present. */
const recentMs = 5_000;

/**
 * For a compact number that stands below its label: the room at both sides together, and the room for a crossed bell,
 * px.
 */
const stackedEdgesPx = 10;
const bellPx = 20;

type ReadoutProps = {
  readout: Readout;
  bed: Bed;
  alarms: readonly Alarm[];
  /** Whether the age of a current value is visible too, as on the patient's page. */
  alwaysShowsAge?: boolean;
  /** The label on a compact tile, at the left of the number. A compact tile does not show limits and unit. */
  compactLabel?: string;
  /** False if the screen gets no new values of this bed. Then the screen never shows a number as current. */
  isLive?: boolean;
};

export function ReadoutView({ readout, bed, alarms, alwaysShowsAge, compactLabel, isLive = true }: ReadoutProps) {
  const app = useApp();
  const { theme } = useTheme();
  const isServerLost = app.link.value === 'lost';
  const ages = useAges(readout.values.map((value) => value.numeric));
  // A pressure has one age: the age of its oldest value.
  const oldest = Math.max(...ages.map((age) => age.ms));
  const connection = connectionOf(bed.device, alarms);
  const shownConnection = isServerLost || !isLive ? { ...connection, isGone: true } : connection;
  const classes = readout.values.map((value, i) => valueClass(value.numeric, ages[i]!, shownConnection));
  const worstClass = worstOf(classes);
  const priority = readoutPriority(readout.values, alarms, bed.device.deviceId);
  const showsAge = alwaysShowsAge || isServerLost || worstClass !== 'current' || oldest > recentMs;
  const note = readout.values.map((value) => valueText(value).note).find((text) => text !== undefined);
  const doubt = doubtText(readout, bed);
  const age = showsAge && (
    <span class="slot__age" data-testid={`age-${readout.key}`}>
      {ageText(oldest)}
      {alwaysShowsAge && worstClass !== 'current' && oldest >= 0 ? t(' ago') : ''}
    </span>
  );
  const allLimits = limitsFor(readout.values[0]!.parameter, bed.limits);
  // A compact tile still shows that the alarms of a parameter are off.
  const limits = compactLabel === undefined || allLimits?.off ? allLimits : undefined;
  const valueWidthEm = widthEm({ isPressure: readout.isPressure, digits: readout.values[0]!.parameter.digits });
  const names = ['slot', `is-${worstClass}`];
  // Label and age stand above the number, because they have no room at its left.
  const isStacked = compactLabel !== undefined && (age !== false || limits !== undefined);
  const stackedPx = limits === undefined ? stackedEdgesPx : stackedEdgesPx + bellPx;
  if (isStacked) names.push('slot--stacked');
  if (compactLabel !== undefined) names.push('slot--compact');
  else if (limits) names.push('slot--limits');
  if (readout.isPressure) names.push('slot--pressure');
  if (note) names.push('slot--note');
  if (priority) names.push(`slot--alarm-${priority}`);
  return (
    <div
      class={names.join(' ')}
      style={{
        '--colour': parameterColours[theme.value][readout.group],
        '--em': valueWidthEm,
        '--shared': `var(--size-${readout.group}, 10000px)`,
        ...(compactLabel !== undefined && {
          '--label': `calc(${isStacked ? stackedPx : labelPx({ label: compactLabel, note })} * var(--tile-px, 1px))`,
        }),
      }}
      data-age-class={worstClass}
    >
      <div class="slot__box">
        <div class="slot__head">
          <span class="slot__label" title={readout.unitLabel}>
            {readout.label}
            {compactLabel !== undefined && note && (
              <span class="slot__doubt" role="img" title={note} aria-label={note}>
                ?
              </span>
            )}
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
          {limits && <ReadoutLimits first={readout.values[0]!} shown={limits} />}
        </div>
        {note && compactLabel === undefined && <span class="slot__note">{note}</span>}
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

/**
 * Shows the limits of a number. The extreme limits have a mark. A small cell hides extreme limits. If the number is
 * beyond an extreme limit, the small cell shows this limit in the place of the plain limit.
 */
function ReadoutLimits({ first, shown }: { first: ShownValue; shown: ShownLimits }) {
  const app = useApp();
  const { hasOwn, off, limits } = shown;
  const beyond = limitBeyond(first.numeric.value, limits);
  const text = (limit: number | undefined) =>
    limit === undefined ? '' : limitNumberText(limit, first.parameter.digits);
  const row = (name: 'low' | 'high' | 'extremeLow' | 'extremeHigh') => {
    const isExtreme = name.startsWith('extreme');
    if (isExtreme && limits[name] === undefined) return null;
    const classes = `${isExtreme ? 'slot__extreme' : `slot__${name}`}${name === beyond ? ' is-beyond' : ''}`;
    return <span class={classes}>{isExtreme ? `${text(limits[name])}!!` : text(limits[name])}</span>;
  };
  if (off)
    return (
      <span class="slot__limits" data-testid="limits-off">
        {row('extremeHigh')}
        <CrossedBell title={offText(off, app.now.peek())} />
        {row('extremeLow')}
      </span>
    );
  const limitText = (name: string, limit: number | undefined) =>
    limit === undefined ? t('no {name}', { name }) : `${name} ${text(limit)}`;
  return (
    <span
      class={`slot__limits${hasOwn ? ' is-own' : ''}`}
      title={t('Alarm limits: {limits}{whose}', {
        limits: [
          limitText(t('low'), limits.low),
          limitText(t('high'), limits.high),
          limitText(t('extreme low'), limits.extremeLow),
          limitText(t('extreme high'), limits.extremeHigh),
        ].join(', '),
        whose: hasOwn ? t(' (this patient’s own)') : '',
      })}
    >
      {row('extremeHigh')}
      {row('high')}
      {row('low')}
      {row('extremeLow')}
    </span>
  );
}

/**
 * A part of a dialog, in which a person measures a line with a ruler. After that a millimetre of the paper is a real
 * millimetre on the screen.
 */
import { useSignal } from '@preact/signals';
import { cssPxPerMm, pxPerMmMax, pxPerMmMin } from '../core/paper.ts';
import { t } from '../core/texts.ts';
import type { PaperSettings } from '../shell/paper-settings.ts';

/** Length of the line to measure, CSS pixels: 60 mm by the definition of CSS. */
const linePx = Math.round(60 * cssPxPerMm);

export function PaperSize({ settings }: { settings: PaperSettings }) {
  const typed = useSignal('');
  const problem = useSignal<string | undefined>(undefined);
  const { isCalibrated } = settings.size();

  function save(event: Event): void {
    event.preventDefault();
    const pxPerMm = linePx / Number(typed.value.replace(',', '.'));
    if (!(pxPerMm >= pxPerMmMin && pxPerMm <= pxPerMmMax)) {
      problem.value = t('Type the length of the line in millimetres, for example 58.');
      return;
    }
    problem.value = undefined;
    settings.calibrate(pxPerMm);
  }

  return (
    <details class="paper-size" data-testid="waves-size">
      <summary>
        {isCalibrated ? t('Size measured on this screen') : t('Size not measured: speeds are about right')}
      </summary>
      <form onSubmit={save}>
        <p id="paper-size-help">
          {t('Hold a ruler to the line, and type its length. It counts for this screen and this zoom.')}
        </p>
        <svg class="paper-size__line" width={linePx} height="14" aria-hidden="true">
          <path d={`M1 0 V14 M1 7 H${linePx - 1} M${linePx - 1} 0 V14`} />
        </svg>
        <label>
          {t('Length in mm')}{' '}
          <input
            type="text"
            inputMode="decimal"
            size={5}
            value={typed.value}
            aria-describedby="paper-size-help"
            data-testid="waves-size-mm"
            onInput={(event) => {
              typed.value = event.currentTarget.value;
            }}
          />
        </label>{' '}
        <button class="button button--small" type="submit" data-testid="waves-size-save">
          {t('Save')}
        </button>{' '}
        {isCalibrated && (
          <button class="button button--small" type="button" onClick={() => settings.calibrate(undefined)}>
            {t('Remove the measurement')}
          </button>
        )}
        {problem.value !== undefined && (
          <p class="form__problem" role="alert" data-testid="waves-size-problem">
            {problem.value}
          </p>
        )}
      </form>
    </details>
  );
}

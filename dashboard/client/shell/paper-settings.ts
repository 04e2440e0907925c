/**
 * The settings of the paper on this screen: speed, gain, and the real size of a millimetre. The browser stores the
 * settings.
 */
import { signal } from '@preact/signals';
import { cssPxPerMm, ecgGainChoices, paperSpeedChoices, pxPerMmMax, pxPerMmMin } from '../core/paper.ts';
import { openKeptChoice } from './kept-choice.ts';

const sizeKey = 'vigil.paper-size';

/** A calibration is valid only for the zoom of the browser at which it was measured (`devicePixels`). */
type Calibration = { readonly pxPerMm: number; readonly devicePixels: number };

export function openPaperSettings(store: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
  const speeds = paperSpeedChoices.map(String);
  const gains = ecgGainChoices.map(String);
  const calibration = signal<Calibration | undefined>(readCalibration());

  function readCalibration(): Calibration | undefined {
    try {
      const { pxPerMm, devicePixels } = JSON.parse(store().getItem(sizeKey) ?? '{}') as Partial<Calibration>;
      const isUsable = pxPerMm !== undefined && pxPerMm >= pxPerMmMin && pxPerMm <= pxPerMmMax;
      return isUsable && devicePixels !== undefined ? { pxPerMm, devicePixels } : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    speed: openKeptChoice(store, 'vigil.paper-speed', speeds, '25'),
    gain: openKeptChoice(store, 'vigil.ecg-gain', gains, '10'),
    /**
     * Returns the number of pixels in a millimetre, and whether a person has measured this number at the present zoom.
     */
    size(): { readonly pxPerMm: number; readonly isCalibrated: boolean } {
      const { value } = calibration;
      const isCalibrated = value !== undefined && value.devicePixels === devicePixelRatio;
      return { pxPerMm: isCalibrated ? value.pxPerMm : cssPxPerMm, isCalibrated };
    },
    /**
     * Stores a measured size. With `undefined`, removes the measured size, so that the page uses `cssPxPerMm` again.
     */
    calibrate(pxPerMm: number | undefined): void {
      calibration.value = pxPerMm === undefined ? undefined : { pxPerMm, devicePixels: devicePixelRatio };
      try {
        if (calibration.value) store().setItem(sizeKey, JSON.stringify(calibration.value));
        else store().removeItem(sizeKey);
      } catch {
        // The size lasts until the page closes.
      }
    },
  };
}
export type PaperSettings = ReturnType<typeof openPaperSettings>;

/** The waves of a bed on one canvas: one row with a label for each wave. */
import { useEffect, useRef } from 'preact/hooks';
import type { Wave } from '../../../contracts/parameters.ts';
import { parameterColours } from '../core/colours.ts';
import { t } from '../core/texts.ts';
import { paperSpeedOf, traceLabel } from '../core/wave-choice.ts';
import { useApp } from '../shell/app.ts';
import { useTheme } from '../shell/theme.ts';
import type { OpenWaves } from '../shell/waves.ts';

export function WaveCanvas({ associationId, waves }: { associationId: string; waves: readonly Wave[] }) {
  const app = useApp();
  const colours = parameterColours[useTheme().theme.value];
  const canvas = useRef<HTMLCanvasElement>(null);
  const opened = useRef<OpenWaves | undefined>(undefined);
  const key = waves.map((wave) => wave.code).join();
  useEffect(() => {
    const openedWaves = app.waves.open(canvas.current!, associationId);
    opened.current = openedWaves;
    return () => openedWaves.close();
  }, [associationId]);
  useEffect(() => {
    opened.current?.rows(
      waves.map((wave) => ({
        code: wave.code,
        colour: colours[wave.group],
        unit: wave.unit,
        min: wave.min,
        max: wave.max,
        mmPerS: paperSpeedOf(wave),
      })),
    );
  }, [associationId, key, colours]);
  return (
    <div class="sweep" data-testid="waves">
      {/* A canvas can be passed to the painter only once, so each bed gets a new canvas. */}
      <canvas
        key={associationId}
        ref={canvas}
        class="sweep__canvas"
        style={{ visibility: app.wavesFailed.value ? 'hidden' : 'visible' }}
        role="img"
        aria-label={t('Waves: {waves}', { waves: waves.map((w) => w.label).join(', ') })}
      />
      {waves.map((wave, i) => (
        <span
          key={wave.code}
          class="sweep__label"
          style={{ '--colour': colours[wave.group], '--row': i, '--wave-rows': waves.length }}
        >
          {traceLabel(wave)}
        </span>
      ))}
    </div>
  );
}

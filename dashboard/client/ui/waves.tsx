/** The sweeping waves of a bed: one canvas, one row each, its name beside it. */
import { useEffect, useRef } from 'preact/hooks';
import type { Wave } from '../../../contracts/parameters.ts';
import { parameterColours } from '../core/colours.ts';
import { paperSpeedOf } from '../core/wave-choice.ts';
import { useApp } from '../shell/app.ts';
import { openSweeper, type Sweeper } from '../shell/sweeper.ts';

export function WaveCanvas({ associationId, waves }: { associationId: string; waves: readonly Wave[] }) {
  const app = useApp();
  const canvas = useRef<HTMLCanvasElement>(null);
  const sweeper = useRef<Sweeper | undefined>(undefined);
  const key = waves.map((wave) => wave.code).join();
  useEffect(() => {
    const opened = openSweeper(canvas.current!, associationId, app.waves, app.steady);
    sweeper.current = opened;
    return () => opened.close();
  }, [associationId]);
  useEffect(() => {
    sweeper.current?.rows(
      waves.map((wave) => ({
        code: wave.code,
        colour: parameterColours[wave.group],
        unit: wave.unit,
        mmPerS: paperSpeedOf(wave),
      })),
    );
  }, [associationId, key]);
  return (
    <div class="sweep" data-testid="waves">
      <canvas
        ref={canvas}
        class="sweep__canvas"
        role="img"
        aria-label={`Waves: ${waves.map((w) => w.label).join(', ')}`}
      />
      {waves.map((wave, i) => (
        <span
          key={wave.code}
          class="sweep__label"
          style={{ '--colour': parameterColours[wave.group], '--row': i, '--wave-rows': waves.length }}
        >
          {wave.label}
        </span>
      ))}
    </div>
  );
}

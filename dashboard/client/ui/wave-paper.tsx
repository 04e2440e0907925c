/**
 * The paper of the page "Waves": a canvas with the calipers. A person moves the paper by dragging, with the wheel, and
 * with keys.
 */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Calipers } from '../core/calipers.ts';
import { msPerPx, type Paper, timeAt, xOf } from '../core/paper.ts';
import { t } from '../core/texts.ts';
import { clockText } from '../core/times.ts';
import { drawPaper, marginPx, type PaperPicture, timesPx } from '../shell/paper-painter.ts';

type WavePaperProps = {
  picture: PaperPicture;
  /** What the paper shows, in words. */
  label: string;
  calipers: Calipers | undefined;
  onMove: (startMs: number) => void;
  /** Called for a key press on the paper. Returns whether the key did something. */
  onKey: (key: string, isShift: boolean) => boolean;
  onCalipers: (calipers: Calipers) => void;
};

export function WavePaper({ picture, label, calipers, onMove, onKey, onCalipers }: WavePaperProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef({ paper: picture.paper, onMove });
  latest.current = { paper: picture.paper, onMove };
  const drag = useRef<{ readonly x: number; readonly startMs: number } | undefined>(undefined);

  useLayoutEffect(() => {
    if (canvas.current) drawPaper(canvas.current, picture, devicePixelRatio);
  });
  useLayoutEffect(() => {
    const onWheel = (event: WheelEvent) => {
      // With Ctrl the wheel zooms the browser.
      if (event.ctrlKey) return;
      event.preventDefault();
      const { paper, onMove: move } = latest.current;
      const byPx = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY;
      move(paper.startMs + byPx * msPerPx(paper));
    };
    const element = box.current!;
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);

  const heightPx = timesPx + Math.max(1, picture.rows.length) * picture.rowPx;
  return (
    <div class="paper__box" style={{ '--paper-height': `${heightPx}px` }}>
      <div
        ref={box}
        class="paper"
        role="application"
        aria-roledescription={t('paper with waves')}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move the paper.
        tabIndex={0}
        data-testid="waves-paper"
        onPointerDown={(event) => {
          drag.current = { x: event.clientX, startMs: picture.paper.startMs };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          const from = drag.current;
          if (from) onMove(from.startMs - (event.clientX - from.x) * msPerPx(picture.paper));
        }}
        onPointerUp={() => {
          drag.current = undefined;
        }}
        onPointerCancel={() => {
          drag.current = undefined;
        }}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.altKey || event.metaKey) return;
          if (onKey(event.key, event.shiftKey)) event.preventDefault();
        }}
      >
        <canvas ref={canvas} class="paper__canvas" />
      </div>
      {calipers && <Handles paper={picture.paper} calipers={calipers} onCalipers={onCalipers} />}
    </div>
  );
}

type HandlesProps = { paper: Paper; calipers: Calipers; onCalipers: (calipers: Calipers) => void };

/** The two lines of the calipers. A person moves a line by dragging or with the arrow keys. */
function Handles({ paper, calipers, onCalipers }: HandlesProps) {
  return (
    <>
      {(['aMs', 'bMs'] as const).map((side) => (
        <Handle
          key={side}
          name={side === 'aMs' ? t('First line of the calipers') : t('Second line of the calipers')}
          testId={`waves-caliper-${side === 'aMs' ? 'a' : 'b'}`}
          paper={paper}
          ms={calipers[side]}
          onMove={(ms) => onCalipers({ ...calipers, [side]: ms })}
        />
      ))}
    </>
  );
}

type HandleProps = { name: string; testId: string; paper: Paper; ms: number; onMove: (ms: number) => void };

function Handle({ name, testId, paper, ms, onMove }: HandleProps) {
  const isDragged = useRef(false);
  const element = useRef<HTMLDivElement>(null);
  const steps: Readonly<Record<string, number>> = {
    ...{ ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageUp: 10, PageDown: -10 },
  };
  return (
    <div
      ref={element}
      class="paper__caliper"
      style={{ '--x': `${marginPx(paper.pxPerMm) + xOf(paper, ms)}px` }}
      role="slider"
      tabIndex={0}
      aria-label={name}
      aria-valuemin={Math.round(paper.startMs)}
      aria-valuemax={Math.round(timeAt(paper, paper.widthPx))}
      aria-valuenow={Math.round(ms)}
      aria-valuetext={`${clockText(ms)}.${String(Math.round(ms) % 1000).padStart(3, '0')}`}
      data-testid={testId}
      onPointerDown={(event) => {
        isDragged.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const left = element.current?.parentElement?.getBoundingClientRect().left ?? 0;
        if (isDragged.current) onMove(timeAt(paper, event.clientX - left - marginPx(paper.pxPerMm)));
      }}
      onPointerUp={() => {
        isDragged.current = false;
      }}
      onPointerCancel={() => {
        isDragged.current = false;
      }}
      onKeyDown={(event) => {
        const step = steps[event.key];
        if (step === undefined) return;
        event.preventDefault();
        onMove(ms + step * msPerPx(paper) * (event.shiftKey ? 10 : 1));
      }}
    />
  );
}

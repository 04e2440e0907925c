/** Draws waves on a canvas as on paper: grid, times, waves, gaps, marks of alarms, and the calibration mark. */
import type { ChartColours } from '../core/colours.ts';
import { type GridLine, horizontalLines, labelTimes, msPerPx, type Paper, verticalLines, xOf } from '../core/paper.ts';
import { type Stroke, strokesOf } from '../core/wave-columns.ts';
import { gapTexts } from '../core/wave-gap-words.ts';
import type { LoadedWave } from './wave-shelf.ts';

/** Height of the strip of times above the rows, CSS pixels. */
export const timesPx = 20;
/** Length of the calibration mark, mm, and its distance from the edges, CSS pixels. */
const markMm = 5;
const markSpacePx = 4;
/** Room for the text of the calibration mark, CSS pixels. */
const markTextPx = 34;
/**
 * Returns the width of the margin at the left of the paper, CSS pixels. The calibration mark stands in the margin, so
 * that it covers no sample.
 */
export const marginPx = (pxPerMm: number): number =>
  Math.ceil(Math.max(markTextPx, markMm * pxPerMm + 2 * markSpacePx));
const labelSpacePx = 84;
/** The opacity of the lines of the grid, which are visible, but weaker than every wave. */
const [thinAlpha, boldAlpha] = [0.12, 0.34];
/** A gap that is narrower than this has no text, CSS pixels. */
const gapTextPxMin = 160;
const font = '12px system-ui, sans-serif';
/** A narrower gap is drawn with this width, so that a person sees the gap. */
const gapPxMin = 2;

export type PaperRow = {
  readonly wave: LoadedWave;
  readonly label: string;
  readonly colour: string;
  /** Returns the place of a value, CSS pixels from the top of the row. */
  readonly y: (value: number) => number;
  /** The calibration mark: its height, CSS pixels, and its text. Absent if the row is not an ECG. */
  readonly mark?: { readonly heightPx: number; readonly text: string };
  readonly scaleText: string;
};

export type PaperMark = {
  readonly ms: number;
  readonly colour: string;
  readonly text: string;
  readonly isEnd: boolean;
};

export type PaperPicture = {
  readonly paper: Paper;
  readonly rowPx: number;
  readonly rows: readonly PaperRow[];
  readonly marks: readonly PaperMark[];
  /** The parts of the view that are not loaded yet. */
  readonly loading: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly colours: ChartColours;
  readonly timeText: (ms: number) => string;
};

export function drawPaper(canvas: HTMLCanvasElement, picture: PaperPicture, devicePixels: number): void {
  const { paper, rows, rowPx } = picture;
  const heightPx = timesPx + Math.max(1, rows.length) * rowPx;
  const margin = marginPx(paper.pxPerMm);
  const [width, height] = [Math.round((margin + paper.widthPx) * devicePixels), Math.round(heightPx * devicePixels)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(devicePixels, 0, 0, devicePixels, margin * devicePixels, 0);
  context.clearRect(-margin, 0, margin + paper.widthPx, heightPx);
  context.save();
  context.beginPath();
  context.rect(0, 0, paper.widthPx, heightPx);
  context.clip();
  drawGrid(context, picture, heightPx);
  drawTimes(context, picture);
  for (const { fromMs, toMs } of picture.loading)
    drawBox(context, picture, fromMs, toMs, timesPx, heightPx - timesPx, 'loading …');
  for (const [index, row] of rows.entries()) drawRow(context, picture, row, timesPx + index * rowPx);
  for (const mark of picture.marks) drawMark(context, picture, mark, heightPx);
  // From here on, the drawing may cover the margin, which belongs to the calibration marks alone.
  context.restore();
  for (const [index, { mark, colour }] of rows.entries())
    if (mark) drawCalibration(context, picture, mark, timesPx + index * rowPx, colour);
}

function drawLines(
  context: CanvasRenderingContext2D,
  lines: readonly GridLine[],
  isBold: boolean,
  draw: (at: number) => void,
) {
  context.beginPath();
  for (const line of lines) if (line.isBold === isBold) draw(line.at);
  context.globalAlpha = isBold ? boldAlpha : thinAlpha;
  context.stroke();
  context.globalAlpha = 1;
}

function drawGrid(
  context: CanvasRenderingContext2D,
  { paper, rows, rowPx, colours }: PaperPicture,
  heightPx: number,
): void {
  context.strokeStyle = colours.axis;
  context.lineWidth = 1;
  const vertical = verticalLines(paper);
  const horizontal = horizontalLines(rowPx, paper.pxPerMm);
  for (const isBold of [false, true]) {
    drawLines(context, vertical, isBold, (at) => {
      context.moveTo(at, timesPx);
      context.lineTo(at, heightPx);
    });
    for (let row = 0; row < Math.max(1, rows.length); row += 1)
      drawLines(context, horizontal, isBold, (at) => {
        context.moveTo(0, timesPx + row * rowPx + at);
        context.lineTo(paper.widthPx, timesPx + row * rowPx + at);
      });
  }
}

function drawTimes(context: CanvasRenderingContext2D, { paper, colours, timeText }: PaperPicture): void {
  context.font = font;
  context.fillStyle = colours.axis;
  context.textBaseline = 'middle';
  for (const ms of labelTimes(paper, labelSpacePx)) {
    const x = xOf(paper, ms);
    context.fillRect(x, timesPx - 5, 1, 5);
    const text = timeText(ms);
    // If the right edge cut off a part of a label, a person could read a wrong time.
    if (x + 3 + context.measureText(text).width <= paper.widthPx) context.fillText(text, x + 3, timesPx / 2);
  }
}

function drawRow(context: CanvasRenderingContext2D, picture: PaperPicture, row: PaperRow, top: number): void {
  const { paper, rowPx, colours } = picture;
  context.save();
  context.beginPath();
  context.rect(0, top, paper.widthPx, rowPx);
  context.clip();
  for (const { fromMs, toMs, reason } of row.wave.gaps)
    drawBox(context, picture, fromMs, toMs, top, rowPx, gapTexts[reason]);
  const scale = { startMs: paper.startMs, msPerPx: msPerPx(paper), widthPx: paper.widthPx };
  context.strokeStyle = row.colour;
  context.lineWidth = 1.5;
  context.lineJoin = 'round';
  for (const [line, traces] of row.wave.lines.entries()) {
    // If there are two recordings of the same time, the second recording is dotted, so that nobody reads both as one
    // wave.
    context.setLineDash(line === 0 ? [] : [2, 3]);
    for (const stroke of strokesOf(traces, scale)) drawStroke(context, stroke, (value) => top + row.y(value));
  }
  context.setLineDash([]);
  drawText(context, `${row.label}  ${row.scaleText}`, 6, top + 12, row.colour, colours.ground);
  context.restore();
}

function drawStroke(context: CanvasRenderingContext2D, stroke: Stroke, y: (value: number) => number): void {
  context.beginPath();
  for (const [index, { x, first, last, min, max }] of stroke.entries()) {
    if (index === 0) context.moveTo(x, y(first));
    else context.lineTo(x, y(first));
    if (min !== max) {
      context.lineTo(x, y(min));
      context.lineTo(x, y(max));
      context.lineTo(x, y(last));
    }
  }
  // Without one more pixel, a line of a single sample would have no length.
  if (stroke.length === 1) context.lineTo(stroke[0]!.x + 1, y(stroke[0]!.last));
  context.stroke();
}

/** Draws the calibration pulse of one millivolt in the margin. The pulse is 5 mm wide, and its text stands below it. */
function drawCalibration(
  context: CanvasRenderingContext2D,
  { paper: { pxPerMm }, rowPx, colours }: PaperPicture,
  { heightPx, text }: NonNullable<PaperRow['mark']>,
  top: number,
  colour: string,
): void {
  const margin = marginPx(pxPerMm);
  const [left, bottom] = [-margin + markSpacePx, top + rowPx / 2 + heightPx / 2];
  context.save();
  context.beginPath();
  context.rect(-margin, top, margin, rowPx);
  context.clip();
  context.beginPath();
  context.moveTo(left, bottom);
  context.lineTo(left + pxPerMm, bottom);
  context.lineTo(left + pxPerMm, bottom - heightPx);
  context.lineTo(left + 4 * pxPerMm, bottom - heightPx);
  context.lineTo(left + 4 * pxPerMm, bottom);
  context.lineTo(left + markMm * pxPerMm, bottom);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.stroke();
  drawText(context, text, left, Math.min(bottom + 12, top + rowPx - 9), colour, colours.ground);
  context.restore();
}

function drawBox(
  context: CanvasRenderingContext2D,
  { paper, colours }: PaperPicture,
  fromMs: number,
  toMs: number,
  top: number,
  height: number,
  text: string,
): void {
  const left = Math.max(-1, xOf(paper, fromMs));
  const right = Math.min(paper.widthPx + 1, xOf(paper, toMs));
  if (right <= left) return;
  context.fillStyle = colours.limit;
  context.globalAlpha = 0.16;
  context.fillRect(left, top, Math.max(gapPxMin, right - left), height);
  context.globalAlpha = 1;
  if (right - left < gapTextPxMin) return;
  context.font = font;
  drawText(
    context,
    text,
    (left + right - context.measureText(text).width) / 2,
    top + height / 2,
    colours.axis,
    colours.ground,
  );
}

function drawText(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  colour: string,
  ground: string,
): void {
  context.font = font;
  context.textBaseline = 'middle';
  context.fillStyle = ground;
  context.fillRect(x - 2, y - 8, context.measureText(text).width + 4, 16);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

function drawMark(
  context: CanvasRenderingContext2D,
  { paper, colours }: PaperPicture,
  mark: PaperMark,
  heightPx: number,
): void {
  const x = xOf(paper, mark.ms);
  if (x < -400 || x > paper.widthPx) return;
  context.strokeStyle = mark.colour;
  context.lineWidth = 2;
  context.setLineDash(mark.isEnd ? [6, 4] : []);
  context.beginPath();
  context.moveTo(x, timesPx);
  context.lineTo(x, heightPx);
  context.stroke();
  context.setLineDash([]);
  drawText(context, mark.text, x + 4, heightPx - (mark.isEnd ? 26 : 10), colours.axis, colours.ground);
}

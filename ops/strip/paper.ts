/** Draws the paper of a strip: grid, gaps, trace and onset. The numbers in the drawing commands are millimetres. */
import type { Strip } from '../../contracts/messages/strips.ts';
import { type HalfDrawing, halfMm, type Point, type WaveDrawing } from '../../contracts/strip-drawing.ts';
import { gapText, hasRoomForText } from '../../contracts/strip-row-texts.ts';

export const pointsPerMm = 72 / 25.4;

type Pdf = PDFKit.PDFDocument;
type Place = { readonly left: number; readonly top: number };

const colours = { fine: '#f6d5d5', coarse: '#e59a9a', trace: '#000', mark: '#0a3fb0', hatch: '#767676' } as const;

/** Runs drawing commands in millimetres, from a place on the page. */
function inMm(pdf: Pdf, { left, top }: Place, draw: () => void): void {
  pdf.save();
  pdf.scale(pointsPerMm);
  pdf.translate(left, top);
  draw();
  pdf.restore();
}

/** Draws a line through points, in the colour of marks. */
export function drawLine(pdf: Pdf, points: readonly Point[], place: Place): void {
  inMm(pdf, place, () => {
    addPath(pdf, points);
    pdf.lineWidth(0.3).stroke(colours.mark);
  });
}

/** Draws one half of a wave on its paper. */
export function drawPaper(
  pdf: Pdf,
  row: Place & { readonly drawing: WaveDrawing; readonly half: 0 | 1; readonly strip: Strip },
): void {
  const { drawing, half, strip } = row;
  const { heightMm, halves } = drawing;
  inMm(pdf, row, () => {
    drawGrid(pdf, heightMm, 1, 0.08, colours.fine);
    drawGrid(pdf, heightMm, 5, 0.15, colours.coarse);
    for (const gap of halves[half].gaps) drawGap(pdf, gap, heightMm, strip);
    for (const points of halves[half].lines) {
      addPath(pdf, points);
      pdf.lineJoin('round').lineCap('round').lineWidth(0.25).stroke(colours.trace);
    }
    const onsetX = half === 0 ? halfMm : 0;
    pdf.moveTo(onsetX, 0).lineTo(onsetX, heightMm).lineWidth(0.6).stroke(colours.mark);
  });
}

function drawGrid(pdf: Pdf, heightMm: number, stepMm: number, lineMm: number, colour: string): void {
  for (let x = 0; x <= halfMm; x += stepMm) pdf.moveTo(x, 0).lineTo(x, heightMm);
  for (let y = 0; y <= heightMm; y += stepMm) pdf.moveTo(0, y).lineTo(halfMm, y);
  pdf.lineWidth(lineMm).stroke(colour);
}

function drawGap(pdf: Pdf, { x, width }: HalfDrawing['gaps'][number], heightMm: number, strip: Strip): void {
  pdf.save();
  pdf.rect(x, 0, width, heightMm).clip();
  pdf.rect(x, 0, width, heightMm).fill('#fff');
  for (let from = x - heightMm; from < x + width; from += 4) pdf.moveTo(from, heightMm).lineTo(from + heightMm, 0);
  pdf.lineWidth(0.15).stroke(colours.hatch);
  pdf.restore();
  if (!hasRoomForText(width, strip)) return;
  const text = gapText(strip);
  // The text has a white background, so that the lines of the gap do not cross it.
  pdf.font('text', 3);
  const [textWidth, textHeight] = [pdf.widthOfString(text), pdf.currentLineHeight()];
  const [left, top] = [x + (width - textWidth) / 2, (heightMm - textHeight) / 2];
  pdf.rect(left - 0.5, top, textWidth + 1, textHeight).fill('#fff');
  pdf.fillColor('#000').text(text, left, top, { lineBreak: false });
}

function addPath(pdf: Pdf, points: readonly Point[]): void {
  for (const [at, { x, y }] of points.entries()) {
    if (at === 0) pdf.moveTo(x, y);
    else pdf.lineTo(x, y);
  }
  // A single sample between two gaps is drawn as a short line.
  if (points.length === 1) pdf.lineTo(points[0]!.x + 0.3, points[0]!.y);
}

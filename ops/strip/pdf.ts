/**
 * Draws a strip as a PDF of A4 pages: patient, place, facts, and the waves on paper with a grid, true to scale (25
 * mm/s, 10 mm/mV). The geometry of the waves is the same as on the screen (contracts/strip-drawing.ts).
 */
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { create } from 'fontkit';
import PDFDocument from 'pdfkit';
import { calibrationOf, drawingsOf, type WaveDrawing } from '../../contracts/strip-drawing.ts';
import { stripFacts } from '../../contracts/strip-facts.ts';
import { halfTitles, scaleText } from '../../contracts/strip-row-texts.ts';
import { stripContentTexts } from '../../contracts/strip-words.ts';
import { visibleText } from '../../contracts/text.ts';
import { parseInstant } from '../../contracts/time.ts';
import { fontFile } from './font.ts';
import { footLines, type PrintedStrip, patientText, placeText } from './header.ts';
import { drawLine, drawPaper, pointsPerMm } from './paper.ts';
import { createPrintable, type Printable } from './printable.ts';

/** All lengths of the layout are in mm. */
const page = { width: 297, height: 210, margin: 10 } as const;
const textWidth = page.width - 2 * page.margin;
/** The mark of 1 mV is at the left of the paper, so that it does not cover the trace. */
const paperLeft = 30;
const markLeft = paperLeft - 9;
/** The waves end above this line. */
const bottom = 186;
const footTop = 189;
/** A line of 100 mm with a mark at each end. */
const ruler = [
  { x: 0, y: -1 },
  { x: 0, y: 0 },
  { x: 100, y: 0 },
  { x: 100, y: -1 },
] as const;
const labelHeight = 4.5;

type Pdf = PDFKit.PDFDocument;
type TextStyle = { readonly sizePt?: number; readonly isBold?: boolean };
/** A PDF that is being written. `y` is the height at which the next text begins, mm. */
type Sheet = { readonly pdf: Pdf; readonly printable: Printable; y: number };

/**
 * Returns the bytes of the PDF.
 * @param isCompressed false only in tests, which read the drawing
 */
export async function stripPdf(printed: PrintedStrip, isCompressed = true): Promise<Buffer> {
  const { strip } = printed;
  const fonts = { text: readFileSync(fontFile('text')), bold: readFileSync(fontFile('bold')) };
  const parsedFonts = Object.values(fonts).map((bytes) => create(bytes));
  const printable = createPrintable((codePoint) =>
    parsedFonts.every((font) => 'characterSet' in font && font.hasGlyphForCodePoint(codePoint)),
  );
  const pdf = new PDFDocument({
    ...{ size: [page.width * pointsPerMm, page.height * pointsPerMm], margin: 0, bufferPages: true },
    ...{ compress: isCompressed, lang: 'en', displayTitle: true },
    info: { Title: `Strip of alarm ${strip.alarmId}`, Creator: 'Vigil', CreationDate: new Date(printed.printedMs) },
  });
  const bytes = buffer(pdf);
  for (const [name, font] of Object.entries(fonts)) pdf.registerFont(name, font);
  const sheet: Sheet = { pdf, printable, y: page.margin };
  writeHead(sheet, printed);
  for (const { name, text: fact } of stripFacts(strip, printed.instantText)) writeText(sheet, `${name}: ${fact}`);
  if (strip.content === 'waves') drawHalves(sheet, printed);
  else writeText(sheet, stripContentTexts[strip.content], { sizePt: 10, isBold: true });
  writeFeet(sheet, printed);
  pdf.end();
  return bytes;
}

/** Writes a text at the left margin, and moves down by its height. Breaks long lines. */
function writeText(sheet: Sheet, text: string, { sizePt = 7.5, isBold = false }: TextStyle = {}): void {
  const { pdf, printable } = sheet;
  const shown = printable.print(visibleText(text));
  const width = textWidth * pointsPerMm;
  pdf.font(isBold ? 'bold' : 'text', sizePt).fillColor('#000');
  const heightMm = pdf.heightOfString(shown, { width }) / pointsPerMm;
  pdf.text(shown, page.margin * pointsPerMm, sheet.y * pointsPerMm, { width });
  sheet.y += heightMm + 0.4;
}

/** Writes the patient at the top of each page, because the pages may be separated. */
function writeHead(sheet: Sheet, { subject }: PrintedStrip): void {
  writeText(sheet, `${patientText(subject)} · ${placeText(subject)}`, { sizePt: 11, isBold: true });
}

function drawHalves(sheet: Sheet, printed: PrintedStrip): void {
  const { strip, instantText } = printed;
  const drawings = drawingsOf(strip);
  const onsetMs = parseInstant(strip.onsetAt) ?? Number.NaN;
  for (const [half, title] of halfTitles.entries()) {
    const fromMs = onsetMs + (half - 1) * 10_000;
    const span = `from ${instantText(fromMs)} to ${instantText(fromMs + 10_000)}, clock of the device`;
    const titleHeight = 5;
    // The title stays with the first wave.
    beginPageIfFull(sheet, printed, titleHeight + labelHeight + (drawings[0]?.heightMm ?? 0));
    sheet.y += 1;
    writeText(sheet, `${title}, ${span}`, { sizePt: 8.5, isBold: true });
    for (const drawing of drawings) {
      beginPageIfFull(sheet, printed, labelHeight + drawing.heightMm);
      drawWave(sheet, printed, drawing, half as 0 | 1);
    }
  }
}

function beginPageIfFull(sheet: Sheet, printed: PrintedStrip, neededMm: number): void {
  if (sheet.y + neededMm <= bottom) return;
  sheet.pdf.addPage();
  sheet.y = page.margin;
  writeHead(sheet, printed);
}

function drawWave(sheet: Sheet, { strip }: PrintedStrip, drawing: WaveDrawing, half: 0 | 1): void {
  const { pdf } = sheet;
  writeText(sheet, `${drawing.label}  ${scaleText(drawing)}`);
  drawPaper(pdf, { drawing, half, strip, left: paperLeft, top: sheet.y });
  if (drawing.isEcg) drawLine(pdf, calibrationOf(drawing), { left: markLeft, top: sheet.y });
  sheet.y += drawing.heightMm + 1;
}

/**
 * Writes the bottom of each page: a line to check the scale of the printer, the digests, and the number of the page.
 */
function writeFeet(sheet: Sheet, printed: PrintedStrip): void {
  const { pdf, printable } = sheet;
  const { count } = pdf.bufferedPageRange();
  const notes = printable.hasReplaced()
    ? ['This page cannot print some characters of a name or text: it shows their codes, such as \\u{4e2d}.']
    : [];
  for (let number = 0; number < count; number += 1) {
    pdf.switchToPage(number);
    drawLine(pdf, ruler, { left: page.margin, top: footTop });
    sheet.y = footTop + 1;
    writeText(sheet, 'If this line is 100 mm long on paper, the scale is right: print at 100 %, not “fit to page”.');
    for (const line of [...footLines(printed), ...notes]) writeText(sheet, line, { sizePt: 6.5 });
    pdf.font('text', 7.5);
    const pageText = `Page ${number + 1} of ${count}`;
    const x = (page.width - page.margin) * pointsPerMm - pdf.widthOfString(pageText);
    pdf.text(pageText, x, (footTop + 1) * pointsPerMm, { lineBreak: false });
  }
}

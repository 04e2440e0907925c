/** Measures the printed page of a strip in the coordinates of the PDF. */
import { type Font, openSync } from 'fontkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { fontFile } from './font.ts';
import { stripPdf } from './pdf.ts';
import { type DrawnPage, readPdf, type Segment, textOf } from './pdf-reading.testing.ts';
import { newChunk, newPrinted, newStrip, seconds, square } from './strip.testing.ts';

const isVertical = ({ fromX, toX }: Segment) => Math.abs(fromX - toX) < 1e-6;
const isHorizontal = ({ fromY, toY }: Segment) => Math.abs(fromY - toY) < 1e-6;
const near = (a: number, b: number) => Math.abs(a - b) < 1e-3;
const drawn = async (printed = newPrinted()) => readPdf(await stripPdf(printed, false));
const allText = (pages: readonly DrawnPage[]) => pages.flatMap(({ texts }) => texts.map(textOf)).join('\n');
/** Returns the grid lines of this width on the upper paper of a page. */
function gridOf({ segments }: DrawnPage, widthMm: number) {
  const lines = segments.filter((segment) => near(segment.widthMm, widthMm));
  const verticals = lines.filter(isVertical);
  const top = Math.min(...verticals.map(({ fromY }) => fromY));
  const ofPaper = verticals.filter(({ fromY }) => near(fromY, top));
  const bottom = ofPaper[0]!.toY;
  const horizontals = lines.filter(
    (line) => isHorizontal(line) && line.fromY >= top - 1e-3 && line.fromY <= bottom + 1e-3,
  );
  return { xs: ofPaper.map(({ fromX }) => fromX), ys: horizontals.map(({ fromY }) => fromY), top, bottom };
}
const steps = (values: readonly number[]) => values.slice(1).map((value, at) => value - values[at]!);

describe('the printed page of a strip', () => {
  let pages: DrawnPage[];
  beforeAll(async () => {
    pages = await drawn();
  });

  it('the page is A4 in landscape', () => {
    for (const { widthMm, heightMm } of pages) expect([widthMm, heightMm].map(Math.round)).toEqual([297, 210]);
  });

  it('the small squares are 1 mm, the large squares 5 mm, and a half of the strip is 250 mm wide', () => {
    for (const [lineMm, stepMm, count] of [
      [0.08, 1, 251],
      [0.15, 5, 51],
    ] as const) {
      const { xs, ys } = gridOf(pages[0]!, lineMm);
      expect(xs).toHaveLength(count);
      for (const step of [...steps(xs), ...steps(ys)]) expect(step).toBeCloseTo(stepMm, 3);
      expect(xs.at(-1)! - xs[0]!).toBeCloseTo(250, 3);
    }
  });

  it('1 mV of the ECG is 10 mm high, and a second is 25 mm wide', () => {
    const { xs, top, bottom } = gridOf(pages[0]!, 0.08);
    const trace = pages[0]!.segments.filter(
      (segment) => near(segment.widthMm, 0.25) && segment.fromY >= top && segment.toY <= bottom,
    );
    const ys = trace.flatMap(({ fromY, toY }) => [fromY, toY]);
    expect(Math.max(...ys) - Math.min(...ys)).toBeCloseTo(10, 3);
    // The rectangle has a vertical edge at each second, within one sample of 10 ms (0.25 mm).
    const edges = trace.filter(({ fromY, toY }) => Math.abs(fromY - toY) > 9).map(({ toX }) => toX - xs[0]!);
    expect(edges).toHaveLength(10);
    for (const step of steps(edges)) expect(step).toBeCloseTo(25, 3);
    expect(edges[0]).toBeCloseTo(25, 3);
  });

  it('the mark of an ECG is 1 mV high, stands at the left of the paper, and touches no trace', () => {
    const { xs, top, bottom } = gridOf(pages[0]!, 0.08);
    const mark = pages[0]!.segments.filter(
      (line) => near(line.widthMm, 0.3) && line.fromX < xs[0]! && line.fromY > top && line.fromY < bottom,
    );
    const ys = mark.flatMap(({ fromY, toY }) => [fromY, toY]);
    expect(Math.max(...ys) - Math.min(...ys)).toBeCloseTo(10, 3);
    expect(Math.max(...mark.map(({ toX }) => toX))).toBeLessThan(xs[0]!);
  });

  it('each page has a line of 100 mm to check the scale of the printer', () => {
    for (const { segments } of pages) {
      const ruler = segments.filter((line) => isHorizontal(line) && near(line.toX - line.fromX, 100));
      expect(ruler).toHaveLength(1);
    }
  });

  it('each page names the patient, the place, the alarm, both digests, who printed it, and its number', () => {
    for (const [at, onePage] of pages.entries()) {
      const text = allText([onePage]);
      const { digest } = newStrip();
      for (const part of [
        'Żółtańska-Őrsi, Жанна Zoë',
        'born 1950-01-02',
        'id P-1',
        'ward ICU, bed 3',
        digest,
        'R'.repeat(43),
      ])
        expect(text).toContain(part);
      expect(text).toContain('Alarm alarm-0123456789abcdef, onset 1');
      expect(text).toContain('2026-03-01T11:00:00.000Z by Pia Jäger (pia)');
      expect(text).toContain(`Page ${at + 1} of ${pages.length}`);
    }
  });

  it('the page has the alarm with its value and limit, the limits in force with their version, the numbers, and times', () => {
    const text = allText(pages);
    for (const part of [
      ...['HR 151 > 140, high priority', '151 /min, limit 140 /min', 'HR 50–120, extreme 40–140', 'version 1'],
      ...['Numbers at the onset: HR 151 /min', 'from 2026-03-01T09:59:50.000Z to 2026-03-01T10:00:00.000Z'],
    ])
      expect(text).toContain(part);
  });
});

describe('the letters of a printed page', () => {
  it('each letter of a name has the shape that the font has for this letter', async () => {
    const [first] = await drawn();
    const bold = openSync(fontFile('bold')) as Font;
    const glyphs = first!.texts[0]!;
    expect(textOf(glyphs)).toMatch(/^Żółtańska-Őrsi, Жанна Zoë · born/);
    for (const { id, text, font } of glyphs) {
      if (text === ' ' || text.length !== 1) continue;
      const expected = bold.glyphForCodePoint(text.codePointAt(0)!);
      expect([text, font.getGlyph(id).path.toSVG()]).toEqual([text, expected.path.toSVG()]);
      expect([text, expected.id > 0]).toEqual([text, true]);
    }
  });

  it('characters that cannot be printed become their codes, and the page says so', async () => {
    const patient = { patientId: 'P-2', familyName: '中村', givenName: 'אב', birthDate: undefined };
    const text = allText(
      await drawn(newPrinted({ subject: { patient, patientId: 'P-2', ward: 'ICU', bed: '3' } as never })),
    );
    expect(text).toContain('\\u{4e2d}\\u{6751}, \\u{5d0}\\u{5d1}');
    expect(text).toContain('cannot print some characters');
    expect(allText(await drawn())).not.toContain('cannot print');
  });

  it('the PDF shows a character that changes the direction of writing as an escape', async () => {
    const strip = newStrip({ deviceId: 'bed\u202e01' });
    expect(allText(await drawn(newPrinted({ strip })))).toContain('bed\\u{202e}01');
  });
});

describe('strips of all kinds', () => {
  it('a gap has a text, which says if messages cannot be read', async () => {
    const chunks = seconds
      .filter((second) => second !== 3 && second !== 4)
      .map((second) => newChunk(second, 'MDC_ECG_ELEC_POTL_II', 100, square));
    expect(allText(await drawn(newPrinted({ strip: newStrip({ chunks, isComplete: false }) })))).toContain(
      '\nno samples\n',
    );
    const unreadable = newStrip({ chunks, isComplete: false, unreadable: 2 });
    const text = allText(await drawn(newPrinted({ strip: unreadable })));
    expect(text).toContain('\nno samples, or cannot be read\n');
    expect(text).toContain('2 messages of this time cannot be read');
  });

  it.each([
    ['no-waves', 'The device sent no waves'],
    ['not-kept', 'no longer kept'],
    ['unreadable', 'cannot be read'],
  ] as const)('a strip with the content %s is one page that says why there is no wave', async (content, words) => {
    const pages = await drawn(newPrinted({ strip: newStrip({ content, chunks: [] }) }));
    expect(pages).toHaveLength(1);
    expect(allText(pages)).toContain(words);
  });

  it('with many waves, no paper is cut off at the bottom of a page, and each page names the patient', async () => {
    const codes = Array.from({ length: 12 }, (_, at) => `MDC_ECG_ELEC_POTL_V${at + 1}`);
    const chunks = codes.flatMap((code) => seconds.map((second) => newChunk(second, code, 50, square)));
    const pages = await drawn(newPrinted({ strip: newStrip({ chunks }) }));
    expect(pages.length).toBeGreaterThan(3);
    for (const onePage of pages) {
      const lowest = Math.max(...onePage.segments.filter(({ widthMm }) => near(widthMm, 0.08)).map(({ toY }) => toY));
      expect(lowest).toBeLessThan(188);
      expect(allText([onePage])).toContain('Żółtańska');
    }
  });

  it('by default, the file is compressed', async () => {
    const [plain, compressed] = [await stripPdf(newPrinted(), false), await stripPdf(newPrinted())];
    expect(compressed.length).toBeLessThan(plain.length / 2);
  });
});

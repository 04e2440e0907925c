/**
 * Reads what a PDF without compression draws: its lines in millimetres, and its texts. Only for the PDFs of this
 * folder.
 */
import { create, type Font } from 'fontkit';

/** A straight line of a drawing. The origin is the upper left corner of the page. */
export type Segment = { fromX: number; fromY: number; toX: number; toY: number; widthMm: number; colour: string };
export type Glyph = { readonly id: number; readonly text: string; readonly font: Font };
export type DrawnPage = {
  readonly widthMm: number;
  readonly heightMm: number;
  readonly segments: readonly Segment[];
  /** The glyphs of each text, in the order of drawing. */
  readonly texts: readonly (readonly Glyph[])[];
};

type PdfObject = { readonly dict: string; readonly stream: Buffer | undefined };
type Matrix = readonly [number, number, number, number, number, number];
type PdfFont = { readonly font: Font; readonly texts: ReadonlyMap<number, string> };

const mmPerPoint = 25.4 / 72;

export function readPdf(pdf: Buffer): DrawnPage[] {
  const objects = objectsOf(pdf);
  return [...objects.values()]
    .filter(({ dict }) => /\/Type \/Page\b/.test(dict))
    .map(({ dict }) => {
      const [, , widthPt, heightPt] = /\/MediaBox \[([^\]]*)\]/.exec(dict)![1]!.split(' ').map(Number);
      const content = objects.get(refOf(dict, 'Contents'))!.stream!.toString('latin1');
      const resources = objects.get(refOf(dict, 'Resources'))!.dict;
      const fontNames = [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)];
      const fonts = new Map(fontNames.map(([, name, id]) => [name!, fontOf(objects, Number(id))]));
      return {
        widthMm: widthPt! * mmPerPoint,
        heightMm: heightPt! * mmPerPoint,
        segments: segmentsOf(content, heightPt!),
        texts: textsOf(content, fonts),
      };
    });
}

export const textOf = (glyphs: readonly Glyph[]): string => glyphs.map(({ text }) => text).join('');

function objectsOf(pdf: Buffer): Map<number, PdfObject> {
  const all = pdf.toString('latin1');
  const objects = new Map<number, PdfObject>();
  for (const match of all.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\n(?:endobj|stream\n)/g)) {
    const [whole, id, dict] = match;
    const at = match.index + whole.length;
    const length = /\/Length (\d+)/.exec(dict!)?.[1];
    const stream = whole.endsWith('stream\n') ? pdf.subarray(at, at + Number(length)) : undefined;
    objects.set(Number(id), { dict: dict!, stream });
  }
  return objects;
}

const refOf = (dict: string, name: string) => Number(new RegExp(`/${name} \\[?(\\d+) 0 R`).exec(dict)?.[1]);

function fontOf(objects: ReadonlyMap<number, PdfObject>, id: number): PdfFont {
  const { dict } = objects.get(id)!;
  const descendant = objects.get(refOf(dict, 'DescendantFonts'))!.dict;
  const descriptor = objects.get(refOf(descendant, 'FontDescriptor'))!.dict;
  const font = create(objects.get(refOf(descriptor, 'FontFile2'))!.stream!) as Font;
  const map = objects.get(refOf(dict, 'ToUnicode'))!.stream!.toString('latin1');
  const texts = new Map<number, string>();
  for (const [, first, list] of map.matchAll(/<([0-9a-f]+)> <[0-9a-f]+> \[([^\]]*)\]/g))
    for (const [at, [, hex]] of [...list!.matchAll(/<([0-9a-f ]*)>/g)].entries())
      texts.set(
        Number.parseInt(first!, 16) + at,
        Buffer.from(hex!.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'),
      );
  return { font, texts };
}

const product = (a: Matrix, b: Matrix): Matrix => [
  a[0] * b[0] + a[1] * b[2],
  a[0] * b[1] + a[1] * b[3],
  a[2] * b[0] + a[3] * b[2],
  a[2] * b[1] + a[3] * b[3],
  a[4] * b[0] + a[5] * b[2] + b[4],
  a[4] * b[1] + a[5] * b[3] + b[5],
];

/** Returns the stroked straight lines of a drawing, in the coordinates of the page. */
function segmentsOf(content: string, heightPt: number): Segment[] {
  const segments: Segment[] = [];
  let path: Segment[] = [];
  let state = { matrix: [1, 0, 0, 1, 0, 0] as Matrix, width: 1, colour: '' };
  const saved: (typeof state)[] = [];
  let last: readonly [number, number] = [0, 0];
  let operands: number[] = [];
  const toMm = (x: number, y: number) => {
    const [a, b, c, d, e, f] = state.matrix;
    return [(a * x + c * y + e) * mmPerPoint, (heightPt - (b * x + d * y + f)) * mmPerPoint] as const;
  };
  for (const token of content.split(/\s+/)) {
    const number = Number(token);
    if (token !== '' && Number.isFinite(number)) {
      operands.push(number);
      continue;
    }
    if (token === 'q') saved.push(state);
    if (token === 'Q') state = saved.pop()!;
    if (token === 'cm') state = { ...state, matrix: product(operands.slice(-6) as unknown as Matrix, state.matrix) };
    if (token === 'w') state = { ...state, width: operands.at(-1)! };
    if (token === 'SCN') state = { ...state, colour: operands.slice(-3).join(' ') };
    if (token === 'm') last = toMm(operands.at(-2)!, operands.at(-1)!);
    if (token === 'l') {
      const [toX, toY] = toMm(operands.at(-2)!, operands.at(-1)!);
      path.push({ fromX: last[0], fromY: last[1], toX, toY, widthMm: 0, colour: '' });
      last = [toX, toY];
    }
    // A line has the width and the colour that are set when it is stroked.
    const widthMm = Math.abs(state.width * state.matrix[0]) * mmPerPoint;
    if (token === 'S') segments.push(...path.map((segment) => ({ ...segment, widthMm, colour: state.colour })));
    if (['S', 'f', 'n'].includes(token)) path = [];
    operands = [];
  }
  return segments;
}

function textsOf(content: string, fonts: ReadonlyMap<string, PdfFont>): Glyph[][] {
  return [...content.matchAll(/BT\n([\s\S]*?)ET/g)].map(([, block]) => {
    const { font, texts } = fonts.get(/\/(F\d+) /.exec(block!)![1]!)!;
    const hex = [...block!.matchAll(/\[([^\]]*)\] TJ/g)].flatMap(([, list]) => [...list!.matchAll(/<([0-9a-f]+)>/g)]);
    const ids = hex.flatMap(([, digits]) =>
      digits!.match(/.{4}/g)!.map((digitsOfOne) => Number.parseInt(digitsOfOne, 16)),
    );
    return ids.map((id) => ({ id, text: texts.get(id) ?? '', font }));
  });
}

/**
 * Reads the text of each page of a PDF that Chromium has written. The fonts of such a PDF have a table from glyphs to
 * letters.
 */
import { inflateSync } from 'node:zlib';

type PdfObject = { readonly head: string; readonly stream: Buffer | undefined };
type Objects = ReadonlyMap<string, PdfObject>;

/** Returns the text of each page in the order in which it is drawn, without spaces. */
export function pdfPages(pdf: Buffer): string[] {
  const objects = objectsOf(pdf);
  const [root] = [...objects.values()].filter(({ head }) => /\/Type\s*\/Catalog/.test(head));
  const pages: string[] = [];
  const walk = (id: string) => {
    const { head } = objects.get(id)!;
    const kids = /\/Kids\s*\[([^\]]*)\]/.exec(head)?.[1];
    if (kids !== undefined) for (const [, kid] of kids.matchAll(/(\d+) 0 R/g)) walk(kid!);
    else pages.push(textOf(/\/Contents (\d+) 0 R/.exec(head)?.[1] ?? '', head, objects));
  };
  walk(/\/Pages (\d+) 0 R/.exec(root!.head)![1]!);
  return pages;
}

function objectsOf(pdf: Buffer): Objects {
  const text = pdf.toString('latin1');
  const objects = new Map<string, PdfObject>();
  const start = /(?:^|\n)(\d+) 0 obj\s/g;
  for (let match = start.exec(text); match; match = start.exec(text)) {
    const from = start.lastIndex;
    const end = text.indexOf('endobj', from);
    const body = text.slice(from, end);
    const at = body.search(/stream\r?\n/);
    if (at < 0) {
      objects.set(match[1]!, { head: body, stream: undefined });
      continue;
    }
    const head = body.slice(0, at);
    const first = from + at + /^stream\r?\n/.exec(body.slice(at))![0].length;
    const bytes = pdf.subarray(first, first + Number(/\/Length (\d+)/.exec(head)![1]));
    objects.set(match[1]!, { head, stream: head.includes('/FlateDecode') ? inflateSync(bytes) : bytes });
    start.lastIndex = first + bytes.length;
  }
  return objects;
}

/** Returns the text that a stream draws. `resources` is the object that names its fonts and inner drawings. */
function textOf(id: string, resources: string, objects: Objects): string {
  const drawn = objects.get(id)?.stream?.toString('latin1') ?? '';
  let letters: ReadonlyMap<number, string> = new Map();
  let text = '';
  for (const [, font, glyphs, drawing] of drawn.matchAll(/\/(\S+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|\/(\S+) Do/g)) {
    if (font !== undefined) letters = lettersOf(objects.get(idOf(font, resources)), objects);
    if (glyphs !== undefined)
      for (const [glyph] of glyphs.matchAll(/..../g)) text += letters.get(Number.parseInt(glyph, 16)) ?? '';
    const inner = drawing === undefined ? undefined : idOf(drawing, resources);
    if (inner !== undefined) text += textOf(inner, objects.get(inner)?.head ?? '', objects);
  }
  // A font may draw `ff` as one glyph, a ligature.
  return text.normalize('NFKC').replaceAll(/\s/g, '');
}

/** Returns the id of the object with this name in the resources. */
const idOf = (name: string, resources: string) => new RegExp(`/${name} (\\d+) 0 R`).exec(resources)?.[1] ?? '';

/** Returns the letters of a font by glyph, from the font's table. */
function lettersOf(font: PdfObject | undefined, objects: Objects): ReadonlyMap<number, string> {
  const table =
    objects.get(/\/ToUnicode (\d+) 0 R/.exec(font?.head ?? '')?.[1] ?? '')?.stream?.toString('latin1') ?? '';
  const letters = new Map<number, string>();
  for (const [, block] of table.matchAll(/beginbfchar([\s\S]*?)endbfchar/g))
    for (const [, glyph, letter] of block!.matchAll(/<(\w+)>\s*<(\w+)>/g))
      letters.set(Number.parseInt(glyph!, 16), Buffer.from(letter!, 'hex').swap16().toString('utf16le'));
  for (const [, block] of table.matchAll(/beginbfrange([\s\S]*?)endbfrange/g))
    for (const [, from, to, first] of block!.matchAll(/<(\w+)>\s*<(\w+)>\s*<(\w+)>/g))
      for (let glyph = Number.parseInt(from!, 16); glyph <= Number.parseInt(to!, 16); glyph += 1)
        letters.set(glyph, String.fromCharCode(Number.parseInt(first!, 16) + glyph - Number.parseInt(from!, 16)));
  return letters;
}

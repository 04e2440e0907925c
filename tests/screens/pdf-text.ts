/** Reads the text of each page of a PDF as Chromium writes it: one object after the other, glyphs with a table to letters. */
import { inflateSync } from 'node:zlib';

type PdfObject = { readonly head: string; readonly stream: Buffer | undefined };
type Objects = ReadonlyMap<string, PdfObject>;

/** The text of each page, in the order of its drawing, without the spaces between words. */
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
  for (let found = start.exec(text); found; found = start.exec(text)) {
    const from = start.lastIndex;
    const end = text.indexOf('endobj', from);
    const body = text.slice(from, end);
    const at = body.search(/stream\r?\n/);
    if (at < 0) {
      objects.set(found[1]!, { head: body, stream: undefined });
      continue;
    }
    const head = body.slice(0, at);
    const first = from + at + /^stream\r?\n/.exec(body.slice(at))![0].length;
    const bytes = pdf.subarray(first, first + Number(/\/Length (\d+)/.exec(head)![1]));
    objects.set(found[1]!, { head, stream: head.includes('/FlateDecode') ? inflateSync(bytes) : bytes });
    start.lastIndex = first + bytes.length;
  }
  return objects;
}

/** The text that a stream draws with the fonts and the drawings of `resources`. */
function textOf(id: string, resources: string, objects: Objects): string {
  const drawn = objects.get(id)?.stream?.toString('latin1') ?? '';
  let letters: ReadonlyMap<number, string> = new Map();
  let text = '';
  for (const [, font, glyphs, drawing] of drawn.matchAll(/\/(\S+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|\/(\S+) Do/g)) {
    if (font !== undefined) letters = lettersOf(objects.get(named(font, resources)), objects);
    if (glyphs !== undefined)
      for (const [glyph] of glyphs.matchAll(/..../g)) text += letters.get(Number.parseInt(glyph, 16)) ?? '';
    const inner = drawing === undefined ? undefined : named(drawing, resources);
    if (inner !== undefined) text += textOf(inner, objects.get(inner)?.head ?? '', objects);
  }
  // A font may draw `ff` as one sign.
  return text.normalize('NFKC').replaceAll(/\s/g, '');
}

const named = (name: string, resources: string) => new RegExp(`/${name} (\\d+) 0 R`).exec(resources)?.[1] ?? '';

/** By glyph: what a font's table says that it reads as. */
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

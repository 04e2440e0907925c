import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';
import { builtInAlertCodes } from '../../../contracts/alert-codes.ts';
import { auditActionNames, auditGroupNames } from '../../../contracts/audit-names.ts';
import { gatewayNotices } from '../../../contracts/bed-notices.ts';
import {
  channelTitles,
  logPartTitles,
  lookTitles,
  standingTitles,
  stepTitles,
} from '../../../contracts/explain/titles.ts';
import { technicalConditions } from '../../../contracts/parameters.ts';
import { german as firstGerman } from './german.ts';
import { rareGerman } from './rare.ts';

const german = { ...firstGerman, ...rareGerman };
const client = join(import.meta.dirname, '..');
const germanFiles = filesOf(join(client, 'german')).filter((path) => !/\/(?:german|rare)\.ts$/.test(path));
const sources = filesOf(client).filter((path) => !path.startsWith(join(client, 'german')));

type Node = { readonly type?: string; readonly [name: string]: unknown };

/** Returns the source files below a folder, without tests and without files that the build makes. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /\.tsx?$/.test(path) && !/\.(?:test|testing)\.|\/dist\/|fixtures/.test(path));
}

function nodesOf(path: string): Node[] {
  const nodes: Node[] = [];
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    if ('type' in value) nodes.push(value as Node);
    for (const part of Object.values(value))
      if (Array.isArray(part)) part.forEach(walk);
      else walk(part);
  };
  walk(parseSync(path, readFileSync(path, 'utf8')).program);
  return nodes;
}

const literal = (node: unknown): string | undefined => {
  const { type, value } = (node ?? {}) as Node;
  return type === 'Literal' && typeof value === 'string' ? value : undefined;
};

/** Returns the texts that a file gives to `t`, `texts` and `keys`. */
function usedTexts(path: string): string[] {
  return nodesOf(path)
    .filter(({ type }) => type === 'CallExpression')
    .flatMap(({ callee, arguments: given }) => {
      const { name } = callee as Node;
      const first = (given as Node[])[0];
      if (name === 't') return [literal(first)];
      if (name === 'keys') return (given as Node[]).map(literal);
      if (name === 'texts') return ((first?.properties ?? []) as Node[]).map(({ value }) => literal(value));
      return [];
    })
    .filter((text) => text !== undefined);
}

/**
 * Returns the forms of the sentences with values that the server sends in an explanation and in the facts of a strip.
 */
function sentForms(path: string): string[] {
  return nodesOf(path).flatMap((node) => {
    const { type, tag, quasi, callee, arguments: given } = node;
    if (type === 'TaggedTemplateExpression' && (tag as Node).name === 'said') {
      const parts = ((quasi as Node).quasis as Node[]).map(({ value }) => (value as { cooked: string }).cooked);
      return [parts.reduce((form, part, index) => `${form}{${index}}${part}`)];
    }
    const isWords = type === 'CallExpression' && ['words', 'say'].includes(String((callee as Node).name));
    const form = isWords ? literal((given as Node[])[0]) : undefined;
    return form === undefined ? [] : [form];
  });
}

/**
 * Returns the files of the first load: main.tsx, and all files that main.tsx imports directly or through other files.
 * Dynamic imports do not count.
 */
function firstLoadFiles(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const { type, source, importKind } of nodesOf(path)) {
    const target = literal(source);
    const isStatic = type === 'ImportDeclaration' || type === 'ExportNamedDeclaration';
    if (isStatic && importKind !== 'type' && target?.startsWith('.') && /\.tsx?$/.test(target))
      firstLoadFiles(join(path, '..', target), found);
  }
  return found;
}

const used = new Set(sources.flatMap(usedTexts));
const root = join(client, '../..');
/**
 * The code that makes sentences for the page, as one text: the code of the server, and the code that server and page
 * share.
 */
const serverCode = ['contracts', 'dashboard/server', 'processors']
  .flatMap((folder) => filesOf(join(root, folder)))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');
const isOfServer = (text: string) => ["'", '"', '`'].some((quote) => serverCode.includes(`${quote}${text}${quote}`));

/** The tables of texts that the server and the page share. */
const sharedTexts = [
  ...[...builtInAlertCodes.values()].map(({ text }) => text),
  ...Object.values(technicalConditions).map(({ text }) => text),
  ...Object.values(gatewayNotices).map(({ text }) => text),
  ...Object.values(auditGroupNames),
  ...Object.values(auditActionNames).map(({ name }) => name),
  ...[stepTitles, lookTitles, standingTitles, logPartTitles, channelTitles].flatMap((titles) => Object.values(titles)),
];
const namesIn = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort();
const formsOf = (text: string) => text.split('|');

describe('the German texts', () => {
  it('has a German text for each text of the page', () => {
    expect(used.size).toBeGreaterThan(100);
    expect([...used].filter((text) => !(text in german))).toEqual([]);
  });

  it('has a German text for each sentence that the server sends with values', () => {
    const files = [...filesOf(join(root, 'contracts/explain')), join(root, 'contracts/strip-facts.ts')];
    const sent = new Set(files.flatMap(sentForms));
    expect(sent.size).toBeGreaterThan(120);
    expect([...sent].filter((text) => !(text in german))).toEqual([]);
  });

  it('the files of the first load use no rare text', () => {
    const files = firstLoadFiles(join(client, 'main.tsx'));
    expect(files.size).toBeGreaterThan(100);
    const early = new Set([...files].flatMap(usedTexts));
    expect(Object.keys(rareGerman).filter((text) => early.has(text))).toEqual([]);
  });

  it('each German text is a text that the page or the server uses', () => {
    const sent = new Set(filesOf(join(root, 'contracts')).flatMap(sentForms));
    expect(Object.keys(german).filter((text) => !used.has(text) && !isOfServer(text) && !sent.has(text))).toEqual([]);
  });

  it('has a German text for each text of the tables that the server and the page share', () => {
    expect(sharedTexts.filter((text) => !(text in german))).toEqual([]);
  });

  it('has each text in one file only', () => {
    const keys = germanFiles.flatMap((path) =>
      nodesOf(path)
        .filter(({ type }) => type === 'Property')
        .map(({ key }) => literal(key) ?? String((key as Node).name)),
    );
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  });

  it('each German text has the values of its English text, and a singular and a plural form if the English text has both', () => {
    const wrong = Object.entries(german).filter(
      ([english, text]) =>
        namesIn(english).join() !== namesIn(text).join() || formsOf(english).length !== formsOf(text).length,
    );
    expect(wrong).toEqual([]);
  });

  it('each German text begins and ends with the spaces of its English text, because sentences are joined there', () => {
    const ends = (text: string) => `${/^\s*/.exec(text)?.[0]}|${/\s*$/.exec(text)?.[0]}`;
    expect(Object.entries(german).filter(([english, text]) => ends(english) !== ends(text))).toEqual([]);
  });
});

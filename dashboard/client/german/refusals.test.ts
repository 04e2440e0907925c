import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';
import { german as firstGerman } from './german.ts';
import { rareGerman } from './rare.ts';
import { refusalForms, refusals } from './refusals.ts';

const german = { ...firstGerman, ...rareGerman };
const root = join(import.meta.dirname, '../../..');

/**
 * Files with sentences that only operators read: about commands, metrics, the health of the process, and faults of
 * requests that no page sends.
 */
const operatorFiles = new Set([
  'account-command.ts',
  'delivery-metrics.ts',
  'metrics.ts',
  'origins.ts',
  'ward.ts',
  'core/health-reasons.ts',
  'core/request-framing.ts',
  'sessions/token.ts',
]);
/** Sentences that only operators read, in files that are not in `operatorFiles`. */
const operatorSentences = new Set([
  'There is no alarm to {}.',
  'The accounts file {} {}.',
  'Port {} (VIGIL_HTTP_PORT) is in use by another program.',
]);
const logMethods = ['debug', 'info', 'warn', 'error', 'fatal'];

type Node = { readonly type?: string; readonly [name: string]: unknown };

/** Returns a text with empty braces in place of the names of its values. */
const withoutNames = (text: string) => text.replace(/\{\w*\}/g, '{}');

/** Returns the text of a string or of a template, with empty braces in place of its values. */
function textOf({ type, value, quasis }: Node): string | undefined {
  if (type === 'Literal' && typeof value === 'string') return value;
  if (type !== 'TemplateLiteral') return undefined;
  return (quasis as { value: { cooked: string } }[]).map((part) => part.value.cooked).join('{}');
}

/**
 * A sentence begins with a capital letter or a value, has three words or more, and ends with a full stop, an
 * exclamation mark, a question mark, or a value that is a sentence.
 */
const isSentence = (text: string) => /^(?:[A-Z]|\{\}).* .* .*(?:[.!?]|\. \{\})$/s.test(text) && !text.includes('\n');

/** Returns the sentences in a file of the server. Leaves out sentences that go into the log. */
function sentencesOf(path: string): string[] {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    const method = (node.callee as Node | undefined)?.property as { name?: string } | undefined;
    if (node.type === 'CallExpression' && logMethods.includes(method?.name ?? '')) return;
    const text = textOf(node);
    if (text !== undefined && isSentence(text)) found.push(text);
    for (const part of Object.values(node)) walk(part);
  };
  walk(parseSync(path, readFileSync(path, 'utf8')).program);
  return found;
}

const server = join(root, 'dashboard/server');
const sentences = new Set(
  readdirSync(server, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.(?:test|testing)\.ts$/.test(name) && !operatorFiles.has(name))
    .flatMap((name) => sentencesOf(join(server, name))),
);
/** The files with the answers of the alarm processor to commands. */
const engineFiles = ['commands.ts', 'alarm.ts', 'without-judging.ts'].map((name) => `processors/alarms/core/${name}`);
// A sentence that begins with a value is tested in contracts/german-alarms.test.ts.
for (const name of [...engineFiles, 'contracts/effective-limits.ts'])
  for (const sentence of sentencesOf(join(root, name))) if (!sentence.startsWith('{}')) sentences.add(sentence);
const partsCode = ['contracts/duties.ts', 'contracts/reach-hosts.ts', 'contracts/open-points.ts', ...engineFiles]
  .map((name) => readFileSync(join(root, name), 'utf8'))
  .join();
const allGerman = new Set(Object.keys({ ...german, ...refusals }).map(withoutNames));

describe('the German refusals', () => {
  it('has a German text for each sentence that the server can answer', () => {
    expect(sentences.size).toBeGreaterThan(150);
    expect([...sentences].filter((text) => !allGerman.has(text) && !operatorSentences.has(text))).toEqual([]);
  });

  it('each German text is a text that the server uses, and that the page does not already have', () => {
    const isPart = (text: string) => !isSentence(text) && partsCode.includes(text.split('{')[0]!);
    const unused = Object.keys(refusals).filter((text) => !sentences.has(withoutNames(text)) && !isPart(text));
    expect(unused).toEqual([]);
    expect(Object.keys(refusals).filter((text) => Object.hasOwn(german, text))).toEqual([]);
  });

  it('each German text has the values of its English text', () => {
    const namesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    expect(Object.entries(refusals).filter(([en, de]) => namesIn(en).join() !== namesIn(de).join())).toEqual([]);
    expect(Object.keys(refusals).filter((text) => text.includes('{'))).toEqual(Object.keys(refusalForms));
  });
});

/**
 * Texts of the page in the language of the person. The English text is the key. A text that has no translation is shown
 * in English as a whole. In this folder only the language and the zones (zones.ts) are a state and not an argument.
 * Hundreds of functions need the language, and a page has exactly one language (docs/decisions/080-german.md).
 */
import type { Language } from '../../../contracts/languages.ts';

/** English texts with their translations. */
export type Dictionary = Readonly<Record<string, string>>;

/** The names in braces of a text, for example `'n'` of `'{n} beds'`. */
type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Values = Readonly<Record<string, string | number | undefined>>;

let readDictionary: () => Dictionary | undefined = () => undefined;
let readLanguage: () => Language = () => 'en';
/** The texts of rarely used pages and of refusals. These texts come in separate files. */
let rareTexts: Dictionary = {};

/** Adds texts that are not in the dictionary of the page. */
export function addRareTexts(dictionary: Dictionary): void {
  rareTexts = { ...rareTexts, ...dictionary };
}

/**
 * Sets the functions that return the language and the dictionary. On the page these functions read signals, so a
 * component that uses a text is drawn again when the language changes. Returns a function that sets English again.
 */
export function setTexts(language: () => Language, dictionary: () => Dictionary | undefined): () => void {
  readLanguage = language;
  readDictionary = dictionary;
  return () => {
    readLanguage = () => 'en';
    readDictionary = () => undefined;
  };
}

/** Returns the language in which texts are shown: English until the German texts have arrived. */
export function shownLanguage(): Language {
  return readDictionary() === undefined ? 'en' : readLanguage();
}

/**
 * Returns a text in the language of the page, with values in place of the names in braces. A text with a bar, such as
 * `'{n} bed|{n} beds'`, has two forms: for one, and for other numbers. The value `n` chooses the form.
 */
export function t<Text extends string>(
  text: Text,
  ...[values]: [Names<Text>] extends [never] ? [values?: Values] : [values: Values & Record<Names<Text>, unknown>]
): string {
  const dictionary = readDictionary();
  // A device may send a text such as `constructor`. Each object has a member with this name, which is not a text of the
  // dictionary.
  const source = dictionary && [dictionary, rareTexts].find((table) => Object.hasOwn(table, text));
  const translated = source ? source[text]! : text;
  return values === undefined ? translated : fill(translated, values);
}

/** Returns a table whose texts are in the language of the page at the time when they are read. */
export function texts<const Table extends Readonly<Record<string, string>>>(
  table: Table,
): { readonly [Name in keyof Table]: string } {
  const translated = {};
  for (const [name, text] of Object.entries(table))
    Object.defineProperty(translated, name, { enumerable: true, get: () => t(text as string) });
  return translated as { readonly [Name in keyof Table]: string };
}

/**
 * Returns a name as it stands inside a sentence. In English the name is in small letters. German nouns keep their
 * capital letter.
 */
export function insideSentence(name: string): string {
  return shownLanguage() === 'de' ? name : name.toLowerCase();
}

/** Returns the texts unchanged. Marks texts in the code as keys that the page translates later. */
export function keys<const Texts extends readonly string[]>(...marked: Texts): Texts {
  return marked;
}

function fill(text: string, values: Values): string {
  return formFor(text, values.n).replace(/\{(\w+)\}/g, (braces, name: string) => String(values[name] ?? braces));
}

/** English and German use the same rule: 1 has the first form, and every other number has the second form. */
function formFor(text: string, n: string | number | undefined): string {
  const bar = n === undefined ? -1 : text.indexOf('|');
  if (bar < 0) return text;
  return Number(n) === 1 ? text.slice(0, bar) : text.slice(bar + 1);
}

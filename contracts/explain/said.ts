/**
 * Each sentence of an explanation is a text with places (a form), and the values for these places. So the page can
 * write the sentence in the language of the person. The command line and the JSON have the English text. Pure.
 */

/**
 * `form` has `{1}`, `{2}` … in place of the values. A value that is a sentence is translated, too; a text or a number
 * is never translated.
 */
export type Sentence = { readonly form: string; readonly values: readonly SaidValue[] };
export type SaidValue = string | number | Sentence;
export type Said = string | Sentence;

/** Returns a sentence. Use this function as the tag of a template: the fixed parts of the template become the form. */
export function said(parts: TemplateStringsArray, ...values: readonly SaidValue[]): Sentence {
  return { form: parts.reduce((form, part, index) => `${form}{${index}}${part}`), values };
}

/**
 * Returns fixed words as a sentence: the page may translate them.
 * @param form undefined if a newer process wrote a value for which this version has no words
 */
export const words = (form: string | undefined): Sentence => ({ form: form ?? 'not known', values: [] });

/** Returns the English text. */
export function englishOf(text: SaidValue): string {
  if (typeof text !== 'object') return String(text);
  return text.form.replace(/\{(\d+)\}/g, (_braces, n: string) => englishOf(text.values[Number(n) - 1] ?? ''));
}

/** Returns an entry with its English text, and with its sentence. */
export function withEnglish<Entry extends { readonly text: Said }>(
  entry: Entry,
): Omit<Entry, 'text'> & { readonly text: string; readonly sentence?: Sentence } {
  const { text, ...rest } = entry;
  return { ...rest, text: englishOf(text), ...(typeof text === 'object' && { sentence: text }) };
}

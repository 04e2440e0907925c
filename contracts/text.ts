/**
 * Checks texts that people enter or devices send, and that screens, terminals and logs show. Pure.
 *
 * Some characters turn the direction of writing around, move the cursor, or cannot be seen. With them a screen shows another text than
 * the stored one. `textFault` refuses such a text at its entry. `visibleText` writes such a character as its code. Use it for a text
 * that came in before, or whose sender we cannot ask again (a device, an old record, a rejected payload).
 */

/** Most combining marks on one character; more of them run into the lines above and below. Real writing needs up to about six. */
const marksMax = 8;

const plain = /^[!-~]+(?: [!-~]+)*$/;
const isBidi = /\p{Bidi_Control}/u;
const isInvisible = /[\p{Default_Ignorable_Code_Point}\u2800]/u;
const isControl = /[\p{Cc}\u2028\u2029]/u;
const isSpace = /\p{White_Space}/u;
const isMark = /\p{M}/u;
const isOther = /[\p{Cf}\p{Co}\p{Noncharacter_Code_Point}]/u;
const isSurrogate = /\p{Cs}/u;
const onlyUnseen = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u2800]*$/u;

/** Scripts in which a joiner (U+200C, U+200D) changes what people read: RFC 5892, appendix A, and scripts in which Unicode uses joiners. */
const joining =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Inherited}]/u;
const letterOrMark = /[\p{L}\p{M}]/u;
/** Signs that join consonants in the scripts of India and its neighbours (Canonical_Combining_Class 9). */
const virama = /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0f84\u1039\u103a\u17d2]/u;
const pictograph = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u;

/** What is wrong with one character at its place; undefined if it is allowed there. */
type Kind = 'surrogate' | 'control' | 'bidi' | 'invisible' | 'other';

/**
 * Says why a text is refused, as the end of a sentence that begins with its name (`holds a control character (U+000A)`); undefined if
 * it is accepted. Judges one line. Does not judge the length; the caller does. Compare and store the text as `normalText` returns it.
 *
 * Accepts every script. Accepts a joiner within words of the scripts that need it (Persian, Hindi and others), a variation selector
 * after the character that it changes (a Japanese name, an emoji), and an emoji of several characters.
 */
export function textFault(text: string): string | undefined {
  if (plain.test(text)) return undefined;
  if (text === '') return 'is empty';
  const chars = [...text.normalize('NFC')];
  let marks = 0;
  for (const [at, char] of chars.entries()) {
    const kind = kindAt(chars, at);
    if (kind !== undefined) return describe(kind, char);
    marks = isMark.test(char) ? marks + 1 : 0;
    if (marks > marksMax) return `has more than ${marksMax} marks on one character`;
  }
  if (onlyUnseen.test(text)) return 'shows nothing: it is white space only';
  if (isSpace.test(chars[0]!) || isSpace.test(chars[chars.length - 1]!)) return 'begins or ends with a space';
  if (isMark.test(chars[0]!)) return 'begins with a mark that has no letter to stand on';
  // U+3000 separates the names of a Japanese person. Every other space looks like the plain one but differs from it.
  const space = chars.find((char) => isSpace.test(char) && char !== ' ' && char !== '\u3000');
  if (space !== undefined) return `holds an unusual space (${nameOf(space)}): use a plain one`;
  if (/[ \u3000]{2}/.test(text)) return 'holds two spaces in a row';
  return undefined;
}

/** Returns the text in Unicode's composed form (NFC): `é` is one character, whichever keyboard typed it. */
export function normalText(text: string): string {
  return text.normalize('NFC');
}

/**
 * Returns a text for one line of a screen, a terminal or a log. Writes a character that `textFault` calls unseen or misleading as its
 * code, `\u{202e}`. Does the same with marks that would run into the lines above and below. Everything else stays as it is.
 */
export function visibleText(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  const chars = [...text];
  let marks = 0;
  const shown = chars.map((char, at) => {
    marks = isMark.test(char) ? marks + 1 : 0;
    return marks <= marksMax && kindAt(chars, at) === undefined ? char : writtenOut(char);
  });
  return shown.join('');
}

/** Does what `visibleText` does, for a text of several lines; the line ends stay. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n');
}

/**
 * Returns the first text within a value (a request's body, for example) that `textFault` refuses, and its place (`patient.familyName`).
 * Accepts an empty text: the schema decides whether it may be empty. Judges the names of members like texts.
 * @param depthMax does not look deeper than this
 */
export function textFaultIn(
  value: unknown,
  depthMax = 16,
): { readonly at: string; readonly fault: string } | undefined {
  if (typeof value === 'string') {
    const fault = value === '' ? undefined : textFault(value);
    return fault === undefined ? undefined : { at: '', fault };
  }
  if (typeof value !== 'object' || value === null || depthMax === 0) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (textFault(name) !== undefined) return { at: '', fault: 'has a member whose name cannot be shown' };
    const found = textFaultIn(member, depthMax - 1);
    if (found) return { at: found.at === '' ? name : `${name}.${found.at}`, fault: found.fault };
  }
  return undefined;
}

function kindAt(chars: readonly string[], at: number): Kind | undefined {
  const char = chars[at]!;
  if (isSurrogate.test(char)) return 'surrogate';
  if (isControl.test(char)) return 'control';
  if (isBidi.test(char)) return 'bidi';
  if (isInvisible.test(char)) return mayStand(char, chars[at - 1], chars[at + 1]) ? undefined : 'invisible';
  return isOther.test(char) ? 'other' : undefined;
}

/** Whether an unseen character changes how its neighbours look, in a way that its script needs. */
function mayStand(char: string, before: string | undefined, after: string | undefined): boolean {
  if (before === undefined) return false;
  if (char === '\u200c' || char === '\u200d') {
    if (virama.test(before)) return true;
    if (after === undefined) return false;
    if (char === '\u200d' && pictograph.test(before) && pictograph.test(after)) return true;
    return letterOrMark.test(before) && joining.test(before) && /\p{L}/u.test(after) && joining.test(after);
  }
  if (char === '\ufe0e' || char === '\ufe0f') return /\p{Extended_Pictographic}/u.test(before);
  if (/[\u{fe00}-\u{fe02}\u{e0100}-\u{e01ef}]/u.test(char)) return /\p{Script=Han}/u.test(before);
  if (/[\u180b-\u180d\u180f]/u.test(char)) return /\p{Script=Mongolian}/u.test(before);
  return false;
}

function describe(kind: Kind, char: string): string {
  const name = nameOf(char);
  switch (kind) {
    case 'surrogate':
      return `holds half a character (${name})`;
    case 'control':
      return `holds a control character (${name})`;
    case 'bidi':
      return `holds a character that turns the direction of writing (${name})`;
    case 'invisible':
      return `holds a character that cannot be seen (${name})`;
    case 'other':
      return `holds a character that is no part of a text (${name})`;
  }
}

function hexOf(char: string): string {
  return char.codePointAt(0)!.toString(16);
}

function nameOf(char: string): string {
  return `U+${hexOf(char).toUpperCase().padStart(4, '0')}`;
}

function writtenOut(char: string): string {
  return `\\u{${hexOf(char)}}`;
}

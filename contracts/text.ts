/**
 * Checks texts from people and devices, for screens, terminals and logs. Pure.
 *
 * Some characters reverse the direction of writing, move the cursor, or are invisible. If a text has such a character,
 * the text on a screen differs from the stored text. `textFault` finds a reason to refuse a text that a person enters.
 * `visibleText` replaces such characters by their codes. Use `visibleText` for a stored text, or for a text from a
 * device.
 */

/**
 * Maximum number of combining marks on one character. More marks overlap the lines above and below. Real writing needs
 * up to about six.
 */
const marksMax = 8;

const plainText = /^[!-~]+(?: [!-~]+)*$/;
const bidiControl = /\p{Bidi_Control}/u;
const invisibleCharacter = /[\p{Default_Ignorable_Code_Point}\u2800]/u;
const controlCharacter = /[\p{Cc}\u2028\u2029]/u;
const spaceCharacter = /\p{White_Space}/u;
const combiningMark = /\p{M}/u;
const otherForbiddenCharacter = /[\p{Cf}\p{Co}\p{Noncharacter_Code_Point}]/u;
const surrogateCharacter = /\p{Cs}/u;
const onlyInvisible = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u2800]*$/u;

/**
 * Characters of scripts in which a joiner (U+200C, U+200D) changes the look of a word: RFC 5892, appendix A, and
 * scripts for which Unicode defines joiners.
 */
const joiningScript =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Inherited}]/u;
const letterOrMark = /[\p{L}\p{M}]/u;
/** Signs that join consonants in Indian and similar scripts (Canonical_Combining_Class 9). */
const virama = /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0f84\u1039\u103a\u17d2]/u;
const pictograph = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u;

/** Why a character is not allowed. */
type FaultKind = 'surrogate' | 'control' | 'bidi' | 'invisible' | 'other';

/**
 * Returns why a text of one line is refused, for example `holds a control character (U+000A)`. The result is the second
 * half of a sentence; the first half is the name of the text. Undefined if the text is accepted. Does not check the
 * length. Before you compare or store a text, call `normalText`.
 *
 * Accepts every script. Accepts joiners within words of scripts that need joiners (Persian, Hindi and others). Accepts
 * a variation selector after a character with variants (in Japanese names, in emoji). Accepts an emoji of several
 * characters.
 */
export function textFault(text: string): string | undefined {
  if (plainText.test(text)) return undefined;
  if (text === '') return 'is empty';
  const chars = [...text.normalize('NFC')];
  let marks = 0;
  for (const [index, char] of chars.entries()) {
    const kind = faultKindAt(chars, index);
    if (kind !== undefined) return faultText(kind, char);
    marks = combiningMark.test(char) ? marks + 1 : 0;
    if (marks > marksMax) return `has more than ${marksMax} marks on one character`;
  }
  if (onlyInvisible.test(text)) return 'shows nothing: it is white space only';
  if (spaceCharacter.test(chars[0]!) || spaceCharacter.test(chars[chars.length - 1]!))
    return 'begins or ends with a space';
  if (combiningMark.test(chars[0]!)) return 'begins with a combining mark: a letter must come first';
  // U+3000 is allowed because it separates the names of a Japanese person. Other unusual spaces look like a plain
  // space.
  const space = chars.find((char) => spaceCharacter.test(char) && char !== ' ' && char !== '\u3000');
  if (space !== undefined) return `holds an unusual space (${nameOf(space)}): use a plain space`;
  if (/[ \u3000]{2}/.test(text)) return 'holds two spaces in a row';
  return undefined;
}

/** Returns the text in Unicode's composed form (NFC), so that for example `é` is always one character. */
export function normalText(text: string): string {
  return text.normalize('NFC');
}

/**
 * Returns a text for one line of a screen, a terminal or a log. Invisible and misleading characters are replaced by
 * their codes (`\u{202e}`), and so are more than `marksMax` marks on one character.
 */
export function visibleText(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  const chars = [...text];
  let marks = 0;
  const visibleChars = chars.map((char, index) => {
    marks = combiningMark.test(char) ? marks + 1 : 0;
    return marks <= marksMax && faultKindAt(chars, index) === undefined ? char : escapedCode(char);
  });
  return visibleChars.join('');
}

/** Returns a text of several lines in which each line is passed through `visibleText`. The line ends stay. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n');
}

/**
 * Searches a value (for example, a request's body) for a text that `textFault` refuses. Accepts empty texts, because
 * schemas decide whether a text may be empty. Also checks the names of members.
 * @returns the reason for the first refused text, and the path of that text (`path`: `patient.familyName`)
 * @param depthMax nested values deeper than this are not searched
 */
export function textFaultIn(
  value: unknown,
  depthMax = 16,
): { readonly path: string; readonly fault: string } | undefined {
  if (typeof value === 'string') {
    const fault = value === '' ? undefined : textFault(value);
    return fault === undefined ? undefined : { path: '', fault };
  }
  if (typeof value !== 'object' || value === null || depthMax === 0) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (textFault(name) !== undefined) return { path: '', fault: 'has a member whose name cannot be shown' };
    const inMember = textFaultIn(member, depthMax - 1);
    if (inMember) return { path: inMember.path === '' ? name : `${name}.${inMember.path}`, fault: inMember.fault };
  }
  return undefined;
}

function faultKindAt(chars: readonly string[], index: number): FaultKind | undefined {
  const char = chars[index]!;
  if (surrogateCharacter.test(char)) return 'surrogate';
  if (controlCharacter.test(char)) return 'control';
  if (bidiControl.test(char)) return 'bidi';
  if (invisibleCharacter.test(char))
    return isNeeded(char, chars[index - 1], chars[index + 1]) ? undefined : 'invisible';
  return otherForbiddenCharacter.test(char) ? 'other' : undefined;
}

/**
 * Returns whether an invisible character is needed between its neighbours: a joiner or a variation selector that
 * changes how the neighbours look.
 */
function isNeeded(char: string, before: string | undefined, after: string | undefined): boolean {
  if (before === undefined) return false;
  if (char === '\u200c' || char === '\u200d') {
    if (virama.test(before)) return true;
    if (after === undefined) return false;
    if (char === '\u200d' && pictograph.test(before) && pictograph.test(after)) return true;
    return letterOrMark.test(before) && joiningScript.test(before) && /\p{L}/u.test(after) && joiningScript.test(after);
  }
  if (char === '\ufe0e' || char === '\ufe0f') return /\p{Extended_Pictographic}/u.test(before);
  if (/[\u{fe00}-\u{fe02}\u{e0100}-\u{e01ef}]/u.test(char)) return /\p{Script=Han}/u.test(before);
  if (/[\u180b-\u180d\u180f]/u.test(char)) return /\p{Script=Mongolian}/u.test(before);
  return false;
}

function faultText(kind: FaultKind, char: string): string {
  const name = nameOf(char);
  switch (kind) {
    case 'surrogate':
      return `holds half a character (${name})`;
    case 'control':
      return `holds a control character (${name})`;
    case 'bidi':
      return `holds a character that changes the direction of writing (${name})`;
    case 'invisible':
      return `holds a character that cannot be seen (${name})`;
    case 'other':
      return `holds a character that does not belong in a text (${name})`;
  }
}

function hexOf(char: string): string {
  return char.codePointAt(0)!.toString(16);
}

function nameOf(char: string): string {
  return `U+${hexOf(char).toUpperCase().padStart(4, '0')}`;
}

function escapedCode(char: string): string {
  return `\\u{${hexOf(char)}}`;
}

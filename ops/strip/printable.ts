/** Decides which characters a printed page can show. Pure. */

/**
 * Scripts that are written from left to right, in which each character has its own shape. The font of the page has
 * these scripts.
 */
const simpleScript =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Georgian}\p{Script=Common}\p{Script=Inherited}]$/u;

export type Printable = {
  /**
   * Returns the text as the page prints it. A character that cannot be printed right becomes its code, for example
   * `\u{4e2d}`.
   */
  print(text: string): string;
  /** Returns whether a character was replaced. */
  hasReplaced(): boolean;
};

/**
 * Creates a replacement of characters that cannot be printed right. A PDF program draws an empty box for a character
 * that the font lacks, and may put letters of a right-to-left script into a wrong order. A wrong name on paper is worse
 * than a code.
 * @param hasGlyph returns whether the font has a character
 */
export function createPrintable(hasGlyph: (codePoint: number) => boolean): Printable {
  let hasReplaced = false;
  return {
    print(text) {
      const characters = [...text.normalize('NFC')].map((character) => {
        const codePoint = character.codePointAt(0)!;
        if (simpleScript.test(character) && hasGlyph(codePoint)) return character;
        hasReplaced = true;
        return `\\u{${codePoint.toString(16)}}`;
      });
      return characters.join('');
    },
    hasReplaced: () => hasReplaced,
  };
}

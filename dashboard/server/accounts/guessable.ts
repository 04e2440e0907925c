/**
 * Whether others would guess a new password first: common passwords and words, also with figures and signs in front or
 * behind, rows of keys, dates, repeats, and the person's own names (NIST SP 800-63B-4, 3.1.1.2: compare with commonly
 * used, expected and compromised ones).
 */
import type { Fault } from '../../../contracts/errors.ts';

/**
 * Powers of ten of guesses that a password must take (ours). A login takes a tenth of a second of argon2id and is
 * slowed down after failures. A thief of the file of accounts guesses some hundreds in a second on each machine.
 */
const guessesLog10Min = 9;
/** Of the products and places that people put into passwords here. */
const expected = ['vigil', 'hospital', 'clinic', 'ward', 'icu', 'nurse', 'doctor', 'physician', 'patient', 'monitor'];

/** @param own user id, name and wards of the account */
export async function guessableFault(password: string, own: readonly string[]): Promise<Fault | undefined> {
  // Its word lists take a second to load: only who sets a password waits for them.
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  const zxcvbn = new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
  });
  const ownWords = own.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]).filter((word) => word.length > 2);
  const { guessesLog10 } = zxcvbn.check(password.normalize('NFKC'), [...expected, ...ownWords]);
  if (guessesLog10 >= guessesLog10Min) return undefined;
  return {
    code: 'settings-invalid',
    message:
      'The password is a common one, or easy to guess from words, names, dates or rows of keys. Use four or more words that have nothing to do with each other.',
  };
}

/**
 * Refuses passwords that are easy to guess: common passwords and words (even with added digits and signs), rows of
 * keys, dates, repeats, and the person's own names (NIST SP 800-63B-4, 3.1.1.2).
 */
import type { Fault } from '../../../contracts/errors.ts';

/**
 * A password must resist at least 10 to the power of this number of guesses (ours). A guess at the login takes a tenth
 * of a second, and longer after failures. A thief who has the accounts file can try some hundred passwords a second on
 * each machine.
 */
const guessesLog10Min = 9;
/** Words that people in a hospital are likely to use in passwords. */
const expectedWords = [
  'vigil',
  'hospital',
  'clinic',
  'ward',
  'icu',
  'nurse',
  'doctor',
  'physician',
  'patient',
  'monitor',
];

/**
 * Returns a fault if the password is easy to guess.
 * @param ownNames the user id, name and wards of the account
 */
export async function guessableFault(password: string, ownNames: readonly string[]): Promise<Fault | undefined> {
  // The word lists take a second to load, so they are loaded only when somebody sets a password.
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  const zxcvbn = new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
  });
  const ownWords = ownNames
    .flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)])
    .filter((word) => word.length > 2);
  const { guessesLog10 } = zxcvbn.check(password.normalize('NFKC'), [...expectedWords, ...ownWords]);
  if (guessesLog10 >= guessesLog10Min) return undefined;
  return {
    code: 'settings-invalid',
    message:
      'The password is common, or easy to guess from words, names, dates or rows of keys. Use four or more words that have nothing to do with each other.',
  };
}

/**
 * Refusals of the server in the language of the page. The German texts are a separate file, which a German page loads
 * with its first refusal. If the file does not come within a second, the page shows the refusal in English, so that
 * nobody waits for a text.
 */
import { addForms, serverText } from '../core/server-texts.ts';
import { addRareTexts, shownLanguage } from '../core/texts.ts';

/** Longest wait for the file, ms (ours). */
const loadMsMax = 1_000;

type Refusals = Pick<typeof import('../german/refusals.ts'), 'refusals' | 'refusalForms'>;

/**
 * Returns a function that writes a refusal in the language of the page.
 * @param load loads the German texts
 */
export function createRefusalTexts(load: () => Promise<Refusals>): (text: string) => Promise<string> {
  let loading: Promise<void> | undefined;
  const loadOnce = () => {
    loading ??= load()
      .then(({ refusals, refusalForms }) => {
        addRareTexts(refusals);
        addForms(Object.keys(refusalForms));
      })
      .catch(() => {
        // The next refusal tries again.
        loading = undefined;
      });
    return loading;
  };
  return async (text) => {
    const translated = serverText(text);
    if (shownLanguage() === 'en' || translated !== text) return translated;
    await Promise.race([loadOnce(), new Promise((resolve) => setTimeout(resolve, loadMsMax))]);
    return serverText(text);
  };
}

export const refusalText = createRefusalTexts(() => import('../german/refusals.ts'));

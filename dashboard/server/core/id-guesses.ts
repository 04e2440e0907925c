/**
 * How many patient ids one account may try. A refused id reveals that the patient is in another ward, however the
 * refusal is worded: nobody may be in two beds. So after a few such ids every further id is refused with the same
 * sentence, and nothing can be learned from it. The person can still put a device to a bed without a patient.
 */

/** Ids of patients of other wards that may be refused to one account in the time of `forgetMs` (ours). */
export const hiddenIdsMax = 3;
export const forgetMs = 60 * 60_000;
/** Accounts remembered; past it the account that began longest ago is forgotten. */
const accountsMax = 10_000;

export type IdGuesses = Map<string, { readonly sinceMs: number; readonly ids: Set<string> }>;

/**
 * Whether an account may still try this id. An id that it was refused before may be tried again: the patient may have
 * left that ward.
 */
export function mayTryId(guesses: IdGuesses, account: string, patientId: string, nowMs: number): boolean {
  const row = guesses.get(account);
  if (row === undefined || nowMs - row.sinceMs >= forgetMs) return true;
  return row.ids.size < hiddenIdsMax || row.ids.has(patientId);
}

/** Notes that an account was refused the id of a patient of another ward. */
export function noteHiddenId(guesses: IdGuesses, account: string, patientId: string, nowMs: number): void {
  const row = guesses.get(account);
  if (row !== undefined && nowMs - row.sinceMs < forgetMs) {
    row.ids.add(patientId);
    return;
  }
  guesses.delete(account);
  guesses.set(account, { sinceMs: nowMs, ids: new Set([patientId]) });
  if (guesses.size > accountsMax) guesses.delete(guesses.keys().next().value!);
}

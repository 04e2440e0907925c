/**
 * Limits how many patient ids one account may try. A refused id always reveals that the patient is in another ward,
 * because no patient may be in two beds. So after a few such refusals every further id is refused with the same
 * message, which reveals nothing. The account can still assign a device to a bed without naming a patient.
 */

/** Ids of patients in other wards that one account may try within `forgetMs` (ours). */
export const hiddenIdsMax = 3;
export const forgetMs = 60 * 60_000;
/** Maximum number of remembered accounts. Above this number, the account with the oldest first refusal is forgotten. */
const accountsMax = 10_000;

export type IdGuesses = Map<string, { readonly sinceMs: number; readonly ids: Set<string> }>;

/**
 * Returns whether an account may try this id. The account may always retry an id that was refused before, because the
 * patient may have left the other ward.
 */
export function mayTryId(guesses: IdGuesses, account: string, patientId: string, nowMs: number): boolean {
  const row = guesses.get(account);
  if (row === undefined || nowMs - row.sinceMs >= forgetMs) return true;
  return row.ids.size < hiddenIdsMax || row.ids.has(patientId);
}

/** Notes that an account tried the id of a patient in another ward. */
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

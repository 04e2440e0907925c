/** Decides the preferences of a person after a change. */
import type { Preferences, PreferencesBody } from '../../protocol/preferences.ts';

const members = ['language', 'theme', 'ward'] as const;

/** Returns the preferences after the change. Null removes a choice. */
export function changedPreferences(before: Preferences, change: PreferencesBody): Preferences {
  const after = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(after) as Preferences;
}

/** Returns what has changed, for the audit trail: `language: not chosen → de`; undefined if nothing has changed. */
export function preferenceChangeText(before: Preferences, after: Preferences): string | undefined {
  const changes = members
    .filter((member) => before[member] !== after[member])
    .map((member) => `${member}: ${before[member] ?? 'not chosen'} → ${after[member] ?? 'not chosen'}`);
  return changes.length === 0 ? undefined : changes.join('; ');
}

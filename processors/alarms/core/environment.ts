import type { AlertCode } from '../../../contracts/alert-codes.ts';
import type { Category } from './inputs.ts';
import type { Profile } from './profile.ts';

/** The functions that the engine's caller provides. */
export type Environment = {
  /** A collision-resistant hash of a text, 16 to 64 characters. */
  readonly hash: (text: string) => string;
  /** Returns the profile of a ward for a category; undefined if no such profile exists. */
  readonly profile: (category: Category, ward: string | null) => Profile | undefined;
  /** Returns the current table of alarms that devices raise themselves. Absent: the built-in table is used. */
  readonly alertCodes?: () => ReadonlyMap<string, AlertCode>;
};

/** What the engine needs from its surroundings. */
import type { AlertCode } from '../../../contracts/alert-codes.ts';
import type { Category } from './inputs.ts';
import type { Profile } from './profile.ts';

/** The functions that the engine cannot provide itself. */
export type Environment = {
  /** A collision-resistant hash of a text, 16 to 64 characters. */
  readonly hash: (text: string) => string;
  /** Returns the profile of a ward for a category; undefined if there is no such profile. */
  readonly profile: (category: Category, ward: string | null) => Profile | undefined;
  /** Returns the present table of the devices' own alarms; absent: the built-in table. */
  readonly alertCodes?: () => ReadonlyMap<string, AlertCode>;
};

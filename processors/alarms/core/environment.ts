/** What the engine asks of its surroundings. */
import type { AlertCode } from '../../../contracts/alert-codes.ts';
import type { Category } from './inputs.ts';
import type { Profile } from './profile.ts';

/** What the engine cannot make itself. */
export type Environment = {
  /** A collision-resistant hash of a text, 16 to 64 characters. */
  readonly hash: (text: string) => string;
  /** What a ward judges a category by; undefined where there is no such profile. */
  readonly profile: (category: Category, ward: string | null) => Profile | undefined;
  /** What devices' own alarms are called by now; absent: the built-in table. */
  readonly alertCodes?: () => ReadonlyMap<string, AlertCode>;
};

/**
 * Keeps the preferences of persons in a JSON file beside the accounts file. All dashboards use the same file. If the
 * file has a fault, nobody has a preference, and everything else works as before.
 */
import { readFileSync, statSync } from 'node:fs';
import type { Logger } from 'pino';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { VigilError } from '../../../contracts/errors.ts';
import { removeOldDrafts, replaceFile } from '../../../process/replace-file.ts';
import { Preferences } from '../../protocol/preferences.ts';
import { changedPreferences } from '../core/preferences.ts';
import { type Accounts, userIdPattern } from './accounts.ts';
import { takeFileLock } from './file-lock.ts';

/** Maximum number of persons in the file. A person without an account is left out at the next change. */
const personsMax = 10_000;
const bytesMax = 4_000_000;
/** A change waits at most this long for another change of the file. */
const lockWaitMs = 5_000;

const PreferencesFile = Type.Object(
  { persons: Type.Record(Type.String({ pattern: userIdPattern.source }), Preferences, { maxProperties: personsMax }) },
  { additionalProperties: false },
);
const validator = Compile(PreferencesFile);
type Persons = Static<typeof PreferencesFile>['persons'];

export type PreferenceStore = {
  /** Returns the preferences of a person as the file has them now. */
  of(userId: string): Preferences;
  /**
   * Changes the preferences of a person, and returns them.
   * @throws VigilError `conflict` if another process changes the file for too long, or if the file cannot be read now
   */
  change(userId: string, body: Parameters<typeof changedPreferences>[1]): Promise<Preferences>;
};

/** Returns the path of the file of preferences: `accounts.preferences.json` beside `accounts.json`. */
export const preferencesPath = (accountsFile: string) => `${accountsFile.replace(/\.json$/, '')}.preferences.json`;

/** Opens the preferences file that belongs to an accounts file. */
export function openPreferences(
  accountsFile: string,
  accounts: Pick<Accounts, 'get'>,
  logger: Pick<Logger, 'error'>,
): PreferenceStore {
  const path = preferencesPath(accountsFile);
  removeOldDrafts(path);
  /** The last logged fault, so that each fault is logged once. */
  let loggedFault: string | undefined;
  /**
   * The content of the file at the last read. The file is read again only if it has changed, because many pages may ask
   * at the same time.
   */
  let kept: { readonly version: string; readonly persons: Map<string, Preferences> } | undefined;

  /**
   * Returns the persons of the file; an empty map if the file does not exist or is not valid.
   * @throws the error of the disk
   */
  function readFile(): Map<string, Preferences> {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return new Map();
    const version = [stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join();
    if (kept?.version !== version) {
      const persons = personsOf(readFileSync(path, 'utf8'));
      kept = { version, persons: persons ?? new Map() };
    }
    return kept.persons;
  }

  /** Parses the text of the file. If the text is not valid, logs the fault and returns undefined. */
  function personsOf(text: string): Map<string, Preferences> | undefined {
    try {
      if (text.length > bytesMax) throw new Error('the file is too large');
      const content: unknown = JSON.parse(text);
      if (!validator.Check(content)) throw new Error('the file is not a list of preferences');
      loggedFault = undefined;
      return new Map(Object.entries(content.persons as Persons));
    } catch (error) {
      logFault(error as Error);
      return undefined;
    }
  }

  function logFault({ message: fault }: Error): void {
    if (fault !== loggedFault)
      logger.error({ fault }, 'the file of preferences cannot be read; nobody has a preference');
    loggedFault = fault;
  }

  /**
   * Reads the file for a change. If the disk has a fault, refuses the change, because the new file would lose all other
   * persons.
   */
  function readForChange(): Map<string, Preferences> {
    try {
      return readFile();
    } catch (error) {
      logFault(error as Error);
      throw busy();
    }
  }

  /** Writes the file in one step, so that a killed process leaves no half file. */
  function write(persons: ReadonlyMap<string, Preferences>, mayReplace: () => boolean): void {
    replaceFile(path, `${JSON.stringify({ persons: Object.fromEntries(persons) })}\n`, 0o600, () => {
      if (!mayReplace()) throw busy();
    });
  }

  return {
    of(userId) {
      try {
        return readFile().get(userId) ?? {};
      } catch (error) {
        logFault(error as Error);
        return {};
      }
    },
    async change(userId, body) {
      const lock = await takeFileLock(`${path}.lock`, lockWaitMs);
      if (!lock) throw busy();
      try {
        const persons = new Map([...readForChange()].filter(([id]) => accounts.get(id) !== undefined));
        const after = changedPreferences(persons.get(userId) ?? {}, body);
        if (Object.keys(after).length === 0) persons.delete(userId);
        else persons.set(userId, after);
        write(persons, lock.isHeld);
        return after;
      } finally {
        lock.release();
      }
    },
  };
}

const busy = () => new VigilError('conflict', 'The choice was not saved: other choices are saved now. Try again.');

/**
 * Uses class data sharing of the JVM: the first broker that ends cleanly writes an archive of its Java classes. With
 * the archive, later starts need half the processor time. A JVM ignores the archive of another JVM version.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type ClassArchive = {
  /** Arguments for the broker. They use the archive, or create it if it is missing. */
  readonly flags: readonly string[];
  /**
   * Arguments for other programs with the same class path. They use the archive if it is there, and never create it.
   */
  readonly flagsToUse: readonly string[];
  /** Gives a new archive its name. Call this when the broker has ended. */
  nameNewArchive(): void;
};

const unfinished = '.unfinished';
const unfinishedAgeMaxMs = 60 * 60 * 1000;

/**
 * Returns the flags that use the archive, or that create it if it is missing. Never throws: without an archive the
 * start is only slower.
 * @param home the folder of the broker's software, in which the archive is stored
 */
export function classArchive(home: string, java: string): ClassArchive {
  try {
    removeLeftovers(home);
    const { size, mtimeMs } = statSync(realpathSync(java));
    const archive = join(home, `classes-${size}-${Math.floor(mtimeMs)}.jsa`);
    if (statSync(archive, { throwIfNoEntry: false })) {
      const flags = [`-XX:SharedArchiveFile=${archive}`];
      return { flags, flagsToUse: flags, nameNewArchive: () => {} };
    }
    const unfinishedArchive = `${archive}.${randomBytes(9).toString('hex')}${unfinished}`;
    return {
      flagsToUse: [],
      flags: [`-XX:ArchiveClassesAtExit=${unfinishedArchive}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'],
      nameNewArchive() {
        // A broker that was killed wrote no archive. In that case the next broker writes it.
        if (statSync(unfinishedArchive, { throwIfNoEntry: false })) renameSync(unfinishedArchive, archive);
      },
    };
  } catch {
    return { flags: [], flagsToUse: [], nameNewArchive: () => {} };
  }
}

function removeLeftovers(home: string): void {
  for (const name of readdirSync(home)) {
    const file = join(home, name);
    if (name.endsWith(unfinished) && Date.now() - statSync(file).mtimeMs > unfinishedAgeMaxMs)
      rmSync(file, { force: true });
  }
}

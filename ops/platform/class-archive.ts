/**
 * The JVM's class data sharing: the first broker that ends cleanly writes an archive of its classes, and every later one
 * starts in half the processor time. A JVM that finds the archive made for another one ignores it.
 */
import { readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type ClassArchive = {
  readonly flags: readonly string[];
  /** To be called when the broker is gone. */
  keep(): void;
};

const unfinished = '.unfinished';
const unfinishedAgeMaxMs = 60 * 60 * 1000;

/** @param home folder of the broker's software; a folder that cannot be written costs only the speed */
export function classArchive(home: string, java: string): ClassArchive {
  try {
    removeLeftovers(home);
    const { size, mtimeMs } = statSync(realpathSync(java));
    const archive = join(home, `classes-${size}-${Math.floor(mtimeMs)}.jsa`);
    if (statSync(archive, { throwIfNoEntry: false }))
      return { flags: [`-XX:SharedArchiveFile=${archive}`], keep: () => {} };
    const making = `${archive}.${process.pid}.${Date.now()}${unfinished}`;
    return {
      flags: [`-XX:ArchiveClassesAtExit=${making}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'],
      keep() {
        // Absent where the broker was killed; then the next one makes it.
        if (statSync(making, { throwIfNoEntry: false })) renameSync(making, archive);
      },
    };
  } catch {
    return { flags: [], keep: () => {} };
  }
}

function removeLeftovers(home: string): void {
  for (const name of readdirSync(home)) {
    const file = join(home, name);
    if (name.endsWith(unfinished) && Date.now() - statSync(file).mtimeMs > unfinishedAgeMaxMs)
      rmSync(file, { force: true });
  }
}

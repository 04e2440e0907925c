/**
 * The JVM's class data sharing. The first broker that ends cleanly writes an archive of its classes, and every later one starts in half the
 * processor time. A JVM ignores an archive that was made for another one.
 */
import { readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type ClassArchive = {
  readonly flags: readonly string[];
  /** Call this when the broker is gone. */
  keep(): void;
};

const unfinished = '.unfinished';
const unfinishedAgeMaxMs = 60 * 60 * 1000;

/** @param home folder of the broker's software; if it cannot be written, the start is only slower */
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
        // Missing if the broker was killed; then the next one makes it.
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

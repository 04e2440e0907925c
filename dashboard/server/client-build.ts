/** Finds out which page a browser would load now. The build writes a mark into index.html (client/vite.config.ts). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FollowedFile, followFile } from '../../process/follow-file.ts';

/** Returns the mark in the text of index.html; undefined if the text has no mark. */
export function buildMarkOf(html: string): string | undefined {
  return /<meta name="vigil-build" content="([0-9a-f]{16})"/.exec(html)?.[1];
}

/**
 * Follows the mark in the folder of the built page. The mark is undefined while the page is not built, or is being
 * built.
 */
export function followClientBuild(clientDir: string, everyMs?: number): FollowedFile<string | undefined> {
  return followFile({
    path: join(clientDir, 'index.html'),
    read(path) {
      try {
        return buildMarkOf(readFileSync(path, 'utf8'));
      } catch {
        return undefined;
      }
    },
    onRead() {},
    onFault() {},
    ...(everyMs !== undefined && { everyMs }),
  });
}

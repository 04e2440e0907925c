import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/**
 * Appends three anchors in a process that may write only the first 1,024 bytes of a file. The system then writes a part
 * of the second anchor and answers `EFBIG`, as it writes a part and answers `ENOSPC` on a full disk. The third anchor
 * fits.
 */
const appendThree = (path: string) => `
  import { openAnchorsFile } from ${JSON.stringify(join(import.meta.dirname, 'anchors-file.ts'))};
  const file = openAnchorsFile(${JSON.stringify(path)}, () => true);
  const failures = [];
  for (const length of [600, 500, 200])
    try { file.append({ text: 'x'.repeat(length) }); } catch (error) { failures.push(error.code); }
  process.stdout.write(JSON.stringify(failures));
`;

it('an anchor that the disk takes only in part leaves no rest before the next anchor', () => {
  const folder = mkdtempSync(join(tmpdir(), 'anchors-'));
  try {
    const path = join(folder, 'anchors.ndjson');
    const failures = execFileSync(
      'bash',
      ['-c', 'ulimit -f 1; exec "$0" --input-type=module --eval "$1"', process.execPath, appendThree(path)],
      { encoding: 'utf8' },
    );
    expect(JSON.parse(failures)).toEqual(['EFBIG']);
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    expect(lines.map((line) => (JSON.parse(line) as { text: string }).text.length)).toEqual([600, 200]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const module_ = JSON.stringify(join(import.meta.dirname, 'output.ts'));
const script = (before: string) => `
  import { ignoreOutputErrors } from ${module_};
  ${before}
  for (let line = 0; line < 3; line += 1) {
    process.stdout.write('x\\n');
    process.stderr.write('x\\n');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  process.exit(42);`;

function statusOf(text: string): number | null {
  const command = `"$0" --input-type=module -e "$1" > /dev/full 2> /dev/full`;
  return spawnSync('sh', ['-c', command, process.execPath, text]).status;
}

it.runIf(process.platform === 'linux')(
  'if output cannot be written, a process with ignoreOutputErrors continues, and a process without it ends',
  () => {
    expect(statusOf(script('ignoreOutputErrors();'))).toBe(42);
    expect(statusOf(script(''))).not.toBe(42);
  },
);

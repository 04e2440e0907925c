import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const module_ = JSON.stringify(join(import.meta.dirname, 'process-log.ts'));
const script = `
  import { openProcessLog } from ${module_};
  const log = openProcessLog({ name: 'probe' });
  for (let line = 0; line < 20; line += 1) {
    log.info({ line }, 'hello');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  process.exitCode = 42;`;

function run(output: string) {
  const command = `exec "$0" --input-type=module -e "$1" ${output}`;
  // The process needs much less time, unless it blocks.
  return spawnSync('sh', ['-c', command, process.execPath, script], { encoding: 'utf8', timeout: 30_000 });
}

it.runIf(process.platform === 'linux')(
  'a process continues if its log cannot be written because the disk is full',
  () => {
    expect(run('> /dev/full').status).toBe(42);
  },
);

it('the log writes every line if the output accepts all lines', () => {
  const { status, stdout } = run('');
  expect(status).toBe(42);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).line),
  ).toEqual(Array.from({ length: 20 }, (_, n) => n));
});

/** Leaves the lock of a process that was killed while it had the lock. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export async function leaveLockOfKilledProcess(path: string): Promise<void> {
  const module = new URL('./file-lock.ts', import.meta.url).href;
  const code = `const { takeFileLock } = await import(${JSON.stringify(module)});
    await takeFileLock(${JSON.stringify(path)}, 1000);
    console.log('taken');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

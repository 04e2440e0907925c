/** The gateway's part of a redrive, in its own process: only the gateway's identity may write readings. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { VigilError } from '../../contracts/errors.ts';
import { type RedriveRequest, type RedriveResult, readResultLine } from '../../contracts/messages/redrive.ts';
import { serviceEnv, type Whereabouts } from '../platform/service-env.ts';

const program = join(import.meta.dirname, '..', '..', 'gateway', 'redrive', 'main.ts');

export type GatewaySide = {
  /** Sends messages through. Resolves with their results, in order. */
  redrive(requests: readonly RedriveRequest[]): Promise<RedriveResult[]>;
  close(): Promise<void>;
};

/** @param rules settings of the gateway, by variable */
export function openGatewaySide(where: Whereabouts, rules: Readonly<Record<string, string>>): GatewaySide {
  const child = spawn(process.execPath, [program], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: serviceEnv(where, 'gateway', { ...rules, VIGIL_LOG_LEVEL: 'error' }),
  });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-4_096);
  });
  child.stdin.on('error', () => undefined);
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  return {
    async redrive(requests) {
      for (const request of requests) child.stdin.write(`${JSON.stringify(request)}\n`);
      const results: RedriveResult[] = [];
      for (const { id } of requests) {
        const line = await lines.next();
        const result = line.done ? undefined : readResultLine(line.value);
        if (result?.id !== id) {
          await exited;
          throw new VigilError('start-failed', `The gateway's side ended: ${words.trim().split('\n').at(-1) ?? ''}`);
        }
        results.push(result);
      }
      return results;
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

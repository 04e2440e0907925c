/**
 * Runs the gateway's part of a redrive in a separate process with the gateway's identity, because only the gateway may
 * write readings.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { VigilError } from '../../contracts/errors.ts';
import { type RedriveRequest, type RedriveResult, readResultLine } from '../../contracts/messages/redrive.ts';
import { type SystemAddresses, serviceEnv } from '../platform/service-env.ts';

const program = join(import.meta.dirname, '..', '..', 'gateway', 'redrive', 'main.ts');

export type GatewaySide = {
  /** Sends messages through the gateway's pipeline. Resolves with their results, in the same order. */
  redrive(requests: readonly RedriveRequest[]): Promise<RedriveResult[]>;
  close(): Promise<void>;
};

/**
 * Starts the gateway's process for a redrive.
 * @param ruleEnv the values of the settings that decide which readings the gateway accepts; each key is the name of a
 *   setting
 */
export function openGatewaySide(addresses: SystemAddresses, ruleEnv: Readonly<Record<string, string>>): GatewaySide {
  const child = spawn(process.execPath, [program], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: serviceEnv(addresses, 'gateway', { ...ruleEnv, VIGIL_LOG_LEVEL: 'error' }),
  });
  let errorText = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errorText = (errorText + chunk.toString()).slice(-4_096);
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
          const lastLine = errorText.trim().split('\n').at(-1) ?? '';
          throw new VigilError('start-failed', `The process of the gateway for this redrive has ended: ${lastLine}`);
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

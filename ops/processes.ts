/** Starts our own processes. */
import { join } from 'node:path';
import { type Child, saysReady, startChild } from './platform/child.ts';
import { type SystemAddresses, serviceEnv } from './platform/service-env.ts';

const root = join(import.meta.dirname, '..');

/** Program file of each process of Vigil, from the root of the repository. */
export const programs = {
  gateway: 'gateway/main.ts',
  alarms: 'processors/alarms/main.ts',
  trends: 'processors/trends/main.ts',
  delivery: 'processors/delivery/main.ts',
  strips: 'processors/strips/main.ts',
  dashboard: 'dashboard/server/main.ts',
  witness: 'processors/witness/main.ts',
  canary: 'processors/canary/main.ts',
  simulators: 'simulators/main.ts',
} as const;
export type ProcessName = keyof typeof programs;

export type ProcessOptions = {
  /** Name of the process in reports and of its log file; by default the name of the program. */
  readonly name?: string;
  readonly args?: readonly string[];
  /** Further settings of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly logLevel: string;
  /** Aborts a start in progress. */
  readonly signal: AbortSignal;
  /** Called with every line that the process prints. */
  readonly onLine?: (line: string) => void;
};

/** Starts one of our processes and waits until it reports that it is ready. */
export async function startProcess(
  addresses: SystemAddresses,
  program: ProcessName,
  options: ProcessOptions,
): Promise<Child> {
  const name = options.name ?? program;
  const child = startChild({
    name,
    command: process.execPath,
    args: [join(root, programs[program]), ...(options.args ?? [])],
    cwd: root,
    signal: options.signal,
    env: serviceEnv(addresses, program, { VIGIL_LOG_LEVEL: options.logLevel, ...options.env }),
    logFile: join(addresses.stateDir, 'logs', `${name}.log`),
    isReady: (line) => {
      options.onLine?.(line);
      return saysReady(line);
    },
  });
  try {
    await child.ready;
    return child;
  } catch (error) {
    await child.stop();
    throw error;
  }
}

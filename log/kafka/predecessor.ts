/**
 * Removes a killed process from its Kafka group. Without the removal, no process reads the partitions of the killed
 * process until its session times out. The next process on the same machine sees that the killed process does not run,
 * and asks Kafka to remove the killed process.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { replaceFile } from '../../process/replace-file.ts';
import { clusterOf } from './produce.ts';

/** Identifies one process. Process numbers are reused, so the start time is included. */
export type ProcessIdentity = {
  readonly host: string;
  /** The id of the machine's last start; empty if the system has no such id. */
  readonly machineBoot: string;
  readonly pid: number;
  /** When the process started, in ticks since the machine started; empty if unknown. */
  readonly startedAt: string;
};
export type Member = ProcessIdentity & { readonly group: string; readonly memberId: string };

/** Functions with which a process asks about its machine. */
export type Machine = {
  readonly host: string;
  readonly machineBoot: string;
  /** Returns the start time of the process with this number; undefined if no such process runs. */
  startedAt(pid: number): string | undefined;
};

/**
 * Returns whether the process of a group member has certainly ended. False if nobody can know, for example if the
 * process ran on another machine. Pure.
 */
export function hasProcessEnded(member: ProcessIdentity, machine: Machine): boolean {
  if (member.host !== machine.host) return false;
  if (member.machineBoot !== machine.machineBoot) return true;
  const startedAt = machine.startedAt(member.pid);
  return startedAt === undefined || startedAt !== member.startedAt;
}

/** Parses the text of a member file; undefined if the text is not a member. */
export function parseMember(text: string): Member | undefined {
  try {
    const member = JSON.parse(text) as Record<string, unknown>;
    const isText = ['host', 'machineBoot', 'startedAt', 'group', 'memberId'].every(
      (name) => typeof member[name] === 'string',
    );
    return isText && Number.isSafeInteger(member.pid) && (member.pid as number) > 0
      ? (member as unknown as Member)
      : undefined;
  } catch {
    return undefined;
  }
}

/** After this time, the session of the killed process has timed out anyway (`sessionTimeoutMs` in reader.ts). */
const removalMsMax = 6_000;

/**
 * Removes the member in the file from its group, if the member's process does not run any more. Never rejects, and
 * returns after `waitMs` at the latest.
 */
export async function removePredecessor(
  kafka: Kafka,
  group: string,
  file: string,
  log: Logger,
  waitMs = removalMsMax,
): Promise<void> {
  const member = readMember(file);
  if (member?.group !== group || !hasProcessEnded(member, thisMachine)) return;
  const { pid } = member;
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    log.warn(
      { group, pid, waitMs },
      'Kafka did not answer in time to the request to remove the former process from the group: this process continues',
    );
    resolve();
  }, waitMs);
  await Promise.race([removeFromGroup(kafka, member, log), timeout]);
  clearTimeout(timer);
}

async function removeFromGroup(kafka: Kafka, { group, memberId, pid }: Member, log: Logger): Promise<void> {
  const cluster = clusterOf(kafka);
  try {
    await cluster.connect();
    const coordinator = await cluster.findGroupCoordinator({ groupId: group });
    await coordinator.leaveGroup({ groupId: group, memberId });
    log.info({ group, pid }, 'the former process, which does not run any more, was removed from the group');
  } catch (error) {
    // The session of that process has timed out already, or Kafka cannot be reached.
    log.info(
      { group, pid, error: (error as Error).message },
      'the former process was not in the group, or Kafka could not be asked',
    );
  } finally {
    await cluster.disconnect().catch(() => undefined);
  }
}

/**
 * Writes the group member of this process to the file. If that fails, only logs a warning: without the file, a restart
 * after a crash takes longer.
 */
export function recordMember(file: string, group: string, memberId: string, log: Logger): void {
  const { host, machineBoot } = thisMachine;
  const startedAt = thisMachine.startedAt(process.pid) ?? '';
  const member: Member = { host, machineBoot, pid: process.pid, startedAt, group, memberId };
  try {
    replaceFile(file, `${JSON.stringify(member)}\n`, 0o600);
  } catch (error) {
    log.warn({ file, error: (error as Error).message }, 'the file with the group member cannot be written');
  }
}

function readMember(file: string): Member | undefined {
  try {
    return parseMember(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

const thisMachine: Machine = {
  host: hostname(),
  machineBoot: readFileOr('/proc/sys/kernel/random/boot_id', ''),
  startedAt(pid) {
    const stat = readFileOr(`/proc/${pid}/stat`, undefined);
    // The name of the program is in brackets and can contain spaces. The start time is the 20th field after the name.
    if (stat !== undefined) return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    try {
      process.kill(pid, 0);
      return '';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM' ? '' : undefined;
    }
  },
};

function readFileOr<T>(path: string, fallback: T): string | T {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return fallback;
  }
}

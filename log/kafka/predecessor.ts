/**
 * A killed process stays in its Kafka group until its session times out, and meanwhile nobody reads its partitions. The process that
 * replaces it on the same machine can see that it is gone, and leaves the group in its place.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { clusterOf } from './produce.ts';

/** Identifies one process. Process numbers are reused, so its start time is part of the mark. */
export type ProcessMark = {
  readonly host: string;
  /** The id of the machine's last start; empty if the system does not give one. */
  readonly machineBoot: string;
  readonly pid: number;
  /** When it started, in ticks since the machine started; empty if the system does not say. */
  readonly startedAt: string;
};
export type Member = ProcessMark & { readonly group: string; readonly memberId: string };

/** What a process can see of its machine. */
export type Machine = {
  readonly host: string;
  readonly machineBoot: string;
  /** Returns when the process with this number started. Undefined: no such process runs. */
  startedAt(pid: number): string | undefined;
};

/**
 * Whether a member of a group is certainly gone. Pure. False if it cannot be known, as on another machine: then Kafka notices it when the
 * session times out.
 */
export function isGone(member: ProcessMark, machine: Machine): boolean {
  if (member.host !== machine.host) return false;
  if (member.machineBoot !== machine.machineBoot) return true;
  const startedAt = machine.startedAt(member.pid);
  return startedAt === undefined || startedAt !== member.startedAt;
}

/** @returns undefined if the text is not such a record */
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

/** After this time Kafka has noticed the process before by itself (`sessionTimeoutMs` in reader.ts). */
const leaveMsMax = 6_000;

/**
 * Leaves the group for the member that the file names, if that process is gone. Never rejects, and returns after `waitMs` at the latest.
 * If it fails, the group waits for the session to time out.
 */
export async function leaveForPredecessor(
  kafka: Kafka,
  group: string,
  file: string,
  log: Logger,
  waitMs = leaveMsMax,
): Promise<void> {
  const member = readMember(file);
  if (member?.group !== group || !isGone(member, thisMachine)) return;
  const { pid } = member;
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    log.warn(
      { group, pid, waitMs },
      'Kafka does not take the leave of the process before this one: not waiting for it',
    );
    resolve();
  }, waitMs);
  await Promise.race([leave(kafka, member, log), late]);
  clearTimeout(timer);
}

async function leave(kafka: Kafka, { group, memberId, pid }: Member, log: Logger): Promise<void> {
  const cluster = clusterOf(kafka);
  try {
    await cluster.connect();
    const coordinator = await cluster.findGroupCoordinator({ groupId: group });
    await coordinator.leaveGroup({ groupId: group, memberId });
    log.info({ group, pid }, 'left the group for the process before this one, which is gone');
  } catch (error) {
    // Its session has timed out already, or Kafka cannot be reached.
    log.info({ group, pid, error: (error as Error).message }, 'the process before this one was not in the group');
  } finally {
    await cluster.disconnect().catch(() => undefined);
  }
}

/** Records which member of the group this process is. If the file cannot be written, a crash only costs more time. */
export function recordMember(file: string, group: string, memberId: string, log: Logger): void {
  const { host, machineBoot } = thisMachine;
  const startedAt = thisMachine.startedAt(process.pid) ?? '';
  const member: Member = { host, machineBoot, pid: process.pid, startedAt, group, memberId };
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(member)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    log.warn({ file, error: (error as Error).message }, 'the member of the group is not written down');
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
  machineBoot: readOr('/proc/sys/kernel/random/boot_id', ''),
  startedAt(pid) {
    const stat = readOr(`/proc/${pid}/stat`, undefined);
    // The program's name is in brackets and may hold spaces. The start time is field 22 of all: the 20th after the name.
    if (stat !== undefined) return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    try {
      process.kill(pid, 0);
      return '';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM' ? '' : undefined;
    }
  },
};

function readOr<T>(path: string, fallback: T): string | T {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return fallback;
  }
}

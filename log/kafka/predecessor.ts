/**
 * A process that is killed stays in its Kafka group until its session has run out, and nobody reads its partitions meanwhile. What starts in
 * its place on the same machine can see that it is gone, and leaves the group for it.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { clusterOf } from './produce.ts';

/** Names one process. Process numbers are given again, so its start is part of the name. */
export type ProcessMark = {
  readonly host: string;
  /** Of the machine's last start; empty where the system does not say. */
  readonly machineBoot: string;
  readonly pid: number;
  /** When it started, in ticks since the machine did; empty where the system does not say. */
  readonly startedAt: string;
};
export type Member = ProcessMark & { readonly group: string; readonly memberId: string };

/** What a process may see of the machine that it runs on. */
export type Machine = {
  readonly host: string;
  readonly machineBoot: string;
  /** When the process with this number started. Undefined: no such process runs. */
  startedAt(pid: number): string | undefined;
};

/**
 * Whether a member of a group is certainly gone. Pure. Where it cannot be known, as on another machine, it is not: Kafka then misses it
 * when its session has run out.
 */
export function isGone(member: ProcessMark, machine: Machine): boolean {
  if (member.host !== machine.host) return false;
  if (member.machineBoot !== machine.machineBoot) return true;
  const startedAt = machine.startedAt(member.pid);
  return startedAt === undefined || startedAt !== member.startedAt;
}

/** @returns undefined for what is no such record */
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

/** Past this long Kafka has missed the one before by itself (`sessionTimeoutMs` in reader.ts). */
const leaveMsMax = 6_000;

/**
 * Leaves the group for the member that the file names, where that one is gone. Never rejects, and goes on after `waitMs`: without it the
 * group waits, as it always did.
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
    // Its session has run out already, or Kafka is not reached.
    log.info({ group, pid, error: (error as Error).message }, 'the process before this one was not in the group');
  } finally {
    await cluster.disconnect().catch(() => undefined);
  }
}

/** Writes down which member of the group this process is. A file that cannot be written costs time after a crash, nothing else. */
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
    // The name of the program stands in brackets and may hold spaces; the start is the 22nd field of all, the 20th behind it.
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

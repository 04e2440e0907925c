import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kafka } from 'kafkajs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { isGone, leaveForPredecessor, type Machine, type Member, parseMember } from './predecessor.ts';

const member: Member = {
  host: 'icu-1',
  machineBoot: 'b1',
  pid: 41,
  startedAt: '900',
  group: 'alarms',
  memberId: 'alarms-1234',
};
const machine = (running: Readonly<Record<number, string>>, machineBoot = 'b1'): Machine => ({
  host: 'icu-1',
  machineBoot,
  startedAt: (pid) => running[pid],
});

describe('isGone and parseMember', () => {
  it('a member is gone if no process with its number runs', () => {
    expect(isGone(member, machine({ 40: '900' }))).toBe(true);
  });

  it('a member is gone if its number now belongs to a process with another start time', () => {
    expect(isGone(member, machine({ 41: '1200' }))).toBe(true);
  });

  it('a member is gone if the machine has restarted since then', () => {
    expect(isGone(member, machine({ 41: '900' }, 'b2'))).toBe(true);
  });

  it('a member is not gone while its process runs', () => {
    expect(isGone(member, machine({ 41: '900' }))).toBe(false);
  });

  it('a member that ran on another machine is not gone', () => {
    expect(isGone({ ...member, host: 'icu-2' }, machine({}))).toBe(false);
  });

  it('parseMember accepts what was written, and refuses other texts', () => {
    expect(parseMember(JSON.stringify(member))).toEqual(member);
    for (const text of ['', '{', 'null', '[]', '{"pid":41}', JSON.stringify({ ...member, pid: -1 })])
      expect(parseMember(text), text).toBeUndefined();
  });
});

it('leaveForPredecessor ends after its time-out if Kafka never answers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-member-'));
  const file = join(folder, 'alarms.member');
  writeFileSync(file, JSON.stringify({ ...member, host: hostname(), machineBoot: 'of before' }));
  const requestedGroups: string[] = [];
  const cluster = {
    connect: async () => {},
    findGroupCoordinator: ({ groupId }: { groupId: string }) => {
      requestedGroups.push(groupId);
      return new Promise<never>(() => {});
    },
    disconnect: async () => {},
  };
  const kafka = { [Symbol('private:Kafka:createCluster')]: () => cluster } as unknown as Kafka;
  await leaveForPredecessor(kafka, 'alarms', file, pino({ level: 'silent' }), 20);
  rmSync(folder, { recursive: true });
  expect(requestedGroups).toEqual(['alarms']);
});

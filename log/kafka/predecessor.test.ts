import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kafka } from 'kafkajs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { hasProcessEnded, type Machine, type Member, parseMember, removePredecessor } from './predecessor.ts';

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

describe('hasProcessEnded and parseMember', () => {
  it('hasProcessEnded is true if no process with the number of the member runs', () => {
    expect(hasProcessEnded(member, machine({ 40: '900' }))).toBe(true);
  });

  it('hasProcessEnded is true if a process with another start time has the number of the member', () => {
    expect(hasProcessEnded(member, machine({ 41: '1200' }))).toBe(true);
  });

  it('hasProcessEnded is true if the machine has restarted after the member started', () => {
    expect(hasProcessEnded(member, machine({ 41: '900' }, 'b2'))).toBe(true);
  });

  it('hasProcessEnded is false while the process of the member runs', () => {
    expect(hasProcessEnded(member, machine({ 41: '900' }))).toBe(false);
  });

  it('hasProcessEnded is false if the member ran on another machine', () => {
    expect(hasProcessEnded({ ...member, host: 'icu-2' }, machine({}))).toBe(false);
  });

  it('parseMember accepts what was written, and refuses other texts', () => {
    expect(parseMember(JSON.stringify(member))).toEqual(member);
    for (const text of ['', '{', 'null', '[]', '{"pid":41}', JSON.stringify({ ...member, pid: -1 })])
      expect(parseMember(text), text).toBeUndefined();
  });
});

it('removePredecessor resolves after its time-out if Kafka never answers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-member-'));
  const file = join(folder, 'alarms.member');
  writeFileSync(file, JSON.stringify({ ...member, host: hostname(), machineBoot: 'earlier-start' }));
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
  await removePredecessor(kafka, 'alarms', file, pino({ level: 'silent' }), 20);
  rmSync(folder, { recursive: true });
  expect(requestedGroups).toEqual(['alarms']);
});

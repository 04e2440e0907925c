/** The onsets that wait for their waves, and the offsets of `alarms` that are finished. Without I/O. */
import { attemptsMs, dueMs, firstAttempt, type Onset } from './onsets.ts';

/** An onset that waits. */
export type Job = {
  readonly onset: Onset;
  readonly partition: number;
  /** The offset of the event in `alarms`. */
  readonly offset: bigint;
  readonly appendedMs: number;
  attempt: number;
};

/** Maximum number of onsets in one pass. So many onsets need at most about 40 MB of sealed waves (ours). */
const passJobsMax = 20;
/** The onsets of one pass are at most this far apart, so that a pass does not read hours of waves, ms (ours). */
const passSpanMs = 60_000;

export type Queue = {
  readonly size: number;
  add(job: Omit<Job, 'attempt'>, nowMs: number): void;
  /** Notes that all events of a partition before this offset were read. */
  noteRead(partition: number, nextOffset: bigint): void;
  /** Returns the onsets of the next pass: they are due, and near each other. */
  pass(nowMs: number): Job[];
  /** Moves an onset to its next attempt. Without a further attempt, the onset is finished. */
  again(job: Job): void;
  finish(job: Job): void;
  /** Returns, for each partition, the offset before which every onset is finished. */
  positions(): ReadonlyMap<number, bigint>;
  /** Returns when the earliest waiting event was appended; undefined if no onset waits. */
  oldestMs(): number | undefined;
  /** Returns for how long the onset that waits longest has been due, ms. */
  behindMs(nowMs: number): number;
  /** Forgets everything, and returns the onsets that waited. */
  clear(): Job[];
};

export function createQueue(): Queue {
  const jobs = new Map<string, Job>();
  const read = new Map<number, bigint>();
  const dueOf = (job: Job) => dueMs(job.onset, job.attempt) ?? 0;

  function finish(job: Job): void {
    if (jobs.get(job.onset.key) === job) jobs.delete(job.onset.key);
  }

  return {
    get size() {
      return jobs.size;
    },
    add(job, nowMs) {
      if (!jobs.has(job.onset.key)) jobs.set(job.onset.key, { ...job, attempt: firstAttempt(job.onset, nowMs) });
    },
    noteRead: (partition, nextOffset) => void read.set(partition, nextOffset),
    pass(nowMs) {
      const fromOf = ({ onset }: Job) => onset.wallMs;
      const due = [...jobs.values()].filter((job) => dueOf(job) <= nowMs).sort((a, b) => fromOf(a) - fromOf(b));
      const earliestMs = due[0] && fromOf(due[0]);
      return due.filter((job) => fromOf(job) <= earliestMs! + passSpanMs).slice(0, passJobsMax);
    },
    again(job) {
      job.attempt += 1;
      if (job.attempt >= attemptsMs.length) finish(job);
    },
    finish,
    positions() {
      const result = new Map(read);
      for (const { partition, offset } of jobs.values())
        if (offset < (result.get(partition) ?? offset + 1n)) result.set(partition, offset);
      return result;
    },
    oldestMs: () => (jobs.size === 0 ? undefined : Math.min(...[...jobs.values()].map(({ appendedMs }) => appendedMs))),
    behindMs: (nowMs) => Math.max(0, ...[...jobs.values()].map((job) => nowMs - dueOf(job))),
    clear() {
      const waiting = [...jobs.values()];
      jobs.clear();
      read.clear();
      return waiting;
    },
  };
}

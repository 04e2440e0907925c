/** Explains what happened to one alarm, from the records of the log. */
import { type DelayChain, delayChainOf } from './chain.ts';
import { type Finding, findingsOf } from './findings.ts';
import { historyOf } from './history.ts';
import { type Lookers, lookersOf } from './lookers.ts';
import type { AlarmRecords } from './records.ts';
import { type TimelineLine, timelineOf } from './timeline.ts';

export type Explanation = {
  readonly alarmId: string;
  readonly text: string;
  readonly priority: string;
  readonly ward: string | undefined;
  readonly bed: string | undefined;
  readonly deviceId: string;
  /** The parts of the log from which records may be missing. */
  readonly incomplete: readonly ('alarms' | 'commands' | 'observations' | 'audit')[];
  readonly isOver: boolean;
  readonly chain: DelayChain;
  readonly timeline: readonly TimelineLine[];
  readonly lookers: Lookers;
  readonly findings: readonly Finding[];
};

/** Returns the explanation; undefined if there is no event about the alarm. */
export function explain(records: AlarmRecords): Explanation | undefined {
  const history = historyOf(records);
  if (history === undefined) return undefined;
  const chain = delayChainOf(records, history);
  const lookers = lookersOf(records, history);
  const { alarmId, ward, bed } = records;
  const { text, priority, deviceId } = history.first;
  const parts = ['alarms', 'commands', 'observations', 'audit'] as const;
  return {
    ...{ alarmId, text, priority, ward, bed, deviceId },
    incomplete: parts.filter((part) => !records[part].isWhole),
    isOver: history.clearedMs !== undefined,
    chain,
    timeline: timelineOf(records, history),
    lookers,
    findings: findingsOf({ records, history, chain, lookers }),
  };
}

/** Explains what happened to one alarm, from the records of the log. */
import { beganOf } from './began.ts';
import { type CallStory, callsOf } from './calls.ts';
import { type DelayChain, delayChainOf } from './chain.ts';
import type { WrittenFinding } from './finding.ts';
import { findingsOf } from './findings.ts';
import { historyOf, type WrittenLine } from './history.ts';
import { type Lookers, lookersOf } from './lookers.ts';
import { type OnDuty, onDutyOf } from './on-duty.ts';
import { type AlarmRecords, type LogPart, logParts } from './records.ts';
import { timelineOf } from './timeline.ts';

export type Explanation = {
  readonly alarmId: string;
  readonly text: string;
  readonly priority: string;
  readonly ward: string | undefined;
  readonly bed: string | undefined;
  readonly deviceId: string;
  /** The parts of the log in which records may be missing. */
  readonly incomplete: readonly LogPart[];
  readonly isOver: boolean;
  readonly chain: DelayChain;
  /** Who was on duty; undefined if the log does not prove it. */
  readonly onDuty: OnDuty | undefined;
  readonly calls: readonly CallStory[];
  readonly timeline: readonly WrittenLine[];
  readonly lookers: Lookers;
  readonly findings: readonly WrittenFinding[];
};

/** Returns the explanation; undefined if there is no event about the alarm. */
export function explain(records: AlarmRecords): Explanation | undefined {
  const history = historyOf(records);
  if (history === undefined) return undefined;
  const began = beganOf(records, history);
  const chain = delayChainOf(records, history, began);
  const lookers = lookersOf(records, history);
  const { alarmId, ward, bed } = records;
  const { text, priority, deviceId } = history.first;
  const calls = callsOf(records);
  const onDuty = onDutyOf(records, history);
  return {
    ...{ alarmId, text, priority, ward, bed, deviceId },
    incomplete: logParts.filter((part) => !records[part].isWhole),
    isOver: history.clearedMs !== undefined,
    chain,
    onDuty,
    calls,
    timeline: timelineOf(records, history),
    lookers,
    findings: findingsOf({ records, history, began, chain, lookers, calls, onDuty }),
  };
}

/**
 * Which reading of a parameter is the newest, and whether the clock that stamps it was set since the one before. A device numbers a
 * reading when it measures it, so of one start a later number with an earlier time is a clock that was set back, and no reading that
 * came out of order. Pure.
 */
import { type Assessment, type DeviceClock, lateMsMax, wasSetBack } from '../../../contracts/device-clock.ts';

/** The newest reading. Times are ms since 1970. */
export type Order = { readonly boot: string; readonly seq: number; readonly time: number; readonly receivedAt: number };

/** What is known of a reading beside its values. */
export type Stamped = Order & {
  /** The device numbers its readings itself; else the gateway does, in the order of receipt. */
  readonly numbered: boolean;
};

export type Course = {
  /** By how much the clock was set since the newest reading, ms: what is known of before must be moved by it. 0: it was not. */
  readonly setByMs: number;
  /** Not about now, and its number does not tell whether it is of a backlog or of a clock that was set back. */
  readonly apart: boolean;
  readonly isNewest: boolean;
};

/** Two readings that are about now are not further apart than this, whichever came first. */
const aboutNowMs = 2 * lateMsMax;

/** Whether its number shows that the clock was set back since the newest reading. */
export function isSetBack(newest: Order, { boot, seq, time, numbered }: Stamped): boolean {
  if (!numbered || boot !== newest.boot || time >= newest.time) return false;
  return wasSetBack({ seq: newest.seq, timeMs: newest.time }, { seq, timeMs: time });
}

/** @param after what the clock is found to be by this reading */
export function courseOf(
  newest: Order,
  came: Stamped,
  before: DeviceClock,
  after: Assessment,
  isBack: boolean,
): Course {
  const aheadMs = came.time - newest.time;
  if (aheadMs > 0 && !after.stepped) return onward;
  const isOld = aheadMs < -aboutNowMs;
  // A delay only adds: a time that is further ahead than ever is a clock that was set forward.
  const isForward = after.stepped && after.clock.offsetMs < before.offsetMs && aheadMs > aboutNowMs;
  const tells = came.numbered && came.boot === newest.boot;
  if (isBack || (isOld && !after.late) || isForward)
    return { setByMs: aheadMs - Math.max(1, came.receivedAt - newest.receivedAt), apart: false, isNewest: true };
  if (aheadMs > 0 || (tells && came.seq > newest.seq)) return onward;
  return isOld && after.late && !tells ? apart : between;
}

const onward: Course = { setByMs: 0, apart: false, isNewest: true };
const between: Course = { setByMs: 0, apart: false, isNewest: false };
const apart: Course = { setByMs: 0, apart: true, isNewest: false };

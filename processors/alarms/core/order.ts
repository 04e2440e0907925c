/**
 * Which reading of a parameter is the newest, and whether its clock was set since the reading before. A device numbers a reading when it
 * measures it. So a later number of the same start with an earlier time shows a clock that was set back, not a reading out of order. Pure.
 */
import { type Assessment, type DeviceClock, lateMsMax, wasSetBack } from '../../../contracts/device-clock.ts';

/** The newest reading. Times are ms since 1970. */
export type Order = { readonly boot: string; readonly seq: number; readonly time: number; readonly receivedAt: number };

/** What is known about a reading apart from its values. */
export type Stamped = Order & {
  /** True: the device numbers its readings. False: the gateway numbers them in the order of receipt. */
  readonly numbered: boolean;
};

export type Course = {
  /** How far the clock was set since the newest reading, ms. Earlier times must be moved by it. 0: it was not set. */
  readonly setByMs: number;
  /** The reading is old, and its number does not show whether it is from a backlog or the clock was set back. */
  readonly apart: boolean;
  readonly isNewest: boolean;
};

/** Two current readings are at most this far apart, in either order. */
const aboutNowMs = 2 * lateMsMax;

/** Returns whether the number shows that the clock was set back since the newest reading. */
export function isSetBack(newest: Order, { boot, seq, time, numbered }: Stamped): boolean {
  if (!numbered || boot !== newest.boot || time >= newest.time) return false;
  return wasSetBack({ seq: newest.seq, timeMs: newest.time }, { seq, timeMs: time });
}

/** Places a reading. @param after the assessment of the clock with this reading */
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
  // A delay can only make a reading look older. A time that is further ahead than ever shows a clock that was set forward.
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

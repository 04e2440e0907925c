/**
 * Decides whether a reading is the newest of a parameter, and whether the device's clock was set since the former
 * newest reading. A device numbers a reading when it measures the reading. So a higher number with an earlier time
 * shows that the clock was set back, and not that the reading came out of order. Pure.
 */
import { type ClockAssessment, type DeviceClock, lateMsMax, wasSetBack } from '../../../contracts/device-clock.ts';

/** The number and the times of a reading. Times are ms since 1970. */
export type Order = { readonly boot: string; readonly seq: number; readonly time: number; readonly receivedAt: number };

export type Stamped = Order & {
  /** True: the device numbers its readings. False: the gateway numbers them in the order of receipt. */
  readonly numbered: boolean;
};

/** The place of a reading among the readings of a parameter. */
export type ReadingPlace = {
  /**
   * How far the clock was set since the newest reading, ms. Earlier times must be moved by this value. 0 if the clock
   * was not set.
   */
  readonly setByMs: number;
  /** The reading is old, and it is unknown whether the reading is from a backlog or the clock was set back. */
  readonly isPlaceUnknown: boolean;
  readonly isNewest: boolean;
};

/** Maximum difference of the times of two current readings. */
const aboutNowMs = 2 * lateMsMax;

/** Returns whether the number of a reading shows that the clock was set back since the newest reading. */
export function isSetBack(newest: Order, { boot, seq, time, numbered }: Stamped): boolean {
  if (!numbered || boot !== newest.boot || time >= newest.time) return false;
  return wasSetBack({ seq: newest.seq, timeMs: newest.time }, { seq, timeMs: time });
}

/** Returns the place of a reading. @param after the assessment of the clock with this reading */
export function readingPlaceOf(
  newest: Order,
  reading: Stamped,
  before: DeviceClock,
  after: ClockAssessment,
  isClockSetBack: boolean,
): ReadingPlace {
  const aheadMs = reading.time - newest.time;
  if (aheadMs > 0 && !after.stepped) return newestPlace;
  const isOld = aheadMs < -aboutNowMs;
  // A delay on the way makes a reading look older, never newer. So a time far ahead shows that the clock was set
  // forward.
  const isForward = after.stepped && after.clock.offsetMs < before.offsetMs && aheadMs > aboutNowMs;
  const isSameStart = reading.numbered && reading.boot === newest.boot;
  if (isClockSetBack || (isOld && !after.late) || isForward)
    return {
      setByMs: aheadMs - Math.max(1, reading.receivedAt - newest.receivedAt),
      isPlaceUnknown: false,
      isNewest: true,
    };
  if (aheadMs > 0 || (isSameStart && reading.seq > newest.seq)) return newestPlace;
  return isOld && after.late && !isSameStart ? unknownPlace : betweenPlace;
}

const newestPlace: ReadingPlace = { setByMs: 0, isPlaceUnknown: false, isNewest: true };
const betweenPlace: ReadingPlace = { setByMs: 0, isPlaceUnknown: false, isNewest: false };
const unknownPlace: ReadingPlace = { setByMs: 0, isPlaceUnknown: true, isNewest: false };

/**
 * The story of an alarm for the tests of `explain`: which fault it has, how each person behaves, and how fast each
 * process is. A story is only data. play.ts plays a story with the real alarm engine and the real rules of delivery.
 */
import { builtInPolicy } from '../../contracts/delivery-policy.ts';
import type { Logged } from '../../contracts/explain/records.ts';
import type { Assignment, AssignmentEvent, Duty } from '../../contracts/messages/assignments.ts';
import type { DeliveryChannel, DeliveryPolicy } from '../../contracts/messages/delivery-policy.ts';
import { t0 } from '../../processors/bed.testing.ts';

export const ward = 'ICU';
export const bedName = 'ICU-1';
const seconds = 1_000;
export const msAt = (s: number) => t0 + Math.round(s * seconds);
export const instantAt = (s: number) => new Date(msAt(s)).toISOString();

export const dutyOf = {
  anna: 'nurse',
  ben: 'buddy',
  cleo: 'charge-nurse',
  paul: 'physician',
} as const satisfies Record<string, Duty>;
export type PersonId = keyof typeof dutyOf;
export const people = Object.keys(dutyOf) as PersonId[];

/**
 * The person's phone. `off`: the push service takes the message, but the phone never gets it. `ended`: the subscription
 * ended before the alarm. `gone`: the push service answers 410 to the message. `failing`: the push service answers with
 * errors. `down`: the last test message had failed.
 */
export type Phone = 'ok' | 'off' | 'ended' | 'gone' | 'failing' | 'down';
export type Person = {
  page: boolean;
  phone: Phone;
  answer: 'accepted' | 'rejected' | 'none';
  /**
   * Seconds from the time the person sees the call to the answer, and from the answer to the acknowledgement; null: no
   * acknowledgement.
   */
  answerAfterS: number;
  acknowledgeAfterS: number | null;
};

/**
 * What a person does at the bed. `limits-off-briefly`: switches limits off for 40 s. `limits-changed`: the high limit
 * of the heart rate becomes 105.
 */
export type Act =
  | 'pause-audio'
  | 'standby'
  | 'limits-off'
  | 'limits-off-briefly'
  | 'limits-changed'
  | 'stale-acknowledgement'
  | 'acknowledge';

/** The behaviour of the mail server and of the webhook. */
export type Service = 'ok' | 'refused' | 'hang' | 'silent';

export type Story = {
  heartRate: number;
  /** The heart rate from second 12 on; null: no change. */
  laterHeartRate: number | null;
  /** The alarm to explain. */
  condition: 'HR.extreme-high' | 'HR.high';
  /** When the heart rate is normal again, seconds after the onset. */
  endS: number;
  /**
   * If present, replaces the priority of all alarms of the bed. The engine itself never gives an alarm about the heart
   * rate a low priority.
   */
  priority: 'low' | undefined;
  policyChanges: PolicyChanges;
  persons: Record<PersonId, Person>;
  mail: Service;
  webhook: Service;
  assignments: Logged<AssignmentEvent>[];
  /** Delays of a reading: device to gateway, gateway to log, log to engine, and engine to log. */
  delaysMs: { received: number; logged: number; judged: number; published: number };
  /** The delivery process does not run before this second after the onset; Infinity: it never runs. */
  deliveryFromS: number;
  /** The engine's clock is set back by this much at second 20. */
  engineSetBackMs: number;
  screenPaintsAfterMs: number | null;
  hasReportsAround: boolean;
  /** Acts at the bed, seconds after the onset. */
  acts: { atS: number; act: Act }[];
  connectionEndsAtS: number | null;
  /** The person who answers late, when the alarm no longer calls; null: nobody. */
  lateAnswerBy: PersonId | null;
  /** Number of alarms of other beds for which the nurse is called shortly before. */
  otherAlarms: number;
  /** Differences of the clocks of the processes from true time. */
  skewMs: { gateway: number; engine: number; delivery: number; dashboard: number };
  /** The log has every n-th record twice; 0: no record. */
  repeatEvery: number;
  isAnybodyWatching: boolean;
};

let eventCount = 0;
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const fields = (userId: string, atS: number) => {
  eventCount += 1;
  const by = { userId, name: nameOf(userId), role: 'nurse' as const };
  return { eventId: uuid(900_000 + eventCount), ward, at: instantAt(atS), by };
};
export const nameOf = (userId: string) => `${userId[0]!.toUpperCase()}${userId.slice(1)}`;

const assignmentOf = (userId: PersonId, number: number, untilS: number): Assignment => {
  const duty = dutyOf[userId];
  const beds = duty === 'nurse' || duty === 'buddy' ? { beds: [bedName] } : {};
  const [from, until] = [instantAt(-4 * 3600), instantAt(untilS)];
  return { assignmentId: uuid(number), ward, duty, ...beds, userId, name: nameOf(userId), from, until };
};

/** Returns the event with which the head nurse assigns a person, and the event with which the person accepts. */
export function dutyEvents(
  userId: PersonId,
  { untilS = 4 * 3600, isAccepted = true }: { untilS?: number; isAccepted?: boolean } = {},
): Logged<AssignmentEvent>[] {
  const number = 1 + people.indexOf(userId);
  const atS = -5 * 3600;
  const assignment = assignmentOf(userId, number, untilS);
  const events: Logged<AssignmentEvent>[] = [
    { body: { type: 'assigned', ...fields('head', atS), assignment }, appendedMs: msAt(atS) },
  ];
  const acceptedS = -4 * 3600 - 60;
  if (isAccepted)
    events.push({
      body: { type: 'accepted', ...fields(userId, acceptedS), assignmentId: assignment.assignmentId },
      appendedMs: msAt(acceptedS),
    });
  return events;
}

export function endedEvent(userId: PersonId, atS: number): Logged<AssignmentEvent> {
  const assignmentId = uuid(1 + people.indexOf(userId));
  return { body: { type: 'ended', ...fields('head', atS), assignmentId }, appendedMs: msAt(atS) };
}

export function awayEvent(userId: PersonId, fromS: number, cover?: PersonId): Logged<AssignmentEvent> {
  const away = { awayId: uuid(800), userId, from: instantAt(fromS), until: instantAt(fromS + 3600) };
  const named = cover && { cover: { userId: cover, name: nameOf(cover) } };
  return { body: { type: 'away', ...fields(userId, fromS), ...away, ...named }, appendedMs: msAt(fromS) };
}

export type PolicyChanges = {
  channels?: DeliveryChannel[];
  firstAfterMs?: number;
  medium?: 'not-sent';
  low?: 'quiet';
};

/** Returns the built-in policy with other channels for the first step of a high alarm, and with a shorter wait. */
export function policyWith(changes: PolicyChanges): DeliveryPolicy {
  const { physiological, technical } = builtInPolicy.hospital;
  const [first, ...others] = physiological.high.steps;
  const steps = [{ ...first!, channels: changes.channels ?? first!.channels }, ...others];
  const high = {
    ...physiological.high,
    steps,
    ...(changes.firstAfterMs !== undefined && { firstAfterMs: changes.firstAfterMs }),
  };
  const medium = changes.medium ? { notSent: 'This ward watches its screens.' } : physiological.medium;
  const quietHours = { from: '00:00', until: '23:59', timeZone: 'Europe/Berlin' };
  const low = changes.low ? { ...physiological.high, quietHours } : physiological.low;
  return { version: 'test-7', hospital: { physiological: { high, medium, low }, technical }, wards: {} };
}

/** Returns a story without trouble: the nurse sees the call, accepts it, goes, and acknowledges the alarm. */
export function calmStory(random: () => number): Story {
  const between = (min: number, max: number) => min + Math.floor(random() * (max - min + 1));
  const isHigh = random() < 0.7;
  const person = (): Person => ({
    page: random() < 0.5,
    phone: 'ok',
    answer: 'accepted',
    answerAfterS: between(3, 20),
    acknowledgeAfterS: between(10, 40),
  });
  const skew = () => between(-900, 900);
  return {
    heartRate: isHigh ? 150 : 130,
    condition: isHigh ? 'HR.extreme-high' : 'HR.high',
    laterHeartRate: null,
    // The engine calls again 180 s after an acknowledgement, so the alarm of a calm story ends before that.
    endS: between(110, 165),
    priority: undefined,
    policyChanges: {},
    persons: { anna: person(), ben: person(), cleo: person(), paul: person() },
    ...{ mail: 'ok', webhook: 'ok' },
    assignments: people.flatMap((userId) => dutyEvents(userId)),
    delaysMs: {
      received: between(20, 900),
      logged: between(20, 500),
      judged: between(5, 300),
      published: between(5, 200),
    },
    deliveryFromS: Number.NEGATIVE_INFINITY,
    engineSetBackMs: 0,
    screenPaintsAfterMs: between(80, 900),
    hasReportsAround: random() < 0.8,
    ...{ acts: [], connectionEndsAtS: null, lateAnswerBy: null },
    otherAlarms: random() < 0.4 ? between(1, 2) : 0,
    skewMs: { gateway: skew(), engine: skew(), delivery: skew(), dashboard: skew() },
    repeatEvery: random() < 0.4 ? between(2, 5) : 0,
    isAnybodyWatching: random() < 0.7,
  };
}

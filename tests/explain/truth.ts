/** Decides whether a finding of `explain` is true. Uses the story and what its persons really did, not the records. */
import type { WrittenFinding } from '../../contracts/explain/finding.ts';
import { lookMs, type Played } from './play.ts';
import { dutyOf, msAt, nameOf, type PersonId, people, policyWith, type Story } from './story.ts';

/** In the stories, the clocks of two processes differ by less than this, ms. */
const skewMsMax = 2_000;

/** Returns whether the finding is true. A kind of finding that no story can have is never true. */
export function isTrue(finding: WrittenFinding, story: Story, played: Played): boolean {
  const { kind, userId } = finding;
  const person = userId === undefined ? undefined : story.persons[userId as PersonId];
  const { delaysMs: delays } = story;
  const has = (act: Story['acts'][number]['act']) => story.acts.some((entry) => entry.act === act);
  const answersOf = (answer?: string) =>
    played.acts.answers.filter((entry) => entry.userId === userId && (answer === undefined || entry.answer === answer));
  const chains = policyWith(story.policyChanges).hospital.physiological;
  const isUnder = story.laterHeartRate !== null && story.laterHeartRate > story.heartRate;
  switch (kind) {
    case 'policy-not-sent':
      return story.priority === 'low'
        ? 'notSent' in chains.low
        : 'notSent' in chains.medium && story.condition === 'HR.high';
    case 'quiet-hours':
      return story.priority === 'low' && 'quietHours' in chains.low;
    case 'ward-without-assignments':
      return !story.assignments.some(
        ({ body, appendedMs }) => body.type === 'assigned' && appendedMs <= Date.parse(played.alarm.raisedAt),
      );
    case 'standby':
      return has('standby');
    case 'under':
      return isUnder;
    case 'signal-off':
      return isUnder || has('standby');
    case 'judged-late':
    case 'late-reading':
      return delays.received > 10_000 - skewMsMax;
    case 'clock-set':
      return story.engineSetBackMs > 5_000;
    case 'gateway-behind':
      return delays.logged > 5_000 - skewMsMax;
    case 'judged-slowly':
      return delays.judged > 5_000 - skewMsMax;
    case 'engine-behind':
      return delays.published > 5_000 - skewMsMax || story.engineSetBackMs > 5_000;
    case 'delivery-behind':
      return story.deliveryFromS > 0 && Number.isFinite(story.deliveryFromS);
    case 'no-delivery':
      return story.deliveryFromS > story.endS;
    case 'too-old':
    case 'calls-expired':
      return story.endS > 900;
    default:
      return isTrueOfPersons() ?? isTrueOfScreens();
  }

  function isTrueOfPersons(): boolean | undefined {
    switch (kind) {
      case 'nobody-assigned':
        return people.some((id) => finding.text.includes(`the duty ${dutyOf[id]} `) && !isAssigned(story, id));
      case 'away-without-cover':
        return isAway(story, userId!) && !people.some((id) => id !== userId && hasCover(story, userId!, id));
      case 'not-accepted':
        return !story.assignments.some(({ body }) => body.type === 'accepted' && body.by.userId === userId);
      case 'shift-over':
        return story.assignments.some(
          ({ body }) =>
            body.type === 'assigned' &&
            body.assignment.userId === userId &&
            Date.parse(body.assignment.until) < msAt(0),
        );
      case 'subscription-ended':
        return person?.phone === 'ended' || person?.phone === 'gone';
      case 'channel-failed':
        return (
          (finding.channel === 'push' && (person?.phone === 'failing' || person?.phone === 'gone')) ||
          (finding.channel === 'mail' && story.mail === 'refused') ||
          (finding.channel === 'webhook' && story.webhook === 'hang')
        );
      case 'channel-silent':
        return finding.channel === 'webhook' && story.webhook === 'silent';
      case 'channel-down':
        return person?.phone === 'down';
      case 'not-on-device':
        return person?.phone === 'off';
      case 'unconfirmed':
      case 'undelivered':
        return person !== undefined && !person.page && person.phone !== 'ok' && person.phone !== 'off';
      case 'message-waited':
        return hasWaited();
      case 'rejected':
        return answersOf('rejected').length > 0;
      case 'duty-ended':
        return isAway(story, userId!);
      case 'accepted-then-gone':
        return answersOf('accepted').length > 0 && isAway(story, userId!);
      case 'accepted-not-acknowledged':
        return played.acts.answers.some(
          ({ userId: by, answer }) =>
            answer === 'accepted' && (finding.text.startsWith('A person ') || finding.text.includes(nameOf(by))),
        );
      case 'answer-without-effect':
        return answersOf().length > 0;
      case 'unanswered':
        return isLeftUnanswered();
      case 'last-called-again':
        return played.records.deliveries.items.filter(isCallOf).length > 1;
      case 'nobody-answered':
        return !played.acts.answers.some(
          ({ userId: by, answer, atMs }) => answer === 'accepted' && atMs < chainEndMs() && !isAway(story, by),
        );
      case 'nobody-to-call':
        return people.every((id) => !isAssigned(story, id));
      default:
        return undefined;
    }
  }

  /** Returns whether the person gave no answer within the wait of a call. */
  function isLeftUnanswered(): boolean {
    return played.records.deliveries.items.filter(isCallOf).some(({ body, appendedMs }) => {
      const waitMs = body.event.type === 'called' ? body.event.call.waitMs : 0;
      return !answersOf().some(({ atMs }) => atMs >= appendedMs - skewMsMax && atMs <= appendedMs + waitMs);
    });
  }

  /** Returns whether a message to the person was written to the log more than 2 s after the record of its call. */
  function hasWaited(): boolean {
    const { items } = played.records.deliveries;
    return items.some(({ body, appendedMs }) => {
      const { event } = body;
      if (event.type !== 'message' || event.userId !== userId) return false;
      const ids = event.calls.map(({ callId }) => callId);
      const called = items.find(
        ({ body: other }) => other.event.type === 'called' && ids.includes(other.event.call.callId),
      );
      return called !== undefined && appendedMs - called.appendedMs > 2_000;
    });
  }

  function chainEndMs(): number {
    const ended = played.records.deliveries.items.find(({ body }) => body.event.type === 'chain-ended');
    return ended?.appendedMs ?? Number.POSITIVE_INFINITY;
  }

  function isCallOf({ body }: Played['records']['deliveries']['items'][number]): boolean {
    return body.event.type === 'called' && body.event.call.userId === userId;
  }

  function isTrueOfScreens(): boolean {
    const acknowledged = played.events.some(
      ({ body }) => body.type === 'acknowledged' && body.alarm.alarmId === played.alarm.alarmId,
    );
    switch (kind) {
      case 'refused':
        return has('stale-acknowledgement') || hasLateAcknowledgement();
      case 'acknowledged-before-message':
        return acknowledged;
      case 'painted-late':
        return (story.screenPaintsAfterMs ?? 0) > 5_000 - skewMsMax;
      case 'no-painted-report':
        return story.screenPaintsAfterMs === null;
      case 'limits-off':
        return has('limits-off') || has('limits-off-briefly');
      case 'began-with-change':
        return wasHeldBack();
      case 'audio-paused':
        return has('pause-audio');
      case 'connection-ended':
        return story.connectionEndsAtS !== null;
      case 'not-acknowledged':
        return !acknowledged;
      case 'no-look':
        return !acknowledged && (!story.isAnybodyWatching || lookMs < Date.parse(played.alarm.raisedAt));
      default:
        return false;
    }
  }

  /** Returns whether something at the bed delayed the start of the alarm, and the finding names this cause. */
  function wasHeldBack(): boolean {
    if (finding.text.includes('called instead')) return (story.laterHeartRate ?? story.heartRate) < story.heartRate;
    if (finding.text.includes('switched on again'))
      return has('limits-off-briefly') && story.heartRate > (has('limits-changed') ? 105 : 120);
    return has('limits-changed') && finding.text.includes('by Cleo') && story.heartRate > 105;
  }

  /** Returns whether a person acknowledged an alarm that had ended or was on standby. The engine refuses this. */
  function hasLateAcknowledgement(): boolean {
    return played.records.alarms.answers.some(({ body }) => body.type === 'acknowledge' && !body.accepted);
  }
}

function isAssigned({ assignments }: Story, userId: PersonId): boolean {
  const events = assignments.map(({ body }) => body);
  const assigned = events.find((body) => body.type === 'assigned' && body.assignment.userId === userId);
  if (assigned?.type !== 'assigned') return false;
  const { assignmentId } = assigned.assignment;
  return !events.some((body) => body.type === 'ended' && body.assignmentId === assignmentId);
}

const isAway = ({ assignments }: Story, userId: string) =>
  assignments.some(({ body }) => body.type === 'away' && body.userId === userId);

/** Returns whether `cover` covers for the person `away`. */
function hasCover(story: Story, away: string, cover: PersonId): boolean {
  return (
    isAssigned(story, cover) &&
    story.assignments.some(({ body }) => body.type === 'away' && body.userId === away && body.cover?.userId === cover)
  );
}

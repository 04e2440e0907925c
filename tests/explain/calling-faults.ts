/** Faults between the alarm and the person: of duties, channels and persons. */
import { type Fault, high, nobodyAnswers, onlyPhones, withDuty, withoutEvents } from './fault.ts';
import { awayEvent, endedEvent, people, type Story } from './story.ts';

export const dutyFaults: readonly Fault[] = [
  { name: 'no nurse is assigned', causes: ['nobody-assigned'], change: (story) => withoutEvents(story, 'anna') },
  {
    name: 'nobody is assigned any more',
    causes: ['nobody-assigned'],
    change(story) {
      for (const userId of people) story.assignments.push(endedEvent(userId, -1800));
    },
  },
  {
    name: 'the ward has no assignments',
    causes: ['ward-without-assignments'],
    change(story) {
      story.assignments = [];
    },
  },
  {
    name: 'the nurse is away without a cover',
    causes: ['away-without-cover'],
    change: (story) => story.assignments.push(awayEvent('anna', -1200)),
  },
  {
    name: 'the nurse is away, and the cover has gone home',
    causes: ['away-without-cover'],
    change(story) {
      story.assignments.push(awayEvent('anna', -1200, 'ben'), endedEvent('ben', -900));
    },
  },
  {
    name: 'the nurse had not accepted the assignment, and does not come',
    causes: ['not-accepted'],
    change(story) {
      high(story);
      withDuty(story, 'anna', { isAccepted: false });
      story.persons.anna.answer = 'none';
    },
  },
  {
    name: 'the shift of the nurse is over, and nobody took over',
    causes: ['shift-over'],
    change(story) {
      high(story);
      withDuty(story, 'anna', { untilS: -1800 });
      story.persons.anna.answer = 'none';
    },
  },
  {
    name: 'the nurse goes away after the call',
    causes: ['duty-ended'],
    change(story) {
      high(story);
      Object.assign(story.persons.anna, { answer: 'none' });
      story.assignments.push(awayEvent('anna', 20));
    },
  },
  {
    name: 'the nurse accepts, and goes away',
    causes: ['accepted-then-gone'],
    change(story) {
      high(story);
      story.persons.anna.acknowledgeAfterS = null;
      story.assignments.push(awayEvent('anna', 50));
    },
  },
];

const phoneFault = (name: string, causes: Fault['causes'], phone: Story['persons']['anna']['phone']): Fault => ({
  ...{ name, causes },
  change(story) {
    high(story);
    onlyPhones(story);
    story.persons.anna.phone = phone;
  },
});
const serviceFault = (
  name: string,
  causes: Fault['causes'],
  channel: 'mail' | 'webhook',
  service: Story['mail'],
): Fault => ({
  ...{ name, causes },
  change(story) {
    high(story);
    Object.assign(story.policyChanges, { channels: ['screen', 'push', channel] });
    story[channel] = service;
  },
});

export const channelFaults: readonly Fault[] = [
  phoneFault('the phone is off, and the push service takes the message', ['not-on-device'], 'off'),
  phoneFault('the subscription had ended', ['subscription-ended'], 'ended'),
  phoneFault('the subscription ends with the call', ['subscription-ended'], 'gone'),
  phoneFault('the push service answers with errors', ['channel-failed'], 'failing'),
  phoneFault('the last test message of the phone had failed', ['channel-down', 'unconfirmed'], 'down'),
  serviceFault('the mail server refuses', ['channel-failed'], 'mail', 'refused'),
  serviceFault('the webhook hangs', ['channel-failed'], 'webhook', 'hang'),
  serviceFault('the webhook says nothing', ['channel-silent'], 'webhook', 'silent'),
  {
    name: 'many alarms come at once',
    causes: ['message-waited'],
    change(story) {
      high(story);
      onlyPhones(story);
      story.otherAlarms = 12;
      story.delaysMs = { received: 20, logged: 20, judged: 20, published: 20 };
    },
  },
];

export const personFaults: readonly Fault[] = [
  {
    name: 'the nurse rejects',
    causes: ['rejected'],
    change: (story) => Object.assign(story.persons.anna, { answer: 'rejected' }),
  },
  {
    name: 'everybody rejects',
    causes: ['rejected'],
    change(story) {
      for (const userId of people) Object.assign(story.persons[userId], { answer: 'rejected' });
    },
  },
  {
    name: 'the nurse does not answer',
    causes: ['unanswered'],
    change(story) {
      high(story);
      Object.assign(story.persons.anna, { answer: 'none' });
    },
  },
  {
    name: 'nobody answers',
    causes: ['unanswered', 'nobody-answered', 'last-called-again'],
    change(story) {
      high(story);
      nobodyAnswers(story);
      story.endS = Math.max(story.endS, 420);
    },
  },
  {
    name: 'the nurse accepts, and does not go',
    causes: ['accepted-not-acknowledged'],
    change(story) {
      high(story);
      for (const userId of people) story.persons[userId].acknowledgeAfterS = null;
      story.endS = 300;
    },
  },
  {
    name: 'the acknowledgement is refused',
    causes: ['refused'],
    change(story) {
      high(story);
      story.acts.push({ atS: 30, act: 'stale-acknowledgement' });
      for (const userId of people) story.persons[userId].acknowledgeAfterS = null;
    },
  },
  {
    name: 'the answer comes after the end',
    causes: ['answer-without-effect', 'unanswered'],
    change(story) {
      nobodyAnswers(story);
      high(story);
      story.endS = 40;
      story.lateAnswerBy = 'anna';
    },
  },
  {
    name: 'the alarm is acknowledged before a message leaves',
    causes: ['acknowledged-before-message'],
    change(story) {
      high(story);
      Object.assign(story.policyChanges, { firstAfterMs: 10_000 });
      story.acts.push({ atS: 6, act: 'acknowledge' });
    },
  },
];

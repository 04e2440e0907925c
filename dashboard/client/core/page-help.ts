/** What the help says about each page, in five short lines. */

import type { Route } from './routes.ts';
import { t } from './texts.ts';

type Lines = readonly [string, string, string, string, string];

/** The lines about each page, by the name of its route. */
export const pageHelp: Readonly<Record<Route['page'], Lines>> = {
  get ward() {
    return [
      t('Each tile is one bed: patient, alarm, waves and numbers.'),
      t('A grey number is old, and its age is beside it. A dash means that there is no current value.'),
      t('A frame that flashes is an alarm that nobody has acknowledged.'),
      t('The list has the alarms of all beds here, the most urgent first.'),
      t('Devices without a bed are in the strip at the bottom.'),
    ] as const;
  },
  get patient() {
    return [
      t('This page shows one patient: waves, numbers, trends and alarms.'),
      t('A grey number is old, and its age is beside it. A dash means that there is no current value.'),
      t('Limits show who changed them, and when. A crossed bell means that a limit is switched off.'),
      t('The hand-over note is for the next person who looks after this patient.'),
      t('“Other beds” has the alarms of your other patients.'),
    ] as const;
  },
  get waves() {
    return [
      t('This page shows the waves of one stay, for the last 24 hours.'),
      t('Drag the paper, turn the wheel, or press the arrow keys. End goes to the present.'),
      t('A grey part has no samples, and says why. A line at an alarm is its beginning or its end.'),
      t('“Calipers” measures the time and the height between two lines.'),
      t('The audit trail records that you looked at these waves.'),
    ] as const;
  },
  get assignments() {
    return [
      t('The board shows who is responsible for each bed, and until when.'),
      t('A check mark means that the person has accepted the beds.'),
      t('A bed keeps its former nurse until the next nurse has accepted it.'),
      t('Before you accept, the page shows what is open at each bed.'),
      t('Before you leave, the page shows who is responsible after you.'),
    ] as const;
  },
  get calls() {
    return [
      t('A call asks you to go to an alarm. The most urgent call is first.'),
      t('“I go” tells the others that you go. The alarm still sounds.'),
      t('“I cannot” calls the next person at once.'),
      t('An answer counts when the page says “Taken”.'),
      t('Beside or below your calls is the list of all alarms.'),
    ] as const;
  },
  get reach() {
    return [
      t('This page shows how Vigil reaches you outside of its own pages.'),
      t('Each way shows whether its last test arrived.'),
      t('“Call me on this device” turns on messages to this device.'),
      t('You can change only your own ways here.'),
      t('Remove a way that you do not know.'),
    ] as const;
  },
  get alarms() {
    return [
      t('This page shows what alarmed in a ward, who answered, and after how long.'),
      t('Choose a time, a ward, a bed, a person, a priority or a condition.'),
      t('“Details” shows each step of an alarm with its time.'),
      t('The list does not change by itself. “3 new: show” loads it again.'),
      t('The audit trail records that you looked at these alarms.'),
    ] as const;
  },
  get why() {
    return [
      t('This page explains one alarm: why nobody came, or who came.'),
      t('The first sentences are the cause, as the log proves it.'),
      t('The chain shows each step from the patient to the person, with its time.'),
      t('Below are who was on duty, who was called, and who could see the alarm.'),
      t('The audit trail records that you opened this page.'),
    ] as const;
  },
  get shift() {
    return [
      t('Each card is one patient of the ward: what happened since the beginning of the shift.'),
      t('A card has alarms, what is open, NEWS2, limits, standby, the note and the nurse.'),
      t('“Not known” means that Vigil cannot know it now. It never means 0.'),
      t('The cards do not change by themselves. “Refresh” loads them again.'),
      t('The audit trail records that you looked at these patients.'),
    ] as const;
  },
  get wards() {
    return [
      t('This page shows each of your wards: alarms, beds, who is in charge, devices and screens.'),
      t('The ward with the most serious unanswered alarm is first. Rows do not move while you point at them.'),
      t('“Not known” means that Vigil cannot know it now. It never means 0.'),
      t('The links of a card open the beds, the assignments, the devices or the alarm history of the ward.'),
      t('The audit trail records that you opened this page.'),
    ] as const;
  },
  get strip() {
    return [
      t('This page shows the waves from 10 s before to 10 s after an alarm began.'),
      t('One large square of the paper is 0.2 s wide. For an ECG it is 0.5 mV high.'),
      t('A hatched part is a time without samples: nothing is filled in.'),
      t('The digest on the print-out shows whether two copies have the same samples.'),
      t('The audit trail records that you opened this page.'),
    ] as const;
  },
  get devices() {
    return [
      t('The list has the devices that Vigil knows, and the bed of each.'),
      t('A device without a bed shows its alarms in the strip below the ward.'),
      t('“Change” assigns a device, moves it, or corrects the patient.'),
      t('The form shows what will change before you save it.'),
      t('Readings count for the patient who was at the device when it measured.'),
    ] as const;
  },
  get audit() {
    return [
      t('The audit trail lists every look and every act, the newest first.'),
      t('Choose an action or a person, and press “Show”.'),
      t('The text beside the title says whether a record is missing or changed.'),
      t('“Did” is the look or the act. “About” is the patient, the device or the alarm.'),
      t('“Older records” continues the list.'),
    ] as const;
  },
  get accounts() {
    return [
      t('The list has the accounts of your wards: role, wards, last login, open sessions.'),
      t('“Change” disables an account, ends its sessions, or changes its role and wards.'),
      t('Before the first change, the page asks for your own password.'),
      t('A new person gets a one-time password, and chooses a password at the first login.'),
      t('The audit trail records each change with your name.'),
    ] as const;
  },
};

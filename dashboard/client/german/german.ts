/**
 * The German texts of the page, without the texts of rare.ts. The English text is the key. Only a German page loads
 * this file.
 */
import type { Dictionary } from '../core/texts.ts';
import { accounts } from './accounts.ts';
import { alarms } from './alarms.ts';
import { assignments } from './assignments.ts';
import { calls } from './calls.ts';
import { devices } from './devices.ts';
import { frame } from './frame.ts';
import { help } from './help.ts';
import { history } from './history.ts';
import { morePatient } from './more-patient.ts';
import { names } from './names.ts';
import { notices } from './notices.ts';
import { patient } from './patient.ts';
import { reach } from './reach.ts';
import { server } from './server.ts';
import { serverNames } from './server-names.ts';
import { serverSentences } from './server-sentences.ts';
import { sound } from './sound.ts';
import { tasks } from './tasks.ts';
import { trendTable } from './trend-table.ts';
import { trends } from './trends.ts';
import { wards } from './wards.ts';
import { waves } from './waves.ts';

export const german: Dictionary = {
  ...accounts,
  ...alarms,
  ...assignments,
  ...calls,
  ...devices,
  ...frame,
  ...help,
  ...history,
  ...morePatient,
  ...names,
  ...notices,
  ...patient,
  ...reach,
  ...server,
  ...serverNames,
  ...serverSentences,
  ...sound,
  ...tasks,
  ...trendTable,
  ...trends,
  ...wards,
  ...waves,
};

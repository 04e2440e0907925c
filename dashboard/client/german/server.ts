/** German texts: texts that come from the server. */
import {
  germanAlarmForms,
  germanAlarmSentences,
  germanAlarmWords,
  germanAlertTexts,
  germanBounds,
  germanLabels,
  germanMoreAlarms,
} from '../../../contracts/german-alarms.ts';

export const server = {
  ...germanLabels,
  ...germanAlarmForms,
  ...germanAlarmSentences,
  ...germanAlarmWords,
  ...germanAlertTexts,
  ...germanBounds,
  ...germanMoreAlarms,
  '{n} s behind': '{n} s nach',
  '{n} s ahead': '{n} s vor',
  'No nurse is responsible': 'Keine Pflegekraft ist zuständig',
  'No nurse is responsible: {name} has not accepted': 'Keine Pflegekraft ist zuständig: {name} hat nicht angenommen',
  'No nurse is responsible: {name} is away': 'Keine Pflegekraft ist zuständig: {name} ist abwesend',
  'No nurse will be responsible': 'Keine Pflegekraft wird zuständig sein',
  'No nurse will be responsible: {name} is away': 'Keine Pflegekraft wird zuständig sein: {name} ist abwesend',
  'No nurse will be responsible: the duty of {name} ends, and {forName} is away':
    'Keine Pflegekraft wird zuständig sein: Der Dienst von {name} endet, und {forName} ist abwesend',
  'Cover overdue: the duty of {name} is over, and {forName} is away':
    'Vertretung überfällig: Der Dienst von {name} ist vorbei, und {forName} ist abwesend',
  'Hand-over overdue: still with {name}': 'Übergabe überfällig: noch bei {name}',
  'Somebody wants every screen to sound. You can take the sound again in {n} s.':
    'Jemand will, dass jeder Bildschirm ertönt. Sie können den Ton in {n} s wieder nehmen.',
};

/** German texts: texts that come from the server. */
import { germanAlarmForms, germanLabels } from '../../../contracts/german-alarms.ts';

export const server = {
  ...germanLabels,
  ...germanAlarmForms,
  '{label}: no value': '{label}: kein Wert',
  '{label}: no value ({known})': '{label}: kein Wert ({known})',
  '{label}: no value (unit {unit} not understood)': '{label}: kein Wert (Einheit {unit} nicht verstanden)',
  calibrating: 'wird kalibriert',
  questionable: 'fraglich',
  'out of range': 'außerhalb des Messbereichs',
  '{label}: valid only now and then': '{label}: nur ab und zu gültig',
  '{label}: two values in one message, the more serious one is used':
    '{label}: zwei Werte in einer Nachricht, der schwerere wird benutzt',
  '{label}: {known}': '{label}: {known}',
  'No limits for {category} patients here': 'Hier keine Grenzwerte für die Kategorie {category}',
  '{n} readings missing': '{n} Messwerte fehlen',
  '{n} s behind': '{n} s nach',
  '{n} s ahead': '{n} s vor',
  'Device clock is {n} s behind': 'Die Uhr des Geräts geht {n} s nach',
  'Device clock is {n} s ahead': 'Die Uhr des Geräts geht {n} s vor',
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
